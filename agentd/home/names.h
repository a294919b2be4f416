#pragma once
#include <dirent.h>

namespace trinity::agentd {

/// The names in a folder, in the system's order. Never opens what is no folder, a link to one included.
class Names {
 public:
  /// `name` in the open folder `above`; `.` is the folder itself.
  Names(int above, const char* name);
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return stream_ != nullptr; }
  [[nodiscard]] int number() const noexcept { return ::dirfd(stream_); }
  /// The next one but `.` and `..`, good until the next call; null at the end.
  [[nodiscard]] const char* next();

 private:
  DIR* stream_ = nullptr;
};

}  // namespace trinity::agentd
