#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace trinity::agentd {

/// Everything that agentd takes from outside. The defaults are those of the agent image; tests put their own folders
/// in.
struct Config {
  std::string agent_name = "unknown";
  std::string runtime;        ///< AGENT_RUNTIME as given; empty when unset
  std::string model;          ///< initial model; empty when unset
  std::string template_name;  ///< empty for a blank agent
  bool slim_image = false;    ///< the container's image has no AI command lines
  std::string bind = "0.0.0.0";
  std::uint16_t port = 8000;  ///< 0: the system chooses (tests)

  std::filesystem::path home = "/home/developer";
  std::filesystem::path template_folder = "/template";
  std::filesystem::path secret_file = "/etc/trinity/agentd.secret";
  std::filesystem::path agent_config_file = "/config/agent-config.yaml";

  std::size_t most_tasks = 16;                     ///< that run at the same time
  std::chrono::seconds setup_limit{600};           ///< for the agent's own .trinity/setup.sh
  std::chrono::milliseconds autorun_after{2'000};  ///< from the end of the start-up to the first message

  std::vector<std::string> faults;  ///< variables that were unreadable and got their default; for the log
};

/// The value of an environment variable, nothing when it is unset.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// An unreadable value never keeps the agent from starting: the default is taken and the fault is listed.
[[nodiscard]] Config config_from(const Variables& variables);

}  // namespace trinity::agentd
