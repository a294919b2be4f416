#include "vault/vault.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/ids.h"
#include "vault/sealed_text.h"

namespace trinity::vault {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

using Bytes = std::vector<unsigned char>;
using View = std::span<const unsigned char>;

/// A key that seals one secret. Overwritten when it dies.
class DataKey {
 public:
  DataKey() = default;
  ~DataKey() { sodium_memzero(bytes.data(), bytes.size()); }
  DataKey(const DataKey&) = delete;
  DataKey& operator=(const DataKey&) = delete;
  std::array<unsigned char, key_bytes> bytes{};
};

View view_of(std::string_view text) noexcept {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// With its length in front, so that no two labels give the same bytes.
void append(std::string& to, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (unsigned shift = 0; shift < 32; shift += 8) to.push_back(static_cast<char>(size >> shift & 0xFFU));
  to.append(part);
}

std::string bound_to(std::string_view purpose, const Label& label, std::string_view key_id = {}) {
  std::string data;
  for (const std::string_view part : {purpose, key_id, std::string_view(label.kind), std::string_view(label.id),
                                      std::string_view(label.owner), std::string_view(label.field)})
    append(data, part);
  return data;
}

std::string bound_key(const Label& label, std::string_view key_id) {
  return bound_to("trinity data key 1", label, key_id);
}
std::string bound_secret(const Label& label) {
  return bound_to("trinity secret 1", label);
}

Bytes encrypt(View plain, std::string_view bound, const unsigned char* key) {
  Bytes out(nonce_bytes + plain.size() + tag_bytes);
  random_bytes(std::span(out).first(nonce_bytes));
  const auto data = view_of(bound);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + nonce_bytes, nullptr, plain.data(), plain.size(), data.data(),
                                             data.size(), nullptr, out.data(), key);
  return out;
}

/// `to` has the size of the plain text. False when it does not open.
bool decrypt(View sealed, std::string_view bound, const unsigned char* key, unsigned char* to) {
  if (sealed.size() < nonce_bytes + tag_bytes) return false;
  const auto data = view_of(bound);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(to, nullptr, nullptr, sealed.data() + nonce_bytes,
                                                    sealed.size() - nonce_bytes, data.data(), data.size(),
                                                    sealed.data(), key) == 0;
}

[[noreturn]] void refuse(const Label& label, std::string_view why) {
  throw Damaged(fmt::format("the sealed {} of {} {} cannot be opened: {}", label.field, label.kind, label.id, why));
}

SealedText parts_of(const Label& label, std::string_view sealed) {
  auto parts = parse_sealed(sealed);
  if (!parts) refuse(label, "it has not the form of a sealed text");
  return std::move(*parts);
}

void unwrap(const Keys& keys, const Label& label, const SealedText& parts, DataKey& to) {
  const auto found = std::ranges::find_if(keys, [&parts](const auto& key) { return key->id() == parts.key_id; });
  if (found == keys.end()) refuse(label, fmt::format("the vault has no key {}", parts.key_id));
  if (parts.wrapped.size() != nonce_bytes + key_bytes + tag_bytes ||
      !decrypt(parts.wrapped, bound_key(label, parts.key_id), (*found)->bytes().data(), to.bytes.data()))
    refuse(label, "it is damaged or belongs to another record");
}

}  // namespace

Vault::Vault(Keys keys) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
  replace_keys(std::move(keys));
}

std::string Vault::seal(const Label& label, std::string_view plain) const {
  if (plain.size() > most_plain) throw PayloadTooLarge("The secret is too long.");
  const auto master = newest();
  DataKey data_key;
  random_bytes(data_key.bytes);
  SealedText parts;
  parts.key_id = master->id();
  parts.wrapped = encrypt(data_key.bytes, bound_key(label, parts.key_id), master->bytes().data());
  parts.body = encrypt(view_of(plain), bound_secret(label), data_key.bytes.data());
  return compose_sealed(parts);
}

Secret Vault::open(const Label& label, std::string_view sealed) const {
  const auto parts = parts_of(label, sealed);
  const auto all = keys();
  DataKey data_key;
  unwrap(*all, label, parts, data_key);
  std::vector<char> plain(parts.body.size() - nonce_bytes - tag_bytes);
  if (!decrypt(parts.body, bound_secret(label), data_key.bytes.data(), reinterpret_cast<unsigned char*>(plain.data())))
    refuse(label, "it is damaged or belongs to another record");
  return Secret(std::move(plain));
}

bool Vault::is_sealed(std::string_view text) noexcept {
  return text.starts_with(sealed_prefix);
}

bool Vault::is_current(std::string_view sealed) const noexcept {
  return key_id_of(sealed) == newest()->id();
}

std::string Vault::rewrap(const Label& label, std::string_view sealed) const {
  auto parts = parts_of(label, sealed);
  const auto all = keys();
  DataKey data_key;
  unwrap(*all, label, parts, data_key);
  const auto& master = all->back();
  parts.key_id = master->id();
  parts.wrapped = encrypt(data_key.bytes, bound_key(label, parts.key_id), master->bytes().data());
  return compose_sealed(parts);
}

std::shared_ptr<const Keys> Vault::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

std::string Vault::newest_id() const {
  return newest()->id();
}

std::shared_ptr<const MasterKey> Vault::newest() const {
  return keys()->back();
}

void Vault::replace_keys(Keys keys) {
  if (keys.empty()) throw std::invalid_argument("a vault needs a key");
  auto next = std::make_shared<const Keys>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_.swap(next);
}

}  // namespace trinity::vault
