#include "agentd/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace trinity::agentd {

namespace {

std::string text_of(const Variables& variables, const std::string& name, std::string otherwise) {
  auto value = variables(name);
  return value && !value->empty() ? std::move(*value) : std::move(otherwise);
}

std::optional<unsigned> number_in(const std::string& text, unsigned least, unsigned most) {
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

void read_port(const Variables& variables, Config& config) {
  if (const auto port = number_in(text_of(variables, "AGENT_SERVER_PORT", "8000"), 1, 65535)) {
    config.port = static_cast<std::uint16_t>(*port);
  } else {
    config.faults.emplace_back("AGENT_SERVER_PORT is not a port; listening on 8000");
  }
}

void read_most_tasks(const Variables& variables, Config& config) {
  if (const auto most = number_in(text_of(variables, "AGENT_MAX_TASKS", "16"), 1, 1000)) {
    config.most_tasks = *most;
  } else {
    config.faults.emplace_back("AGENT_MAX_TASKS must be 1 to 1000; 16 is used");
  }
}

bool is_true(const Variables& variables, const std::string& name) {
  return text_of(variables, name, "") == "true";
}

void read_branch(const Variables& variables, const std::string& name, std::string& into, Config& config) {
  auto branch = text_of(variables, name, into);
  if (branch.empty() || is_branch_name(branch)) {
    into = std::move(branch);
  } else {
    config.faults.push_back(name + " is not the name of a branch and is not used");
  }
}

/// Of http and https the host, of files nothing; no value: it is no address, or has a name or a password in it.
std::optional<std::string> origin_of(std::string_view address) {
  if (address.size() > 2'000 || std::any_of(address.begin(), address.end(), [](unsigned char c) {
        return c <= ' ' || c == 0x7f || c == '\\' || c == '@' || c == '?' || c == '#';
      }))
    return std::nullopt;
  if (address.starts_with("file:///")) return std::string();
  if (!address.starts_with("https://") && !address.starts_with("http://")) return std::nullopt;
  const auto host = address.find("://") + 3;
  const auto end = address.find('/', host);
  if (end == std::string_view::npos || end == host || end + 1 == address.size()) return std::nullopt;
  return std::string(address.substr(0, end));
}

/// Takes the place of GitHub's name and base.
void read_address(const Variables& variables, Config& config) {
  auto& repository = config.repository;
  auto address = text_of(variables, "GIT_REPOSITORY_URL", "");
  if (address.empty()) return;
  const auto origin = origin_of(address);
  if (!origin) {
    config.faults.emplace_back("GIT_REPOSITORY_URL is no https://, http:// or file:// address and is not used");
    return;
  }
  repository.base = *origin;
  repository.token_variable = "GIT_REPOSITORY_TOKEN";
  repository.token = origin->empty() ? "" : text_of(variables, repository.token_variable, "");
  repository.name = text_of(variables, "GITHUB_REPO", address);
  repository.address = std::move(address);
}

void read_repository(const Variables& variables, Config& config) {
  auto& repository = config.repository;
  repository.name = text_of(variables, "GITHUB_REPO", "");
  const bool has_address = !text_of(variables, "GIT_REPOSITORY_URL", "").empty();
  if (!repository.name.empty() && !has_address && !is_repository_name(repository.name)) {
    config.faults.emplace_back("GITHUB_REPO is not owner/name and is not used");
    repository.name.clear();
  }
  repository.token = text_of(variables, "GITHUB_PAT", "");
  repository.keeps_history = is_true(variables, "GIT_SYNC_ENABLED");
  repository.follows_source = is_true(variables, "GIT_SOURCE_MODE");
  read_branch(variables, "GIT_SOURCE_BRANCH", repository.source_branch, config);
  read_branch(variables, "GIT_WORKING_BRANCH", repository.working_branch, config);
  repository.base = text_of(variables, "GIT_BASE_URL", repository.base);
  if (const auto most = number_in(text_of(variables, "GIT_LARGEST_FILE_MB", "100"), 1, 100'000)) {
    repository.largest_file = std::uintmax_t{*most} * 1024 * 1024;
  } else {
    config.faults.emplace_back("GIT_LARGEST_FILE_MB must be 1 to 100000; 100 is used");
  }
  while (repository.base.ends_with('/')) repository.base.pop_back();
  if (!repository.follows_source) read_branch(variables, "GIT_SOURCE_BRANCH", repository.begins_at, config);
  read_address(variables, config);
}

}  // namespace

bool is_repository_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || text.size() > 140) return false;
  const auto name = text.substr(slash + 1);
  const auto good = [](char c, std::string_view more) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || more.find(c) != std::string_view::npos;
  };
  return !name.empty() && name != "." && name != ".." && text.front() != '-' &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(slash),
                     [&](char c) { return good(c, "-"); }) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return good(c, "-._"); });
}

bool is_branch_name(std::string_view text) {
  if (text.empty() || text.size() > 200 || text.front() == '-' || text.front() == '/' || text.back() == '/' ||
      text.back() == '.' || text.ends_with(".lock")) {
    return false;
  }
  for (const auto* bad : {"..", "//", "@{", "/."}) {
    if (text.find(bad) != std::string_view::npos) return false;
  }
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= ' ' || c == 0x7f || std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool Config::uses_gemini() const {
  std::string lower = runtime;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower == "gemini-cli" || lower == "gemini";
}

Config config_from(const Variables& variables) {
  Config config;
  config.agent_name = text_of(variables, "AGENT_NAME", "unknown");
  config.runtime = text_of(variables, "AGENT_RUNTIME", "");
  config.model = text_of(variables, "AGENT_RUNTIME_MODEL", text_of(variables, "CLAUDE_MODEL", ""));
  config.template_name = text_of(variables, "TEMPLATE_NAME", "");
  config.home = text_of(variables, "HOME", "/home/developer");
  config.platform_mcp = {text_of(variables, "TRINITY_MCP_URL", ""), text_of(variables, "TRINITY_MCP_API_KEY", "")};
  read_repository(variables, config);
  config.slim_image = text_of(variables, "TRINITY_IMAGE_VARIANT", "") == "slim";
  read_port(variables, config);
  read_most_tasks(variables, config);
  return config;
}

}  // namespace trinity::agentd
