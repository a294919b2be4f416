#include "sharing/store.h"

#include "base/clock.h"
#include "base/mail_address.h"

namespace trinity::sharing {

namespace {

using Outcome = SharingStore::Added::Outcome;

std::int64_t count(db::Session& session, const std::string& agent) {
  return std::get<0>(
      *session.query("SELECT COUNT(*) FROM agent_sharing WHERE agent_name = :a", agent).one<std::int64_t>());
}

/// Rows of earlier deployments may hold capitals.
std::optional<std::int64_t> id_of(db::Session& session, const std::string& agent, const std::string& email) {
  const auto row =
      session
          .query("SELECT id FROM agent_sharing WHERE agent_name = :a AND LOWER(shared_with_email) = :b", agent, email)
          .one<std::int64_t>();
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

/// True when the address is new there.
bool invite(db::Session& session, const NewShare& share, const std::string& at) {
  return session
             .query(
                 "INSERT INTO email_whitelist (email, added_by, added_at, source) SELECT :a, :b, :c, 'agent_sharing' "
                 "WHERE NOT EXISTS (SELECT 1 FROM email_whitelist w WHERE LOWER(w.email) = :a)",
                 share.email, std::to_string(share.by_id), at)
             .run() > 0;
}

SharingStore::Added insert(db::Session& session, const NewShare& share) {
  SharingStore::Added made;
  if (!session.query("SELECT 1 FROM agent_ownership WHERE agent_name = :a", share.agent).one<std::int64_t>()) {
    made.outcome = Outcome::no_agent;
  } else if (id_of(session, share.agent, share.email)) {
    made.outcome = Outcome::present;
  } else if (count(session, share.agent) >= SharingStore::most_shares) {
    made.outcome = Outcome::full;
  } else {
    made.created_at = format_naive(now());
    session
        .query(
            "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) "
            "VALUES (:a, :b, :c, :d)",
            share.agent, share.email, share.by_id, made.created_at)
        .run();
    made.id = id_of(session, share.agent, share.email).value_or(0);
    made.invited = share.invites && invite(session, share, made.created_at);
  }
  return made;
}

}  // namespace

Task<SharingStore::Added> SharingStore::add(Call call, NewShare share, agents::Tell tell) {
  share.email = lower_case(share.email);
  std::optional<fleet::Metadata> metadata;
  auto job = [&](db::Session& session) {
    auto made = insert(session, share);
    if (made.outcome == Outcome::made) metadata = agents::MetadataRows::of(session, share.agent);
    return made;
  };
  auto publish = [&](const Added& made) {
    if (made.outcome == Outcome::made) tell({fleet::MetadataChanged{share.agent, std::move(metadata)}});
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

Task<bool> SharingStore::remove(Call call, std::string agent, std::string email, agents::Tell tell) {
  email = lower_case(email);
  std::optional<fleet::Metadata> metadata;
  auto job = [&](db::Session& session) {
    const auto removed =
        session.query("DELETE FROM agent_sharing WHERE agent_name = :a AND LOWER(shared_with_email) = :b", agent, email)
            .run();
    if (removed > 0) metadata = agents::MetadataRows::of(session, agent);
    return removed > 0;
  };
  auto publish = [&](bool removed) {
    if (removed) tell({fleet::MetadataChanged{agent, std::move(metadata)}});
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

}  // namespace trinity::sharing
