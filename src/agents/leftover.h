#pragma once
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "db/session.h"

namespace trinity::agents {

/// What an action on an agent has begun and not ended: a row of table trinity_cleanup, at most one per agent.
///
///                 rows written              engine asked               all there
///   (nothing) ----> creating -------------------> creating ----------> (agent), row removed
///                      | a step failed               | the process died
///                      v                             v
///                    undoing <-- never started --- next start -- has started --> (agent), row removed
///                      | container, key and ownership, volumes
///                      |
///                      | no container was there, though the engine may have been asked for one:
///                      | looked for again each second for 15 s
///                      v
///   (nothing), row removed
///
///   (agent), stopped ----> deleting --> container --> ownership --> volumes --> (nothing), row removed
///                            | the engine refused: the container is still there
///                            v
///                        (agent), row removed
///
///   (agent) ----> replacing --> new container --> old one stopped --> new one started --> old one removed, new one
///                     |                                                     |             renamed, row removed
///                     | the new one does not run                            | the new one runs
///                     v                                                     v
///                   new one removed, old one started if it ran            old one removed, new one renamed, row
///                   removed
///
/// The row is written before the first change that a start of the agent does not take back, and removed after the last
/// one. So a process that dies leaves either no row and nothing to do, or a row that says what to take away. Every step
/// of the removal may be done again. A row is worked off at start, then again and again with growing pauses. While
/// there is one, no agent of that name can be made: it would find the data of the one before.
struct Leftover {
  enum class Kind { creating, undoing, deleting, replacing };
  std::string agent;
  Kind kind = Kind::creating;
  std::string mark;        ///< creating, undoing: the container's key nonce; else the (old) container's id
  bool workspace = false;  ///< the volume is this action's to remove
  bool data = false;
  bool row = false;  ///< so are the agent's rows; else only its key
  std::int64_t attempts = 0;
  std::string container{};  ///< its id, as far as this process knows it; not stored
  /// The engine may still be at work on what it was asked for; not stored. So it is after a crash, for all we know.
  bool unheard = true;
  /// deleting: the volumes are named after it; empty: the name that we would give. replacing: the agent's own.
  std::string container_name{};
  bool was_running = false;  ///< replacing: the old container is to run again when the new one is taken back
  bool take_back = false;    ///< replacing: whatever the new one does; not stored
};

/// Statements on table trinity_cleanup. They run inside the caller's transaction.
struct LeftoverRows {
  static void put(db::Session& session, const Leftover& leftover);
  static void remove(db::Session& session, const std::string& agent);
  /// The next try comes after 1, 2, 4, ... at most 300 seconds, by the attempts that the leftover says there were.
  /// `why` is cut to 300 bytes.
  static void postpone(db::Session& session, const Leftover& leftover, const std::string& why);
  [[nodiscard]] static std::vector<Leftover> of(db::Session& session, const std::string& agent);
  /// At most 50 whose time has come, the oldest first; `all`: whatever their time.
  [[nodiscard]] static std::vector<Leftover> due(db::Session& session, bool all);
  [[nodiscard]] static bool any(db::Session& session);
};

/// The engine was asked and did not answer: it may do what it was asked for all the same, now or later.
[[nodiscard]] bool is_unheard(const std::exception_ptr& fault);

}  // namespace trinity::agents
