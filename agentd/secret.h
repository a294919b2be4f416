#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// The bearer secret that the server put into the container, kept in memory only. Without one nobody gets in.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text);
  /// Reads the file's only line. Missing, unreadable, empty or short (under 16 characters) gives a secret that no
  /// request matches; the reason goes to the log.
  static Secret from_file(const std::filesystem::path& file);

  [[nodiscard]] bool known() const noexcept { return !text_.empty(); }
  /// Whether an Authorization header carries this secret. The time taken depends on the header's length only, so that
  /// answers do not tell how much of a guess was right.
  [[nodiscard]] bool matches(std::string_view authorization) const noexcept;

 private:
  std::string text_;
};

}  // namespace trinity::agentd
