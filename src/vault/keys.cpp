#include "vault/keys.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "base/ids.h"
#include "vault/key_file.h"
#include "vault/secret.h"

namespace trinity::vault {

namespace {

constexpr std::size_t id_bytes = 8;
constexpr std::size_t hex_length = key_bytes * 2;
constexpr std::string_view id_purpose = "trinity vault key id";

std::string id_of(const MasterKey::Bytes& key) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(id_purpose.data()),
                     id_purpose.size(), key.data(), key.size());
  return hex(std::span<const unsigned char>(digest).first(id_bytes));
}

bool decode(std::string_view text, MasterKey::Bytes& out) {
  std::size_t length = 0;
  if (text.size() == hex_length)
    return sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, nullptr) == 0 &&
           length == out.size();
  for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                            sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, nullptr, variant) == 0 &&
        length == out.size())
      return true;
  }
  return false;
}

void add_new(Keys& keys, std::shared_ptr<const MasterKey> key) {
  const auto same = [&key](const auto& other) { return other->id() == key->id(); };
  if (std::ranges::none_of(keys, same)) keys.push_back(std::move(key));
}

std::shared_ptr<const MasterKey> key_of(std::string_view text, std::string_view variable) {
  auto key = MasterKey::from_text(text);
  if (!key)
    throw std::runtime_error(std::string(variable) + " holds no key: it must be 64 hex digits or base64 of 32 bytes");
  return key;
}

}  // namespace

MasterKey::MasterKey(const Bytes& bytes) : bytes_(bytes), id_(id_of(bytes)) {}

MasterKey::~MasterKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

std::shared_ptr<const MasterKey> MasterKey::from_text(std::string_view text) {
  Bytes bytes{};
  std::shared_ptr<const MasterKey> key;
  if (decode(text, bytes)) key = std::make_shared<const MasterKey>(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::shared_ptr<const MasterKey> MasterKey::make() {
  Bytes bytes{};
  random_bytes(bytes);
  auto key = std::make_shared<const MasterKey>(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

KeyRing load_keys(const KeyOrder& order) {
  KeyRing ring;
  for (const auto& text : order.older_keys) add_new(ring.keys, key_of(text, "TRINITY_VAULT_OLD_KEYS"));
  if (order.key.empty()) {
    auto kept = read_key_file(order.file);
    if (!kept) {
      write_key_file(order.file, {MasterKey::make()});
      kept = read_key_file(order.file);
      ring.made = true;
    }
    for (auto& key : *kept) add_new(ring.keys, std::move(key));
    return ring;
  }
  ring.source = KeySource::environment;
  if (auto kept = read_key_file(order.file)) {
    for (auto& key : *kept) add_new(ring.keys, std::move(key));
  }
  auto newest = key_of(order.key, "TRINITY_VAULT_KEY");
  std::erase_if(ring.keys, [&newest](const auto& other) { return other->id() == newest->id(); });
  ring.keys.push_back(std::move(newest));
  return ring;
}

}  // namespace trinity::vault
