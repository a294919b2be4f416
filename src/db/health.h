#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>

namespace trinity::db {

struct FileCheck {
  std::chrono::milliseconds lock{5'000};  ///< how long to wait for another program's lock
  std::chrono::milliseconds pages{250};   ///< how long to look for damage; what is not seen by then is not looked at
};

/// What check_file() found in a file that may be used.
struct FileFacts {
  bool exists = false;
  bool looked_through = false;  ///< the search for damage came to its end in time
  std::int64_t version = 0;     ///< of the schema; 0: none yet, or a deployment of before
};

/// Looks at a database file before anything opens it for writing, so that a file with a fault stays as it is, byte for
/// byte. Throws Failure with a text for the operator when the file is no database, damaged, locked by another program,
/// cannot be written, or newer than `newest`. A missing file is no fault. Blocks up to the two limits.
FileFacts check_file(const std::filesystem::path& file, std::int64_t newest, const FileCheck& limits = {});

}  // namespace trinity::db
