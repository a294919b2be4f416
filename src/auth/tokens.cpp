#include "auth/tokens.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "base/errors.h"

namespace trinity::auth {

namespace {

constexpr std::size_t longest_token = 4096;

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(int status) {
  if (status != 0) throw Internal("a token cannot be signed");
}

/// Three parts of base64url. Keeps everything else away from the library, which reads up to a zero byte.
bool looks_like_token(std::string_view text) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return text.size() <= longest_token && std::ranges::count(text, '.') == 2 && std::ranges::all_of(text, fits);
}

std::optional<std::string> text_claim(jwt_t* jwt, const char* name) {
  const char* value = jwt_get_grant(jwt, name);
  if (value == nullptr) return std::nullopt;
  return value;
}

Time from_epoch(long seconds) {
  return Time(std::chrono::seconds(seconds));
}

}  // namespace

TokenSigner::TokenSigner(std::string key) : key_(std::move(key)) {
  if (key_.empty()) throw std::invalid_argument("tokens need a key");
}

std::string TokenSigner::sign(const Claims& claims) const {
  jwt_t* raw = nullptr;
  require(jwt_new(&raw));
  const Jwt jwt(raw, &jwt_free);
  const auto expiry = std::chrono::floor<std::chrono::seconds>(claims.expires_at).time_since_epoch().count();
  if (claims.subject) require(jwt_add_grant(raw, "sub", claims.subject->c_str()));
  require(jwt_add_grant_int(raw, "exp", expiry));
  require(jwt_add_grant(raw, "mode", claims.mode.c_str()));
  if (claims.version != 0) require(jwt_add_grant_int(raw, "ver", claims.version));
  if (!claims.session.empty()) require(jwt_add_grant(raw, "sid", claims.session.c_str()));
  if (claims.use == TokenUse::session) require(jwt_add_grant(raw, "use", "session"));
  require(jwt_set_alg(raw, JWT_ALG_HS256, bytes_of(key_), static_cast<int>(key_.size())));
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), &std::free);
  if (!text) throw Internal("a token cannot be signed");
  return text.get();
}

std::optional<Claims> TokenSigner::read(std::string_view token, Time at) const {
  if (!looks_like_token(token)) return std::nullopt;
  jwt_t* raw = nullptr;
  const std::string text(token);
  if (jwt_decode(&raw, text.c_str(), bytes_of(key_), static_cast<int>(key_.size())) != 0) return std::nullopt;
  const Jwt jwt(raw, &jwt_free);
  if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::nullopt;

  const long expiry = jwt_get_grant_int(raw, "exp");  // -1 when missing or no whole number
  if (expiry <= 0 || expiry > 253'402'300'799 || from_epoch(expiry) <= at) return std::nullopt;  // up to the year 9999
  Claims claims;
  claims.subject = text_claim(raw, "sub");
  claims.mode = text_claim(raw, "mode").value_or("");
  claims.expires_at = from_epoch(expiry);
  claims.version = std::max(jwt_get_grant_int(raw, "ver"), 0L);  // -1 when missing
  claims.session = text_claim(raw, "sid").value_or("");
  const auto use = text_claim(raw, "use");
  if (use == "session") {
    claims.use = TokenUse::session;
  } else if (use) {
    return std::nullopt;  // signed for a purpose that this program does not know
  }
  return claims;
}

}  // namespace trinity::auth
