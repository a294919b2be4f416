#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agentd/processes.h"
#include "base/blocking.h"
#include "base/clock.h"

namespace trinity::agentd {

/// What a git command came to.
struct GitOutput {
  int code = 0;
  std::string out;
  std::string said;  ///< standard error, for people: without passwords and
                     ///< without the token
  [[nodiscard]] bool good() const noexcept { return code == 0; }
};

/// Runs git in one work tree: no shell, nobody to be asked, no pager, everything bounded. The token never stands in
/// arguments, in addresses or in files: git asks for it, and gets the newest one, when the host of the repository wants
/// it. When a command takes too long it is killed with its children and its lock files are removed. Belongs to one I/O
/// thread.
class GitCommand {
 public:
  struct Settings {
    std::filesystem::path folder;  ///< the work tree
    std::string host;              ///< the token is for this one only: "https://github.com"
    std::string token;             ///< empty: none
    SteadyTime until;              ///< of everything that is run with this
  };
  GitCommand(Processes& processes, BlockingPool& pool, Settings settings)
      : processes_(processes), pool_(pool), settings_(std::move(settings)) {}

  struct Order {
    std::vector<std::string> arguments;  ///< without "git"
    std::chrono::seconds limit{10};
    std::string input{};
    std::vector<std::string> variables{};  ///< more of them, NAME=value
  };
  /// Throws TimedOut("Git operation timed out") and Failed (git cannot be started). Any other end is an output.
  Task<GitOutput> run(Order order) const;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return settings_.folder; }

 private:
  [[nodiscard]] std::vector<std::string> environment() const;

  Processes& processes_;
  BlockingPool& pool_;
  Settings settings_;
};

}  // namespace trinity::agentd
