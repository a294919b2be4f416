#pragma once
#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/credentials/env_file.h"
#include "agentd/lane.h"
#include "agentd/processes.h"
#include "base/blocking.h"

namespace trinity::agentd {

/// What the control plane sends.
struct CredentialUpdate {
  std::vector<Variable> variables;
  std::optional<std::string> mcp_config;                    ///< the whole of .mcp.json; a JSON object
  std::optional<std::map<std::string, std::string>> files;  ///< path in the home folder to content
  bool merge = false;                                       ///< false: this is all there is
};

/// Which of what lies in the home folder was put there by updates, so that a later one can take it away again. Names
/// and paths, no values.
struct CredentialRecord {
  std::vector<std::string> names;
  std::vector<std::string> files;
};

/// The credentials that the agent was given: in `.env`, in `.mcp.json`, in files of their own, and in the environment
/// of the programs that are started from now on. Variables in `.env` that came from elsewhere stay. Belongs to one I/O
/// thread; files are written on the pool, one update after the other.
class Credentials {
 public:
  /// `home`: who is in it may change the home folder.
  Credentials(const Config& config, Processes& processes, BlockingPool& pool, Lane& home)
      : config_(config), processes_(processes), pool_(pool), home_(home) {}
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  /// Brings back the variables that earlier updates wrote.
  Task<> restore();
  /// Takes over the files that the server laid ready (generated_folder) and tells how many there were. Throws Failed.
  Task<std::size_t> take_generated();
  /// The contract's AgentdCredentialUpdated. Throws Failed, Unavailable.
  Task<boost::json::object> update(CredentialUpdate update);
  /// The contract's AgentdCredentialStatus. No values.
  Task<boost::json::object> status();
  /// Puts the platform's MCP server where the CLI looks for it, if it is not there.
  Task<> keep_platform_entry();

  /// The newest value of a variable: from an update, else from the start of the container; empty when there is none.
  [[nodiscard]] std::string value_of(const std::string& name) const;
  /// The same from an update alone: somebody gave it to this agent. Empty: nobody did.
  [[nodiscard]] std::string given(const std::string& name) const;
  /// Paths of credential files, relative to the home folder.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return record_.files; }

 private:
  void hand_to_programs();

  const Config& config_;
  Processes& processes_;
  BlockingPool& pool_;
  Lane& home_;
  std::vector<Variable> variables_;  ///< the last full set
  CredentialRecord record_;
  std::set<std::string> gone_;  ///< were in the set and are not any more
};

}  // namespace trinity::agentd
