#include "vault/sealed_text.h"

#include <sodium.h>

#include <algorithm>

#include "base/ids.h"
#include "vault/vault.h"

namespace trinity::vault {

namespace {

constexpr std::string_view version = "1:";
constexpr std::size_t head_length = sealed_prefix.size() + version.size();
constexpr std::size_t overhead =
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t wrapped_bytes = overhead + key_bytes;
constexpr std::size_t most_body_text = sodium_base64_ENCODED_LEN(most_plain + overhead, sodium_base64_VARIANT_URLSAFE);

bool is_id(std::string_view text) noexcept {
  return text.size() == key_id_length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// libsodium takes some bytes beyond ASCII for letters: a text would have several forms.
bool is_base64url(std::string_view text) noexcept {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
         std::string_view::npos;
}

std::optional<std::vector<unsigned char>> decode(std::string_view text) {
  if (!is_base64url(text)) return std::nullopt;
  std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

}  // namespace

std::string_view key_id_of(std::string_view text) noexcept {
  if (!text.starts_with(sealed_prefix) || !text.substr(sealed_prefix.size()).starts_with(version)) return {};
  text.remove_prefix(head_length);
  const auto id = text.substr(0, text.find(':'));
  return is_id(id) && id.size() < text.size() ? id : std::string_view();
}

std::optional<SealedText> parse_sealed(std::string_view text) {
  SealedText parts;
  parts.key_id = key_id_of(text);
  if (parts.key_id.empty()) return std::nullopt;
  text.remove_prefix(head_length + parts.key_id.size() + 1);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon > most_body_text) return std::nullopt;
  auto wrapped = decode(text.substr(0, colon));
  auto body = decode(text.substr(colon + 1));
  if (!wrapped || wrapped->size() != wrapped_bytes || !body || body->size() < overhead) return std::nullopt;
  parts.wrapped = std::move(*wrapped);
  parts.body = std::move(*body);
  return parts;
}

std::string sealed_beginning(std::string_view key_id) {
  std::string text(sealed_prefix);
  text.append(version).append(key_id).append(":");
  return text;
}

std::string compose_sealed(const SealedText& parts) {
  auto text = sealed_beginning(parts.key_id);
  text.append(base64url(parts.wrapped)).append(":").append(base64url(parts.body));
  return text;
}

}  // namespace trinity::vault
