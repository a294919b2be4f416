#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "vault/keys.h"
#include "vault/secret.h"

namespace trinity::vault {

/// What a sealed text belongs to. It is bound to the text, so that it opens nowhere else.
struct Label {
  std::string kind;   ///< "credential", "setting"
  std::string id;     ///< of the record
  std::string owner;  ///< user name; empty when it belongs to nobody
  std::string field;  ///< "secret", "value"
};

/// A sealed text that cannot be opened: damaged, moved from another record, or its key is not here. The text is for
/// the log and names the record, never what it holds; clients read "Internal Server Error".
struct Damaged : Internal {
  using Internal::Internal;
};

/// The longest secret.
inline constexpr std::size_t most_plain = std::size_t{16} << 20U;

/// Seals and opens secrets: XChaCha20-Poly1305, a fresh data key for each secret, wrapped by the newest master key.
/// Any thread; does not block.
class Vault {
 public:
  /// At least one key.
  explicit Vault(Keys keys);
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  /// "trinity-sealed:1:<key id>:<wrapped data key>:<nonce and ciphertext>". Throws PayloadTooLarge beyond most_plain.
  [[nodiscard]] std::string seal(const Label& label, std::string_view plain) const;
  /// Throws Damaged.
  [[nodiscard]] Secret open(const Label& label, std::string_view sealed) const;
  /// Whether it claims to be sealed. A text that was stored plain does not begin like that.
  [[nodiscard]] static bool is_sealed(std::string_view text) noexcept;
  /// Under the newest master key.
  [[nodiscard]] bool is_current(std::string_view sealed) const noexcept;
  /// The same secret with its data key under the newest master key. Throws Damaged.
  [[nodiscard]] std::string rewrap(const Label& label, std::string_view sealed) const;

  /// Oldest first.
  [[nodiscard]] std::shared_ptr<const Keys> keys() const;
  [[nodiscard]] std::string newest_id() const;
  /// From now on the last one seals. At least one key.
  void replace_keys(Keys keys);

 private:
  [[nodiscard]] std::shared_ptr<const MasterKey> newest() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Keys> keys_;
};

}  // namespace trinity::vault
