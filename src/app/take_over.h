#pragma once
#include <iosfwd>

#include "app/config.h"

namespace trinity::app {

/// Takes the credentials of an existing deployment's Redis into the place that `config` names, and seals what its
/// database has in plain text. The data folder is locked: no server may run there. A dry run looks only: it makes and
/// changes no file. Prints counts and names to `out`, never a value, or what went wrong to `errors`. Returns the
/// program's exit code.
[[nodiscard]] int take_over(const Config& config, const TakeOverOrder& order, std::ostream& out, std::ostream& errors);

}  // namespace trinity::app
