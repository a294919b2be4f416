// Sealed texts and key files as a damaged or forged store may give them: what the vault makes of any bytes.
#include "vault/vault.h"

#include <stdexcept>

#include "fuzz/input.h"
#include "vault/key_file.h"
#include "vault/sealed_text.h"

namespace {

using namespace trinity;

const vault::Label label{"credential", "id", "owner", "secret"};

vault::Vault made() {
  vault::MasterKey::Bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i);
  return vault::Vault({std::make_shared<const vault::MasterKey>(bytes)});
}

void check_any(const vault::Vault& vault, std::string_view text) {
  const auto parts = vault::parse_sealed(text);
  if (parts) {
    fuzz::require(vault::compose_sealed(*parts) == text, "a text has one form");
    fuzz::require(vault::Vault::is_sealed(text), "what parses says that it is sealed");
    fuzz::require(vault::key_id_of(text) == parts->key_id, "the id is the same");
  }
  try {
    (void)vault.open(label, text);
    fuzz::require(parts.has_value(), "only what parses opens");
  } catch (const vault::Damaged& fault) {
    fuzz::require(std::string_view(fault.what()).size() < 300, "a fault is short");
  }
}

/// A sealed text with some bytes of it changed does not open.
void check_change(const vault::Vault& vault, fuzz::Input& input) {
  const auto at = input.pick(256);
  const auto by = input.byte();
  const auto plain = input.text(512);
  const auto sealed = vault.seal(label, plain);
  fuzz::require(vault.open(label, sealed).view() == plain, "what was sealed opens");
  auto changed = sealed;
  auto& one = changed[at % changed.size()];
  one = static_cast<char>(static_cast<unsigned char>(one) ^ by);
  if (changed == sealed) return;
  try {
    (void)vault.open(label, changed);
    fuzz::require(false, "a changed text does not open");
  } catch (const vault::Damaged&) {
  }
}

void check_key_file(std::string_view text) {
  try {
    const auto keys = vault::parse_key_file(text, "vault.key");
    fuzz::require(!keys.empty(), "a key file has a key");
  } catch (const std::runtime_error& fault) {
    fuzz::require(std::string_view(fault.what()).size() < 200, "a fault is short");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto vault = made();
  fuzz::Input input(data, size);
  switch (input.pick(3)) {
    case 0:
      check_any(vault, input.rest());
      break;
    case 1:
      check_change(vault, input);
      break;
    default:
      check_key_file(input.rest());
  }
  return 0;
}
