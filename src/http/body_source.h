#pragma once
#include <string>

#include "base/task.h"

namespace trinity::http {

/// Gives a body piece by piece. Belongs to one exchange and its I/O thread.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece, of any size above zero; at the end an empty text, again and again. Must end within a bound of its
  /// own. What it throws ends the exchange.
  virtual Task<std::string> read() = 0;
};

}  // namespace trinity::http
