#pragma once
#include <functional>
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

/// From now on `hears` is told of every line with fields, beside the output: on the thread that writes it, so it must
/// not block, nor write such a line itself. One at a time; `who` names it to stop_hearing(). Any thread.
void hear(const void* who, std::function<void(const Place&, std::span<const Field>)> hears);
/// Nothing for anybody else. When it returns, `hears` is not being called and will not be any more.
void stop_hearing(const void* who);

}  // namespace trinity::log
