#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/task.h"
#include "vault/vault.h"

namespace trinity::vault {

/// The text that replaces a kept one; nothing: it stays. Called from any thread, one at a time; must not block.
using Reseal = std::function<std::optional<std::string>(const Label&, std::string_view text)>;

struct Resealed {
  std::size_t seen = 0;
  std::size_t changed = 0;
};

/// A place that keeps sealed texts. Any I/O thread.
class Holding {
 public:
  virtual ~Holding() = default;
  /// Shows every text to `reseal`, in bounded pages. One that somebody replaces meanwhile stays as it is then.
  virtual Task<Resealed> each(Call call, Reseal reseal) = 0;
};

/// Stands beside sealed texts and tells which key they need, and whether a key of that id is the right one.
struct Mark {
  std::string key_id;
  std::string check;  ///< a known text, sealed under that key
};

/// Where marks are kept. Any I/O thread.
class MarkBook {
 public:
  virtual ~MarkBook() = default;
  virtual Task<std::vector<Mark>> marks(Call call) = 0;
  virtual Task<> put_mark(Call call, Mark mark) = 0;
  virtual Task<> drop_mark(Call call, std::string key_id) = 0;
};

}  // namespace trinity::vault
