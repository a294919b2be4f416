#pragma once
#include <filesystem>

namespace trinity::db {

/// Writes the file anew without free pages and empties its journal, so that nothing is left in them of what was
/// replaced or deleted before. Needs room on the disk for a second copy. Connections of this and other programs may be
/// open, but must not be at work: it waits 5 s for them. Throws Failure or Busy; the data is then as it was. Blocks.
void scrub(const std::filesystem::path& file);

}  // namespace trinity::db
