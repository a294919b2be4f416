#include "agentd/git/rules.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "agentd/files.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargest = 1'000'000;

constexpr std::array<std::string_view, 12> kSecrets{
    ".env",      ".mcp.json",       ".claude.json", ".claude/.credentials*", ".ssh/",
    ".trinity/", ".gemini/",        ".codex/",      ".config/gcloud/",       "*.pem",
    "*.key",     ".git-credentials"};

constexpr std::array<std::string_view, 20> kOfPrograms{"/.local/",
                                                       "/.npm/",
                                                       "/.cache/",
                                                       "/content/",
                                                       "/shared-in/",
                                                       "/shared-out/",
                                                       "/.trinity-initialized",
                                                       "/.bash_logout",
                                                       "/.bashrc",
                                                       "/.profile",
                                                       "/.bash_history",
                                                       "/.gitconfig",
                                                       "/.sudo_as_admin_successful",
                                                       "/.claude/projects/",
                                                       "/.claude/todos/",
                                                       "/.claude/statsig/",
                                                       "/.claude/shell-snapshots/",
                                                       "/.claude/history.jsonl",
                                                       "/.claude-agent/",
                                                       "/.trinity-clone-*/"};

/// Adds the lines that are missing. False: none is.
bool add_lines(const fs::path& file, const std::vector<std::string>& lines) {
  fs::create_directories(file.parent_path());
  const auto text = read_small_file(file, kLargest).value_or("");
  const auto around = "\n" + text + "\n";
  std::string added;
  for (const auto& line : lines) {
    if (around.find("\n" + line + "\n") == std::string::npos) added += line + "\n";
  }
  if (added.empty()) return false;
  if (!text.empty() && !text.ends_with('\n')) added.insert(0, "\n");
  std::ofstream(file, std::ios::app) << added;
  return true;
}

/// In a work tree that is linked to another repository `.git` is a file that says where that is.
fs::path git_folder(const fs::path& tree) {
  auto git = tree / ".git";
  if (fs::is_directory(git)) return git;
  const auto text = read_small_file(git, kLargest).value_or("");
  constexpr std::string_view word = "gitdir: ";
  if (!text.starts_with(word)) return {};
  return tree / text.substr(word.size(), text.find_first_of("\r\n") - word.size());
}

/// Special characters of ignore patterns stand for themselves.
std::string literal(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (std::string_view("\\*?[! #").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

bool set_git_rules(const Config& config, const fs::path& tree, const std::vector<std::string>& credential_files) {
  try {
    const auto git = git_folder(tree);
    if (git.empty()) return false;
    std::vector<std::string> lines(kSecrets.begin(), kSecrets.end());
    lines.insert(lines.end(), kOfPrograms.begin(), kOfPrograms.end());
    bool added = false;
    if (tree == config.home) {
      for (const auto& path : credential_files) lines.push_back("/" + literal(path));
      added = add_lines(git / "info" / "attributes", {"/CLAUDE.md filter=trinity"});
    }
    return add_lines(git / "info" / "exclude", lines) || added;
  } catch (const std::exception& e) {
    log::warn("git", "the repository's own rules: {}", e.what());
  }
  return false;
}

namespace {

/// `how` comes first in each pattern's magic words.
std::vector<std::string> patterns_of(const std::vector<std::string>& credential_files, std::string_view how) {
  std::vector<std::string> patterns;
  for (const auto secret : kSecrets) {
    const bool folder = secret.ends_with('/');
    const auto name = folder ? secret.substr(0, secret.size() - 1) : secret;
    patterns.push_back(fmt::format(":(top,{}glob)**/{}{}", how, name, folder ? "/**" : ""));
  }
  for (const auto& path : credential_files) patterns.push_back(fmt::format(":(top,{}literal){}", how, path));
  return patterns;
}

}  // namespace

std::vector<std::string> secret_files(const std::vector<std::string>& credential_files) {
  return patterns_of(credential_files, "");
}

std::vector<std::string> never_staged(const std::vector<std::string>& credential_files) {
  return patterns_of(credential_files, "exclude,");
}

std::string clean_command(const Config& config) {
  return fmt::format("'{}' {}", config.own_program.string(), kCleanArgument);
}

fs::path git_tree(const Config& config) {
  std::error_code ignored;
  for (const auto& folder : {config.home, config.home / "workspace"}) {
    if (fs::exists(folder / ".git", ignored)) return folder;
  }
  return {};
}

}  // namespace trinity::agentd
