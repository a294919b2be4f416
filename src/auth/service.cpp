#include "auth/service.h"

#include "auth/store.h"
#include "base/clock.h"
#include "base/errors.h"
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
  co_return issue(user->username, "admin");
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
    if (!replaced) return;
    User changed = *user;
    changed.password_hash = new_hash;
    parts_.users.put(std::move(changed));
  };
  try {
    co_await parts_.database.write(call, std::move(job), std::move(publish));
  } catch (const Error& fault) {
    // The password was right; a book-keeping failure is no reason to keep its owner out.
    log::warn("auth", "sign-in of user {} was not recorded: {}", user->id, fault.what());
  }
}

SignedIn SignIn::issue(const std::string& username, const std::string& mode) const {
  const Time expiry = std::chrono::ceil<std::chrono::seconds>(now()) + token_life;
  SignedIn made;
  made.token.access_token = parts_.signer.sign({username, mode, TokenUse::access, expiry});
  made.session = parts_.signer.sign({username, mode, TokenUse::session, expiry});
  return made;
}

SignedIn SignIn::with_session(std::string_view cookie) const {
  const auto verified = parts_.verifier.verify_session(cookie);
  if (!verified) throw Unauthorized("Not authenticated");
  return issue(verified->caller->username, verified->mode);
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
