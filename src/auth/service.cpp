#include "auth/service.h"

#include "auth/store.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"

namespace trinity::auth {

namespace {

[[noreturn]] void refuse_limited(std::chrono::seconds wait) {
  throw TooManyRequests("Too many failed sign-ins. Please try again later.", wait);
}

}  // namespace

Task<SignedIn> SignIn::with_password(Call call, std::string username, std::string password, std::string address) {
  if (!mode().setup_completed) throw Forbidden("setup_required");
  // Refused before the queue of the hashing thread: a flood of tries must not fill it.
  const auto verdict = parts_.limiter.look(username, address, steady_now());
  if (verdict.refused()) refuse_limited(verdict.retry_after);

  const auto user = parts_.users.by_name(username);
  auto work = [this, &user, &username, &password, &address] {
    return attempt(user.get(), username, password, address);
  };
  Attempt outcome = co_await parts_.hasher.run(std::move(work));
  if (!outcome.right && outcome.limited) refuse_limited(outcome.retry_after);
  if (!outcome.right) throw Unauthorized("Incorrect username or password");
  co_await record(call, user, std::move(outcome.new_hash));
  // With the version of the row that the password was verified against: a sign-out meanwhile counts.
  Claims origin{user->username, "admin", TokenUse::access, {}, user->token_version, random_base64url(16)};
  co_return issue(std::move(origin));
}

// Runs on the hashing thread, one at a time: looking at the limits, verifying and counting cannot be overtaken by
// parallel tries.
SignIn::Attempt SignIn::attempt(const User* user, std::string_view username, std::string_view password,
                                std::string_view address) {
  const auto verdict = parts_.limiter.look(username, address, steady_now());
  Attempt outcome{false, verdict.limited, verdict.retry_after, {}};
  if (verdict.refused()) return outcome;

  PasswordVerdict found;
  if (user != nullptr && user->password_hash) {
    found = verify_password(password, *user->password_hash);
  } else {
    verify_nothing(password);
  }
  outcome.right = found.right;
  if (found.right) {
    parts_.limiter.right(username, address, steady_now());
    if (found.outdated) outcome.new_hash = hash_password(password);
  } else if (!verdict.limited) {
    // A limit that is reached is not prolonged by further tries.
    parts_.limiter.wrong(username, address, steady_now());
  }
  return outcome;
}

Task<> SignIn::record(Call call, std::shared_ptr<const User> user, std::string new_hash) {
  auto job = [&user, &new_hash](db::Session& session) {
    UserRows::touch_last_login(session, user->id);
    return !new_hash.empty() && UserRows::replace_password(session, user->id, *user->password_hash, new_hash);
  };
  auto publish = [this, &user, &new_hash](bool replaced) {
    const auto current = parts_.users.by_id(user->id);
    if (!replaced || !current) return;
    User changed = *current;
    changed.password_hash = new_hash;
    parts_.users.put(std::move(changed));
  };
  try {
    co_await parts_.database.write(call, std::move(job), std::move(publish));
  } catch (const Error& fault) {
    // The password was right; a book-keeping failure is no reason to keep its owner out.
    log::warn({"auth", call.id()}, "sign-in of user {} was not recorded: {}", user->id, fault.what());
  }
}

SignedIn SignIn::issue(Claims origin) const {
  origin.expires_at = std::chrono::ceil<std::chrono::seconds>(now()) + token_life;
  SignedIn made;
  origin.use = TokenUse::access;
  made.token.access_token = parts_.signer.sign(origin);
  origin.use = TokenUse::session;
  made.session = parts_.signer.sign(origin);
  return made;
}

SignedIn SignIn::with_session(std::string_view cookie) const {
  const auto verified = parts_.verifier.verify_session(cookie);
  if (!verified) throw Unauthorized("Not authenticated");
  // The session's own version: a sign-out that comes between here and there makes the new token void too.
  return issue(
      {verified->caller->username, verified->mode, TokenUse::access, {}, verified->version, verified->session});
}

Task<> SignIn::end_session(Call call, std::string cookie) {
  const auto verified = parts_.verifier.verify_session(cookie);
  if (!verified || verified->session.empty()) co_return;
  // The cookie may have been renewed by somebody who holds an older copy; none lives longer than a token made now.
  const Time until = std::chrono::ceil<std::chrono::seconds>(now()) + token_life;
  auto job = [this, &verified, until](db::Session& session) {
    const auto current = parts_.users.by_id(verified->caller->user_id);
    if (!current) return std::shared_ptr<User>();
    auto changed = std::make_shared<User>(*current);
    UserRows::end_session(session, *changed, verified->session, until);
    return changed;
  };
  auto publish = [this](const std::shared_ptr<User>& changed) {
    if (changed) parts_.users.put(*changed);
  };
  co_await parts_.database.write(call, std::move(job), std::move(publish));
}

Task<> SignIn::sign_out_everywhere(Call call, std::int64_t user_id) {
  auto job = [this, user_id](db::Session& session) {
    const auto current = parts_.users.by_id(user_id);
    if (!current) throw NotFound("User not found");
    auto changed = std::make_shared<User>(*current);
    changed->token_version = UserRows::void_tokens(session, user_id);
    changed->ended_sessions.clear();
    return changed;
  };
  auto publish = [this](const std::shared_ptr<User>& changed) { parts_.users.put(*changed); };
  co_await parts_.database.write(call, std::move(job), std::move(publish));
  log::info({"auth", call.id()}, "every token of user {} is void", user_id);
}

AuthMode SignIn::mode() const {
  const auto values = parts_.settings.values();
  const bool email =
      values->text("email_auth_enabled") ? values->is_word("email_auth_enabled", "true") : email_by_default_;
  return {email, values->is_exactly("setup_completed", "true")};
}

UserProfile SignIn::profile(const Caller& caller) const {
  const auto user = parts_.users.by_id(caller.user_id);
  if (!user) throw Unauthorized("Could not validate credentials");
  return {user->username, user->email, user->name, user->picture, word_of(user->role)};
}

TokenValidation SignIn::validate(std::string_view token) const {
  if (token.empty()) throw Unauthorized("No token provided");
  const auto verified = parts_.verifier.verify(token);
  if (!verified) throw Unauthorized("Invalid token");
  return {"valid", verified->caller->username};
}

}  // namespace trinity::auth
