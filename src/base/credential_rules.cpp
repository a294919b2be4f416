#include "base/credential_rules.h"

#include <algorithm>
#include <array>

namespace trinity {

namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_path = 1'024;

bool starts_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool in_name(char c) noexcept {
  return starts_name(c) || (c >= '0' && c <= '9');
}

bool begins_reserved(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 5> prefixes{"LD_", "DYLD_", "AGENTD_", "TRINITY_MCP_", "GIT_CONFIG"};
  return std::ranges::any_of(prefixes, [name](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_reserved(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 37> names{
      // How programs are found and loaded, and what they run first.
      "PATH", "HOME", "USER", "SHELL", "NODE_OPTIONS", "NODE_PATH", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "BASHOPTS",
      "PROMPT_COMMAND", "PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PERL5LIB", "PERL5OPT", "RUBYOPT",
      // What the platform itself says to the container.
      "AGENT_NAME", "AGENT_TYPE", "AGENT_RUNTIME", "AGENT_RUNTIME_MODEL", "AGENT_SERVER_PORT", "AGENT_MAX_TASKS",
      "CREDENTIALS_FILE", "GITHUB_REPO", "GIT_SYNC_ENABLED", "GIT_SOURCE_MODE", "GIT_SOURCE_BRANCH",
      "GIT_WORKING_BRANCH", "GIT_BASE_URL", "GIT_REPOSITORY_URL",
      // Git would run these.
      "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EXEC_PATH", "GIT_TEMPLATE_DIR"};
  return begins_reserved(name) || std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_variable_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name && starts_name(text.front()) &&
         std::ranges::all_of(text, in_name);
}

std::string variable_name_fault(std::string_view name) {
  if (!is_variable_name(name)) return "Variable names have letters, digits and underscores and begin with no digit";
  if (is_reserved(name)) return "This variable is reserved";
  return {};
}

std::string credential_path_fault(const std::filesystem::path& path) {
  const auto& text = path.native();
  if (text.empty() || text.size() > longest_path || text.find('\0') != std::string::npos || path.is_absolute() ||
      text.ends_with('/')) {
    return "not a path of a file in the home folder";
  }
  constexpr std::array<std::string_view, 4> folders{".ssh", ".git", ".trinity", "shared-in"};
  constexpr std::array<std::string_view, 9> files{".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile",
                                                  ".zshrc",  ".zshenv",       ".zprofile",   ".gitconfig"};
  for (const auto& part : path) {
    if (part.empty() || part == "." || part == "..") return "dot segments are not taken";
    if (std::ranges::find(folders, std::string_view(part.native())) != folders.end())
      return "nothing is written below " + part.string();
  }
  if (std::ranges::find(files, std::string_view(text)) != files.end()) return "start files of shells are not written";
  if (text == ".env" || text == ".mcp.json") return "this file is written from the variables and the MCP configuration";
  return {};
}

}  // namespace trinity
