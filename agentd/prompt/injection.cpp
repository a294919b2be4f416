#include "agentd/prompt/injection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json/array.hpp>

#include "agentd/files.h"
#include "agentd/prompt/sections.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;
using boost::json::array;
using boost::json::object;

constexpr std::size_t kLargest = 4 * 1024 * 1024;
constexpr fs::perms kReadableByAll =
    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;

constexpr std::string_view kSystem =
    R"(You run as an agent on the Trinity platform, in a container of your own. More instructions are in `.trinity/prompt.md`.

**Working with other agents.** Two tools of the platform's MCP server reach other agents:

- `mcp__trinity__list_agents()` lists the agents that you may see.
- `mcp__trinity__chat_with_agent(agent_name, message)` sends a message to one of them and gives you its answer.

Only agents that you were given permission for can be reached.

**System packages.** What you install outside the home folder (with `apt-get`, for instance) is lost when your container
is updated. Add the command to `~/.trinity/setup.sh` as well; it runs at every start:

```bash
mkdir -p ~/.trinity
echo 'sudo apt-get update && sudo apt-get install -y ffmpeg' >> ~/.trinity/setup.sh
```)";

fs::path claude_md(const Config& config) {
  return config.home / "CLAUDE.md";
}

std::string head_of(const Config& config) {
  const auto name = config.agent_name.empty() || config.agent_name == "unknown" ? "Agent" : config.agent_name;
  return fmt::format("# {}\n\nThis agent is managed by the Trinity platform.\n", name);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string text_of(const fs::path& file) {
  auto text = read_small_file(file, kLargest);
  if (!text) throw Failed(file.filename().string() + ": " + text.error());
  return std::move(*text);
}

/// Beside its place and renamed, with the mode that it had.
void write(const fs::path& file, std::string_view text) {
  std::error_code fault;
  const auto status = fs::status(file, fault);
  const auto mode = fs::is_regular_file(status) ? status.permissions() : kReadableByAll;
  const auto written = write_private_file(file, text);
  if (!written) throw Failed(file.filename().string() + ": " + written.error());
  fs::permissions(file, mode, fault);
}

bool has_section(const Config& config) {
  const auto text = read_small_file(claude_md(config), kLargest);
  return text && sections_in(*text).system;
}

bool is_injected(const Config& config) {
  return is_there(config.home / ".trinity" / "prompt.md") && has_section(config);
}

std::optional<std::string> trimmed(const std::optional<std::string>& prompt) {
  if (!prompt) return std::nullopt;
  const auto first = prompt->find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return std::nullopt;
  return prompt->substr(first, prompt->find_last_not_of(" \t\r\n") - first + 1);
}

/// Operators look for these words in the container's log.
void tell_custom(const std::optional<std::string>& before, const std::optional<std::string>& after) {
  if (after && !before) log::info("prompt", "Added Custom Instructions to CLAUDE.md");
  if (!after && before) log::info("prompt", "Removed Custom Instructions from CLAUDE.md");
  if (after && before && *after != *before) log::info("prompt", "Updated Custom Instructions in CLAUDE.md");
}

/// Tells whether anything had to be written.
bool update_claude_md(const Config& config, const InjectRequest& request) {
  const bool fresh = !is_there(claude_md(config));
  const auto before = fresh ? head_of(config) : text_of(claude_md(config));
  const auto had = sections_in(before);
  const auto custom = request.keep_custom ? had.custom : trimmed(request.custom_prompt);
  const auto after = with_sections(before, kSystem, custom);
  if (!fresh && after == before) return false;
  write(claude_md(config), after);
  if (fresh) log::info("prompt", "Created CLAUDE.md");
  tell_custom(had.custom, custom);
  return true;
}

bool copy_prompt(const Config& config) {
  const auto source = config.prompt_folder / "prompt.md";
  if (!is_there(source)) return false;
  const auto text = text_of(source);
  const auto place = config.home / ".trinity" / "prompt.md";
  if (read_small_file(place, kLargest).value_or("") != text || !is_there(place)) write(place, text);
  return true;
}

object outcome(const char* status) {
  return {{"status", status},           {"already_injected", false},
          {"files_created", array()},   {"directories_created", array()},
          {"claude_md_updated", false}, {"error", nullptr}};
}

void inject(const Config& config, const InjectRequest& request, object& result) {
  const bool known = is_injected(config);
  result["already_injected"] = known;
  if (known && !request.force) {
    result["status"] = "already_injected";
    result["claude_md_updated"] = update_claude_md(config, request);
    return;
  }
  fs::create_directories(config.home / ".trinity");
  if (copy_prompt(config)) result["files_created"] = array{".trinity/prompt.md"};
  result["directories_created"] = array{".trinity"};
  result["claude_md_updated"] = update_claude_md(config, request);
}

}  // namespace

object prompt_status(const Config& config) {
  const bool folder = is_there(config.home / ".trinity");
  const bool prompt = is_there(config.home / ".trinity" / "prompt.md");
  const bool section = has_section(config);
  return {{"injected", folder && prompt && section},
          {"meta_prompt_mounted", is_there(config.prompt_folder)},
          {"files", object{{".trinity/prompt.md", prompt}}},
          {"directories", object{{".trinity", folder}}},
          {"claude_md_has_trinity_section", section}};
}

object inject_prompt(const Config& config, const InjectRequest& request) {
  auto result = outcome("injected");
  std::string fault;
  if (!is_there(config.prompt_folder)) {
    fault = fmt::format("Trinity meta-prompt not mounted at {}", config.prompt_folder.string());
  } else {
    try {
      inject(config, request, result);
    } catch (const std::exception& e) {
      fault = e.what();
    }
  }
  if (fault.empty()) return result;
  log::warn("prompt", "injection failed: {}", fault);
  result = outcome("error");
  result["error"] = fault;
  return result;
}

object reset_prompt(const Config& config) {
  array files;
  array folders;
  try {
    if (has_section(config)) {
      write(claude_md(config), without_sections(text_of(claude_md(config))));
      files.emplace_back("CLAUDE.md (Trinity section)");
      log::info("prompt", "the platform's section was taken out of CLAUDE.md");
    }
    const auto own = config.home / ".trinity";
    const bool was_there = is_there(own);
    fs::remove(own / "prompt.md");
    std::error_code not_empty;
    if (was_there && fs::remove(own, not_empty)) folders.emplace_back(".trinity");
    const auto commands = config.home / ".claude" / "commands" / "trinity";
    if (fs::exists(fs::symlink_status(commands)) && fs::remove_all(commands) > 0) {
      folders.emplace_back(".claude/commands/trinity");
    }
  } catch (const std::exception& e) {
    throw Failed(e.what());
  }
  return {{"status", "reset"}, {"files_removed", std::move(files)}, {"directories_removed", std::move(folders)}};
}

std::string read_claude_md(const Config& config) {
  return read_small_file(claude_md(config), kLargest).value_or("");
}

void restore_sections(const Config& config, const PlatformSections& sections) {
  if (!sections.system) return;
  try {
    update_claude_md(config, {true, sections.custom, false});
  } catch (const std::exception& e) {
    log::warn("prompt", "the platform's section could not be put back: {}", e.what());
  }
}

bool is_all_ours(const Config& config, std::string_view text) {
  return sections_in(text).system && without_sections(text) == head_of(config);
}

}  // namespace trinity::agentd
