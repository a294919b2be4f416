#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"

namespace trinity::log {

/// A named value of a line. The name is plain: letters, digits, `_`.
struct Field {
  std::string_view name;
  std::string value;
};

/// A line for programs to read: JSON lines get the fields beside `msg`, lines for people `name=value` behind the text,
/// quoted where a value is more than one plain word. Written whatever the level that was configured.
/// Never pass secrets.
void write_always(Level level, Place place, std::string_view text, std::span<const Field> fields);

}  // namespace trinity::log
