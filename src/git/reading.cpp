#include "git/reading.h"

#include <array>
#include <boost/json.hpp>

#include "base/clock.h"
#include "base/text.h"

namespace trinity::git {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t longest_text = 8 * 1024;
constexpr std::size_t longest_detail = 2'000;
constexpr std::size_t most_listed = 256 * 1024;
constexpr std::size_t most_commits = 200;
constexpr std::size_t most_files = 500;

std::string cut(std::string_view text, std::size_t most) {
  return text.size() <= most ? std::string(text) : to_utf8(text.substr(0, most));
}

value text_or_null(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_string()) return nullptr;
  return value(cut(found->get_string(), longest_text));
}

std::string text_in(const object& from, std::string_view name, const char* otherwise = "") {
  const auto text = text_or_null(from, name);
  return text.is_string() ? std::string(text.get_string()) : std::string(otherwise);
}

std::int64_t count_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  const auto* number = found != nullptr ? found->if_int64() : nullptr;
  return number != nullptr && *number > 0 ? *number : 0;
}

bool flag_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && *found == true;
}

const array* list_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_array() : nullptr;
}

object commit_from(const object& told) {
  object made;
  for (const auto* name : {"sha", "short_sha", "message", "author", "date"}) made[name] = text_in(told, name);
  return made;
}

array changes_from(const object& told) {
  array made;
  std::size_t size = 0;
  const auto* list = list_in(told, "changes");
  if (list == nullptr) return made;
  for (const auto& item : *list) {
    const auto* change = item.if_object();
    if (change == nullptr) continue;
    auto path = text_in(*change, "path");
    size += path.size() + 32;
    if (size > most_listed) break;
    made.push_back(object{{"status", cut(text_in(*change, "status"), 2)}, {"path", std::move(path)}});
  }
  return made;
}

/// With or without zone; in the contract's form.
value naive_time(const object& told, std::string_view name) {
  const auto at = parse_time(text_in(told, name));
  return at ? value(format_naive(*at)) : value(nullptr);
}

}  // namespace

std::optional<object> status_from(const object& told) {
  const auto* enabled = told.if_contains("git_enabled");
  if (enabled == nullptr || !enabled->is_bool()) return std::nullopt;
  if (!enabled->get_bool())
    return object{{"git_enabled", false}, {"message", text_in(told, "message", "This agent is not under git")}};
  auto changes = changes_from(told);
  const auto count = std::max(count_in(told, "changes_count"), static_cast<std::int64_t>(changes.size()));
  const auto ahead = count_in(told, "ahead");
  const auto* commit = told.if_contains("last_commit");
  const auto* last = commit != nullptr ? commit->if_object() : nullptr;
  return object{{"git_enabled", true},
                {"branch", text_in(told, "branch", "unknown")},
                {"remote_url", text_in(told, "remote_url")},
                {"last_commit", last != nullptr ? value(commit_from(*last)) : value(nullptr)},
                {"changes", std::move(changes)},
                {"changes_count", count},
                {"ahead", ahead},
                {"behind", count_in(told, "behind")},
                {"sync_status", ahead > 0 || count > 0 ? "pending_sync" : "up_to_date"},
                {"remote_checked_at", text_or_null(told, "remote_checked_at")},
                {"remote_error", text_or_null(told, "remote_error")}};
}

std::optional<object> log_from(const object& told) {
  const auto* list = list_in(told, "commits");
  if (list == nullptr) return std::nullopt;
  array commits;
  for (const auto& item : *list) {
    if (commits.size() == most_commits) break;
    if (const auto* commit = item.if_object()) commits.push_back(commit_from(*commit));
  }
  const auto count = commits.size();
  return object{{"commits", std::move(commits)}, {"count", count}};
}

object sync_from(const object& told, const std::string& strategy) {
  const auto commit = text_or_null(told, "commit_sha");
  auto synced = naive_time(told, "sync_time");
  if (synced.is_null() && commit.is_string()) synced = format_naive(now());
  object made{{"success", true},
              {"commit_sha", commit},
              {"files_changed", count_in(told, "files_changed")},
              {"branch", text_or_null(told, "branch")},
              {"message", text_in(told, "message")},
              {"sync_time", std::move(synced)},
              {"strategy", strategy}};
  if (auto kept = text_or_null(told, "kept"); kept.is_string()) made["kept"] = std::move(kept);
  return made;
}

object pull_from(const object& told, const std::string& strategy) {
  object made{{"success", true}, {"message", text_in(told, "message")}, {"strategy", strategy}};
  if (told.contains("commits_behind")) made["commits_behind"] = count_in(told, "commits_behind");
  for (const auto* name : {"output", "kept"}) {
    if (auto text = text_or_null(told, name); text.is_string()) made[name] = std::move(text);
  }
  for (const auto* name : {"stash_created", "local_changes_discarded"}) {
    if (told.contains(name)) made[name] = flag_in(told, name);
  }
  return made;
}

std::optional<object> diff_from(const object& told) {
  const auto* list = list_in(told, "files");
  if (list == nullptr) return std::nullopt;
  array files;
  for (const auto& item : *list) {
    const auto* file = item.if_object();
    if (file == nullptr || files.size() == most_files) continue;
    files.push_back(object{{"path", text_in(*file, "path")},
                           {"status", cut(text_in(*file, "status"), 2)},
                           {"added", count_in(*file, "added")},
                           {"removed", count_in(*file, "removed")},
                           {"binary", flag_in(*file, "binary")}});
  }
  const bool truncated = flag_in(told, "truncated") || files.size() < list->size();
  return object{{"files", std::move(files)},
                {"added", count_in(told, "added")},
                {"removed", count_in(told, "removed")},
                {"truncated", truncated}};
}

std::string detail_of(std::string_view body, unsigned status, std::string_view token) {
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(body, fault);
  std::string text;
  if (!fault && parsed.is_object()) text = text_in(parsed.get_object(), "detail");
  if (text.empty()) text = "the agent answered with HTTP " + std::to_string(status);
  for (std::size_t at = 0; !token.empty() && (at = text.find(token, at)) != std::string::npos;)
    text.replace(at, token.size(), "***");
  return cut(text, longest_detail);
}

}  // namespace trinity::git
