#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/durations.h"

namespace trinity::db {

/// What a statement is called in figures: its verb and the first table it names, "select users". Statements are texts
/// of the program, so the names are as many as its tables and verbs. Never holds a value.
[[nodiscard]] std::string statement_name(std::string_view sql);

/// Counts every statement of a database by name, those of requests and those of background jobs. Any thread.
class Statements {
 public:
  static constexpr std::size_t most_names = 200;  ///< what comes after them is counted as "other"

  struct Line {
    std::string name;
    std::uint64_t failed = 0;  ///< of all that ran
    Durations durations;
  };

  Statements() = default;
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  void count(std::string_view sql, std::chrono::nanoseconds took, bool failed);
  /// Sorted by name.
  [[nodiscard]] std::vector<Line> read() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Line, std::less<>> lines_;
};

}  // namespace trinity::db
