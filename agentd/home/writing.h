#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

#include "agentd/home/home.h"
#include "base/clock.h"

namespace trinity::agentd {

/// What is being written is called so until it is whole: nobody is told of it.
[[nodiscard]] constexpr bool is_unfinished(std::string_view name) noexcept {
  return name.starts_with(".trinity-new-");
}

/// Writes a file beside its place and moves it there when it is whole: a reader finds the old content or the new one.
/// What was not finished is taken away again. Blocks.
class FileWriter {
 public:
  /// In `folder`, which the writer keeps open, under `name`. Throws Failed.
  FileWriter(Descriptor folder, std::string name, mode_t mode);
  FileWriter(FileWriter&&) noexcept = default;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  /// Throws PayloadTooLarge beyond `most` bytes in all, Failed when the disk is full.
  void append(std::string_view bytes, std::uint64_t most);
  /// Begins anew.
  void clear();

  struct Written {
    std::uint64_t size = 0;
    Time modified;
    std::string tag;
  };
  /// `anew`: only when nothing has that name; else throws Conflict.
  Written finish(bool anew, std::string_view asked);

 private:
  Descriptor folder_;
  std::string name_;
  std::string beside_;  ///< empty once it is in its place
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Moves within one folder or between two, never over something. Throws Conflict, Failed.
void move_to_free_name(int from, const std::string& name, int to, const std::string& free_name, std::string_view asked);

}  // namespace trinity::agentd
