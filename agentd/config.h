#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::agentd {

/// Where the platform's own MCP server is. Without address or key there is none.
struct PlatformMcp {
  std::string url;
  std::string key;
  [[nodiscard]] bool known() const noexcept { return !url.empty() && !key.empty(); }
};

/// The repository that an agent is made from: `owner/name` of GitHub with a token, or a whole address.
struct Repository {
  std::string name;            ///< owner/name; with an address only what it is called
  std::string address;         ///< https://, http:// or file://, without user name; empty: GitHub's
  std::string token;           ///< as it was at the start; a later one comes with the credentials
  bool keeps_history = false;  ///< a full clone, for sync and pull; else a copy
                               ///< of the newest state
  bool follows_source = false;
  std::string source_branch = "main";
  std::string working_branch;
  std::string begins_at;  ///< branch that a new working branch begins at; empty: the remote's own choice
  std::string base = "https://github.com";          ///< where repositories are, without
                                                    ///< slash at the end; of an address its host
  std::uintmax_t largest_file = 100 * 1024 * 1024;  ///< bytes; the host takes no larger one, so none is committed
  /// The credential that has a newer token. A token of one host never goes to another.
  std::string token_variable = "GITHUB_PAT";
  [[nodiscard]] bool known() const noexcept { return !address.empty() || (!name.empty() && !token.empty()); }
  [[nodiscard]] std::string url() const { return address.empty() ? base + "/" + name + ".git" : address; }
  /// The folder of a file:// address; empty: it is none.
  [[nodiscard]] std::string folder() const { return address.starts_with("file://") ? address.substr(7) : ""; }
};

/// Everything that agentd takes from outside. The defaults are those of the agent image; tests put their own folders
/// in.
struct Config {
  std::string agent_name = "unknown";
  std::string runtime;        ///< AGENT_RUNTIME as given; empty when unset
  std::string model;          ///< initial model; empty when unset
  std::string template_name;  ///< empty for a blank agent
  std::string bind = "0.0.0.0";
  std::uint16_t port = 8000;  ///< 0: the system chooses (tests)

  std::filesystem::path home = "/home/developer";
  std::filesystem::path template_folder = "/template";
  std::filesystem::path generated_folder = "/generated-creds";
  std::filesystem::path prompt_folder = "/trinity-meta-prompt";
  std::filesystem::path own_program = "/usr/local/bin/agentd";
  std::filesystem::path secret_file = "/etc/trinity/agentd.secret";
  std::filesystem::path agent_config_file = "/config/agent-config.yaml";

  bool slim_image = false;  ///< the container's image has no AI command lines
  PlatformMcp platform_mcp;
  Repository repository;

  std::size_t most_tasks = 16;                     ///< that run at the same time
  std::chrono::seconds setup_limit{600};           ///< for the agent's own .trinity/setup.sh
  std::chrono::milliseconds autorun_after{2'000};  ///< from the end of the start-up to the first message

  /// gemini-cli and its synonym, in any case.
  [[nodiscard]] bool uses_gemini() const;

  std::vector<std::string> faults;  ///< variables that were unreadable and got
                                    ///< their default; for the log
};

/// The value of an environment variable, nothing when it is unset.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// An unreadable value never keeps the agent from starting: the default is taken and the fault is listed.
[[nodiscard]] Config config_from(const Variables& variables);

/// `owner/name` by GitHub's rules; anything else could lead elsewhere.
[[nodiscard]] bool is_repository_name(std::string_view text);
/// By git's own rules, and never one that could be taken for an option.
[[nodiscard]] bool is_branch_name(std::string_view text);

}  // namespace trinity::agentd
