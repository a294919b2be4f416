#pragma once
#include "base/errors.h"

namespace trinity::db {

/// The database refused or failed a statement. The text names what went wrong and the statement, never the values bound
/// to it.
struct Failure : Internal {
  using Internal::Internal;
};

/// A unique, not-null or check rule of a table was broken. Stores turn it into a Conflict where the contract has one.
struct ConstraintViolation : Failure {
  using Failure::Failure;
};

/// Another connection held the lock longer than the busy limit. Nothing was changed; the client may try again.
struct Busy : Unavailable {
  Busy() : Unavailable("The database is busy. Try again in a moment.") {}
};

/// The disk, or the room that the file may take, is full. Nothing was changed; reading goes on.
struct DiskFull : Unavailable {
  DiskFull() : Unavailable("The server's disk is full, so nothing was saved. Tell its operator.") {}
};

}  // namespace trinity::db
