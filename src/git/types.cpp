#include "git/types.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "json/decode.h"

namespace trinity::git {

namespace {

constexpr std::size_t longest_message = 64 * 1024;
constexpr std::size_t longest_path = 4'096;
constexpr std::size_t longest_description = 350;
constexpr std::size_t most_paths = 1'000;

bool is_plain(char c, std::string_view more) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || more.find(c) != std::string_view::npos;
}

bool is_owner(std::string_view text) {
  return !text.empty() && text.size() <= 39 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c, "-"); });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c, "._-"); });
}

void check_strategy(const std::optional<std::string>& word, std::initializer_list<std::string_view> words,
                    json::Faults& faults) {
  if (!word || std::find(words.begin(), words.end(), *word) != words.end()) return;
  faults.add("enum", {"body", "strategy"}, "This strategy is not known", json::value(*word));
}

const char* path_fault(std::string_view path) {
  if (path.empty() || path.size() > longest_path || path.find('\0') != std::string_view::npos)
    return "Input should be a path of at most 4096 bytes";
  if (path.front() == '-' || path.front() == '/') return "The path must be relative and not begin with '-'";
  for (const auto& part : std::filesystem::path(path)) {
    if (part == "..") return "The path must not have '..' in it";
  }
  return nullptr;
}

}  // namespace

void check(const SyncRequest& request) {
  json::Faults faults;
  check_strategy(request.strategy, {"normal", "pull_first", "force_push"}, faults);
  const auto& message = request.message;
  if (message && (message->size() > longest_message || message->find('\0') != std::string::npos))
    faults.add("value_error", {"body", "message"}, "At most 64 KiB without zero bytes", nullptr);
  if (request.paths && request.paths->size() > most_paths) {
    faults.add("too_long", {"body", "paths"}, "List should have at most 1000 items", nullptr);
  } else if (request.paths) {
    for (std::size_t i = 0; i < request.paths->size(); ++i) {
      const auto& path = (*request.paths)[i];
      if (const auto* fault = path_fault(path))
        faults.add("value_error", {"body", "paths", i}, fault, json::value(path));
    }
  }
  faults.check();
}

void check(const PullRequest& request) {
  json::Faults faults;
  check_strategy(request.strategy, {"clean", "stash_reapply", "force_reset"}, faults);
  faults.check();
}

void check(const InitializeRequest& request) {
  json::Faults faults;
  if (!is_owner(request.repo_owner))
    faults.add("string_pattern_mismatch", {"body", "repo_owner"},
               "String should match pattern '^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$'", json::value(request.repo_owner));
  if (!is_name(request.repo_name))
    faults.add("string_pattern_mismatch", {"body", "repo_name"},
               "String should match pattern '^[A-Za-z0-9._-]{1,100}$'", json::value(request.repo_name));
  if (request.description && request.description->size() > longest_description)
    faults.add("string_too_long", {"body", "description"}, "String should have at most 350 bytes", nullptr,
               {{"max_length", longest_description}});
  faults.check();
}

bool is_github(const std::string& repository) {
  const auto slash = repository.find('/');
  return slash != std::string::npos && is_owner(repository.substr(0, slash)) && is_name(repository.substr(slash + 1));
}

}  // namespace trinity::git
