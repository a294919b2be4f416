#include "db/scrub.h"

#include "db/session.h"

namespace trinity::db {

void scrub(const std::filesystem::path& file) {
  Session session(file, Session::Mode::writer);
  (void)session.query("PRAGMA secure_delete = ON").one<int>();
  session.query("VACUUM").run();
  // The row tells whether somebody stood in the way.
  const auto emptied = session.query("PRAGMA wal_checkpoint(TRUNCATE)").one<int, int, int>();
  if (!emptied || std::get<0>(*emptied) != 0)
    throw Failure("the journal of " + file.string() + " is in use and cannot be emptied");
}

}  // namespace trinity::db
