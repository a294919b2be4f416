#pragma once
#include <string_view>

#include "agentd/runtime/event.h"

namespace trinity::agentd {

/// Reads the output of one run, line by line. No I/O. Any line is taken: one of an unknown kind, or with any value in
/// any field, never breaks a run; what does not fit is ignored.
class LineReader {
 public:
  virtual ~LineReader() = default;
  /// `cut`: the line was longer than what is handed over.
  virtual void line(std::string_view line, bool cut, Reading& into) = 0;
  /// No more lines follow.
  virtual void finish(Reading& into) = 0;
};

}  // namespace trinity::agentd
