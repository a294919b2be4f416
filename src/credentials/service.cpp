#include "credentials/service.h"

#include <algorithm>

#include "audit/log.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "json/encode.h"

namespace trinity::credentials {

namespace {

constexpr const char* unknown_credential = "Credential not found";
constexpr std::chrono::seconds turn_within{20};

}  // namespace

void require_person(const Caller& caller) {
  if (!caller.is_person()) throw Forbidden("Credentials are managed by people, not with an agent's key");
}

json::object shown(const Credential& meta) {
  return {{"id", meta.id},
          {"name", meta.name},
          {"service", meta.service},
          {"type", meta.type},
          {"description", meta.description},
          {"file_path", meta.file_path.empty() ? json::value(nullptr) : json::value(meta.file_path)},
          {"created_at", meta.created_at},
          {"updated_at", meta.updated_at},
          {"status", "active"},
          {"export_as", meta.export_as.empty() ? json::value(nullptr) : json::value(meta.export_as)}};
}

void CredentialService::tell(const std::vector<std::string>& agents) {
  for (const auto& agent : agents) parts_.live.config_changed(agent, live::ConfigArea::credentials, false);
}

Task<agents::NameLocks::Held> CredentialService::turn_of(const Caller* caller) {
  try {
    co_return co_await turns_.lock(caller->username, turn_within);
  } catch (const Conflict&) {
    throw Unavailable("Your credentials are being changed. Try again in a moment.");
  }
}

Task<std::vector<std::string>> CredentialService::agents_of(Call call, std::string id) {
  std::vector<std::string> ids{id};
  auto found = co_await parts_.store.agents_of(call, std::move(ids));
  co_return std::move(found[id]);
}

Task<Stored> CredentialService::own(Call call, CallerPtr caller, std::string id) {
  require_person(*caller);
  if (id.size() > 200) throw NotFound(unknown_credential);
  auto found = co_await parts_.store.get(call, std::move(id));
  if (!found || found->meta.owner != caller->username) throw NotFound(unknown_credential);
  co_return std::move(*found);
}

Task<json::object> CredentialService::shown_with_agents(Call call, Credential meta) {
  auto made = shown(meta);
  const auto names = co_await agents_of(call, meta.id);
  made["agents"] = json::encode(names);
  co_return made;
}

Task<json::array> CredentialService::list(Call call, CallerPtr caller) {
  require_person(*caller);
  const auto all = co_await parts_.store.of_owner(call, caller->username);
  std::vector<std::string> ids;
  ids.reserve(all.size());
  for (const auto& one : all) ids.push_back(one.meta.id);
  auto agents = co_await parts_.store.agents_of(call, std::move(ids));
  const auto snapshot = co_await lookup_.snapshot();
  json::array made;
  made.reserve(all.size());
  for (const auto& one : all) {
    auto item = shown(one.meta);
    json::array pending;
    for (const auto& name : agents[one.meta.id]) {
      const auto* entry = snapshot->find(name);
      if (entry && parts_.delivery.lacks(*entry->agent, one.meta)) pending.emplace_back(name);
    }
    item["agents"] = json::encode(agents[one.meta.id]);
    item["pending_agents"] = std::move(pending);
    made.push_back(std::move(item));
  }
  co_return made;
}

Task<json::object> CredentialService::get(Call call, CallerPtr caller, std::string id) {
  const auto found = co_await own(call, caller, std::move(id));
  co_return co_await shown_with_agents(call, found.meta);
}

Task<Stored> CredentialService::store_new(Call call, CallerPtr caller, Credential meta, json::object secret) {
  meta.id = random_base64url(16);
  meta.owner = caller->username;
  meta.created_at = format_naive(now());
  meta.updated_at = meta.created_at;
  Stored stored{meta, parts_.box.seal(meta, secret)};
  auto kept = stored;
  co_await parts_.store.put(call, std::move(stored));
  co_return kept;
}

Task<json::object> CredentialService::create(Call call, CallerPtr caller, CredentialCreate wanted) {
  require_person(*caller);
  check(wanted);
  const auto turn = co_await turn_of(caller.get());
  const auto all = co_await parts_.store.of_owner(call, caller->username);
  if (all.size() >= most_credentials)
    throw BadRequest("You have " + std::to_string(all.size()) + " credentials; no more are taken");
  Credential meta;
  meta.name = wanted.name;
  meta.service = wanted.service;
  meta.type = wanted.type;
  meta.description = wanted.description.value_or("");
  if (meta.type == "file") meta.file_path = wanted.file_path.value_or("");
  const auto stored = co_await store_new(call, caller, std::move(meta), std::move(wanted.credentials));
  audit::note(call, *caller, "credential_create", "",
              {{"credential", stored.meta.id}, {"name", stored.meta.name}, {"type", stored.meta.type}});
  auto made = shown(stored.meta);
  made["description"] = json::encode(wanted.description);
  made["agents"] = json::array();
  co_return made;
}

Task<json::object> CredentialService::update(Call call, CallerPtr caller, std::string id, CredentialUpdate wanted) {
  const auto turn = co_await turn_of(caller.get());
  auto stored = co_await own(call, caller, std::move(id));
  check(wanted, stored.meta.type);
  auto& meta = stored.meta;
  if (wanted.name && !wanted.name->empty()) meta.name = *wanted.name;
  if (wanted.description) meta.description = *wanted.description;
  const bool new_secret = wanted.credentials && !wanted.credentials->empty();
  if (new_secret) stored.sealed = parts_.box.seal(meta, *wanted.credentials);
  meta.updated_at = format_naive(now());
  const auto after = meta;
  co_await parts_.store.put(call, std::move(stored));
  audit::note(call, *caller, "credential_update", "",
              {{"credential", after.id}, {"name", after.name}, {"secret", new_secret ? "replaced" : "kept"}});
  const auto names = co_await agents_of(call, after.id);
  tell(names);
  auto made = shown(after);
  made["agents"] = json::encode(names);
  co_return made;
}

Task<> CredentialService::remove(Call call, CallerPtr caller, std::string id) {
  const auto turn = co_await turn_of(caller.get());
  const auto stored = co_await own(call, caller, id);
  const auto names = co_await agents_of(call, id);
  const bool removed = co_await parts_.store.remove(call, id);
  if (!removed) throw NotFound(unknown_credential);
  audit::note(call, *caller, "credential_delete", "",
              {{"credential", id}, {"name", stored.meta.name}, {"agents", std::to_string(names.size())}});
  tell(names);
}

Task<std::vector<Opened>> CredentialService::opened(Call call, CallerPtr caller) {
  const auto all = co_await parts_.store.of_owner(call, caller->username);
  auto open = [&] { return parts_.box.open_all(all).opened; };
  auto made = co_await parts_.pool.run(std::move(open));
  co_return made;
}

}  // namespace trinity::credentials
