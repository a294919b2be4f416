#pragma once
#include <iosfwd>

#include "app/config.h"

namespace trinity::app {

/// Copies the database of `config` as it is at this moment, beside a server that may be running: the data folder is not
/// locked, nothing is migrated. Prints the copy's name and size to `out`, or what went wrong to `errors`. Returns the
/// program's exit code: 0, or 1 when no copy was made.
[[nodiscard]] int back_up(const Config& config, const BackupOrder& order, std::ostream& out, std::ostream& errors);

}  // namespace trinity::app
