#pragma once
#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/credentials/credentials.h"
#include "agentd/git/command.h"

namespace trinity::agentd {

/// The repository that an agent is made from, brought into its home folder at the start.

struct Brought {
  bool fresh = false;              ///< false: it was there before
  std::size_t moved = 0;           ///< files that stood in the way
  std::filesystem::path backup{};  ///< where they are now
  std::string note{};              ///< what did not work and does not matter much
};

/// With history, in place: nothing of what lies in the home folder is deleted. Files that differ from those of the
/// repository are moved into a folder below `.trinity/backup`. When it fails, the home folder is as it was; the text
/// says why. A repository that is there already is only looked up at its remote.
Task<std::expected<Brought, std::string>> bring_repository(const Config* config, const Credentials* credentials,
                                                           Processes* processes, BlockingPool* pool);

/// Its newest state only, without history, copied like a template; once.
Task<std::expected<Brought, std::string>> copy_repository(const Config* config, const Credentials* credentials,
                                                          Processes* processes, BlockingPool* pool,
                                                          std::stop_token stop);

/// Moves what is in the way of `paths` (relative, of files) below `home` to `backup`: files and links of that name,
/// folders of that name, and files where a folder is wanted. `moved` gets what was moved, so that it can be moved back,
/// also when this throws std::filesystem::filesystem_error. Blocks.
void move_aside(const std::filesystem::path& home, const std::vector<std::string>& paths,
                const std::filesystem::path& backup, std::vector<std::filesystem::path>& moved);

}  // namespace trinity::agentd
