#pragma once
#include <string>
#include <string_view>

namespace trinity::agentd {

/// Goes through a text that comes in pieces and tells what of it is UTF-8 (RFC 3629). A character may be cut anywhere.
class Utf8Check {
 public:
  /// `piece` with U+FFFD for every byte that belongs to no character; a character that is not whole yet waits for its
  /// rest.
  [[nodiscard]] std::string clean(std::string_view piece);
  /// What still waits, at the end of the text.
  [[nodiscard]] std::string finish();
  /// Whether nothing had to be replaced so far.
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  std::string waiting_;  ///< at most 3 bytes
  bool sound_ = true;
};

}  // namespace trinity::agentd
