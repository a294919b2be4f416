#pragma once
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::vault {

inline constexpr std::size_t key_bytes = 32;

/// A master key. Its id is computed from it (16 hex digits), tells nothing about it, and stands next to everything that
/// is sealed under it. Overwritten when it dies.
class MasterKey {
 public:
  using Bytes = std::array<unsigned char, key_bytes>;
  explicit MasterKey(const Bytes& bytes);
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;
  ~MasterKey();

  /// 64 hex digits, or base64 (plain or for URLs) of 32 bytes. Nothing for anything else.
  static std::shared_ptr<const MasterKey> from_text(std::string_view text);
  static std::shared_ptr<const MasterKey> make();

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
  std::string id_;
};

/// The newest last: it seals, the others only open.
using Keys = std::vector<std::shared_ptr<const MasterKey>>;

enum class KeySource { environment, file };

struct KeyRing {
  Keys keys;
  KeySource source = KeySource::file;
  bool made = false;  ///< the file was made just now
};

/// What the operator has set. Texts are secrets.
struct KeyOrder {
  std::string key;                      ///< TRINITY_VAULT_KEY; empty: from the file
  std::vector<std::string> older_keys;  ///< TRINITY_VAULT_OLD_KEYS, for opening
  std::filesystem::path file;           ///< vault.key of the data folder
};

/// The keys of the environment, with those of the file as older ones where it exists; else the file's, which is made
/// with one key when missing. Throws std::runtime_error with a text for the operator that never repeats a key: not a
/// key, a damaged file, a file that others may read.
[[nodiscard]] KeyRing load_keys(const KeyOrder& order);

/// Writes the file anew: mode 0600, under another name first, on the disk before it returns.
void write_key_file(const std::filesystem::path& file, const Keys& keys);

}  // namespace trinity::vault
