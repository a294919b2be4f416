#include "db/statements.h"

namespace trinity::db {

namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr bool is_word(char c) noexcept {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Takes the next word off the front of `rest`; empty at the end. What stands in brackets is passed over: another
/// statement within, or a list of columns.
std::string take_word(std::string_view& rest) {
  std::string word;
  int depth = 0;
  while (!rest.empty()) {
    const char c = rest.front();
    if (depth == 0 && !word.empty() && !is_word(c)) break;
    if (depth == 0 && is_word(c)) word.push_back(lower(c));
    if (c == '(') ++depth;
    if (c == ')') --depth;
    rest.remove_prefix(1);
  }
  return word;
}

/// The word that a verb has in front of its table. "update" has none.
std::string_view mark_of(std::string_view verb) {
  if (verb == "select" || verb == "delete") return "from";
  if (verb == "insert" || verb == "replace") return "into";
  return {};
}

}  // namespace

std::string statement_name(std::string_view sql) {
  auto name = take_word(sql);
  const auto mark = mark_of(name);
  if (mark.empty() && name != "update") return name;
  while (!mark.empty()) {
    const auto word = take_word(sql);
    if (word.empty()) return name;
    if (word == mark) break;
  }
  const auto table = take_word(sql);
  return table.empty() ? name : name + ' ' + table;
}

void Statements::count(std::string_view sql, std::chrono::nanoseconds took, bool failed) {
  auto name = statement_name(sql);
  const std::lock_guard lock(mutex_);
  auto found = lines_.find(name);
  if (found == lines_.end()) {
    if (lines_.size() >= most_names) name = "other";
    found = lines_.try_emplace(name).first;
    found->second.name = std::move(name);
  }
  found->second.durations.add(took);
  if (failed) ++found->second.failed;
}

std::vector<Statements::Line> Statements::read() const {
  const std::lock_guard lock(mutex_);
  std::vector<Line> lines;
  lines.reserve(lines_.size());
  for (const auto& [name, line] : lines_) lines.push_back(line);
  return lines;
}

}  // namespace trinity::db
