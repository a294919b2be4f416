#include "auth/passwords.h"

#include <crypt.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "base/errors.h"
#include "base/log.h"

namespace trinity::auth {

namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = 19UL * 1024 * 1024;
constexpr std::size_t bcrypt_counts = 72;  // bytes of a password that bcrypt looks at
constexpr int costliest_bcrypt = 16;       // 2^16 rounds take some 4 s; a row asking for more is a trap

bool is_argon2id(std::string_view stored) noexcept {
  return stored.starts_with("$argon2id$");
}

/// The cost of `$2x$NN$...` with x one of a, b, y; nothing for another text.
std::optional<int> bcrypt_cost(std::string_view stored) noexcept {
  if (stored.size() != 60 || !stored.starts_with("$2") || stored[3] != '$' || stored[6] != '$') return std::nullopt;
  if (stored[2] != 'a' && stored[2] != 'b' && stored[2] != 'y') return std::nullopt;
  const char tens = stored[4];
  const char ones = stored[5];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
  return (tens - '0') * 10 + (ones - '0');
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

PasswordVerdict verify_argon2id(std::string_view password, std::string_view stored) {
  const std::string text(stored);
  if (text.size() >= crypto_pwhash_STRBYTES) return {};
  const bool right = crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0;
  return {right, right && crypto_pwhash_str_needs_rehash(text.c_str(), passes, memory_bytes) != 0};
}

PasswordVerdict verify_bcrypt(std::string_view password, std::string_view stored) {
  // The C interface ends at a zero byte, which would cut the password.
  if (password.find('\0') != std::string_view::npos) return {};
  const std::string counted(password.substr(0, bcrypt_counts));
  const std::string setting(stored);
  auto work = std::make_unique<crypt_data>();
  const char* made = ::crypt_r(counted.c_str(), setting.c_str(), work.get());
  const bool right = made != nullptr && equal(made, stored);
  sodium_memzero(work.get(), sizeof(crypt_data));
  if (right && password.size() > bcrypt_counts) {
    log::warn("auth", "a password of more than {} bytes met a bcrypt hash, which looks at the first {} only",
              bcrypt_counts, bcrypt_counts);
    return {true, false};
  }
  return {right, right};
}

}  // namespace

std::string hash_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Internal("no memory to hash a password");
  }
  return text.data();
}

PasswordVerdict verify_password(std::string_view password, std::string_view stored) {
  if (password.size() > longest_password) return {};
  if (is_argon2id(stored)) return verify_argon2id(password, stored);
  const auto cost = bcrypt_cost(stored);
  if (cost && *cost <= costliest_bcrypt) return verify_bcrypt(password, stored);
  verify_nothing(password);
  return {};
}

void verify_nothing(std::string_view password) {
  std::array<unsigned char, 32> out{};
  const std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  const auto text = password.substr(0, longest_password);
  if (crypto_pwhash(out.data(), out.size(), text.data(), text.size(), salt.data(), passes, memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Internal("no memory to hash a password");
  }
}

bool is_plain_text(std::string_view stored) noexcept {
  return !stored.starts_with("$2") && !stored.starts_with("$argon2");
}

PasswordHasher::PasswordHasher() {
  if (sodium_init() < 0) throw std::runtime_error("the cryptography library cannot start");
}

}  // namespace trinity::auth
