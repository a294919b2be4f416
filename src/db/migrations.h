#pragma once
#include <cstdint>

#include "db/database.h"

namespace trinity::db {

/// The newest version that this program knows.
[[nodiscard]] std::int64_t newest_version() noexcept;

/// Brings the file to the schema of this program and returns its version. A fresh file gets every table; a file of an
/// existing deployment is taken over in place, after a copy beside it: `<file>.backup-<version>-<time>`. Each version
/// is one transaction: a failure leaves the file as it was. Throws Failure, also when the file is newer than the
/// program. Call at start, before anything else uses the database.
std::int64_t migrate(Database& database);

}  // namespace trinity::db
