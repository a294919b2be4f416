#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace trinity::vault {

/// Overwrites the text, its spare room too, and empties it.
void wipe(std::string& text) noexcept;

/// A plain secret in memory. Overwritten when it dies; it moves and is never copied. One thread at a time.
class Secret {
 public:
  Secret() = default;
  /// Takes the text over; what was passed in is overwritten.
  explicit Secret(std::string text);
  explicit Secret(std::vector<char> bytes) noexcept : bytes_(std::move(bytes)) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// Valid as long as the secret lives.
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

 private:
  std::vector<char> bytes_;  // a short std::string would leave its text behind when it moves
};

}  // namespace trinity::vault
