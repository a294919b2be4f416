#pragma once
#include <cstdint>
#include <filesystem>

namespace trinity::db {

enum class Existing { keep, replace };

/// Copies a database file as it is at this moment, while programs go on using it: they are not held up, and the copy
/// is one consistent state. The copy is complete when it has its name (until then it is called `<copy>.partial`), lies
/// safely on the disk and may be read by its owner only: it holds what the database holds. Returns its size in bytes.
/// Throws Failure with a text for the operator; then no copy is left, and the database is as it was. An existing file
/// is only overwritten with Existing::replace, in one step at the end, and never when it belongs to the database. One
/// backup to a name at a time; a second one is refused. Blocks.
std::uint64_t back_up(const std::filesystem::path& file, const std::filesystem::path& copy,
                      Existing existing = Existing::keep);

}  // namespace trinity::db
