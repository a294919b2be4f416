#include "auth/verifier.h"

#include <sodium.h>

namespace trinity::auth {

namespace {

std::array<unsigned char, 32> digest_of(std::string_view token) {
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return digest;
}

}  // namespace

TokenVerifier::Answer TokenVerifier::look(std::string_view token, TokenUse use, Time at) {
  const auto claims = claims_of(token, at);
  if (!claims || claims->use != use || claims->expires_at <= at) return {};
  const auto user = claims->subject ? users_.by_name(*claims->subject) : nullptr;
  if (!user) return {State::no_user, {}};
  const bool ended = !claims->session.empty() && user->ended_sessions.contains(claims->session);
  if (ended || claims->version != user->token_version) return {State::void_now, {}};
  return {State::good, {user->caller, claims->expires_at, claims->mode, claims->version, claims->session}};
}

std::optional<Verified> TokenVerifier::good(Answer answer) {
  if (answer.state != State::good) return std::nullopt;
  return std::move(answer.verified);
}

std::shared_ptr<const Claims> TokenVerifier::claims_of(std::string_view token, Time at) {
  const Digest digest = digest_of(token);
  if (auto known = recall(digest)) return known;
  auto claims = signer_.read(token, at);
  if (!claims) return nullptr;
  auto shared = std::make_shared<const Claims>(std::move(*claims));
  remember(digest, shared);
  return shared;
}

std::shared_ptr<const Claims> TokenVerifier::recall(const Digest& digest) {
  Known dropped;  // freed after the lock
  const std::lock_guard lock(mutex_);
  if (const auto found = young_.find(digest); found != young_.end()) return found->second;
  const auto found = old_.find(digest);
  if (found == old_.end()) return nullptr;
  auto claims = found->second;
  dropped = keep(digest, claims);
  return claims;
}

void TokenVerifier::remember(const Digest& digest, std::shared_ptr<const Claims> claims) {
  Known dropped;
  const std::lock_guard lock(mutex_);
  dropped = keep(digest, std::move(claims));
}

TokenVerifier::Known TokenVerifier::keep(const Digest& digest, std::shared_ptr<const Claims> claims) {
  Known dropped;
  if (young_.size() >= half_) {
    dropped.swap(old_);
    old_.swap(young_);
  }
  young_.insert_or_assign(digest, std::move(claims));
  return dropped;
}

std::size_t TokenVerifier::size() const {
  const std::lock_guard lock(mutex_);
  return young_.size() + old_.size();
}

}  // namespace trinity::auth
