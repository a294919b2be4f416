#include "agentd/events/file_changes.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/text.h"

namespace trinity::agentd {

namespace {

const char* name_of(FileChanges::Kind kind) {
  using enum FileChanges::Kind;
  return kind == created ? "created" : kind == deleted ? "deleted" : "modified";
}

}  // namespace

void FileChanges::add(std::string path, Kind kind, bool folder) {
  const auto found = changes_.find(path);
  if (found == changes_.end()) {
    if (changes_.size() >= most_) {
      missed_ = true;
      return;
    }
    changes_.emplace(std::move(path), Change{kind, folder});
    return;
  }
  auto& change = found->second;
  if (kind == Kind::deleted && change.kind == Kind::created) {
    // Came and went: nobody has to know.
    changes_.erase(found);
  } else if (kind == Kind::created && change.kind == Kind::deleted) {
    // Replaced, as editors do it.
    change = {Kind::modified, folder};
  } else if (kind == Kind::deleted) {
    change = {kind, folder};
  }
}

boost::json::object FileChanges::take() {
  boost::json::array list;
  for (const auto& [path, change] : changes_) {
    list.push_back(boost::json::object{
        {"path", to_utf8(path)}, {"change", name_of(change.kind)}, {"type", change.folder ? "directory" : "file"}});
  }
  changes_.clear();
  return {{"changes", std::move(list)}, {"truncated", std::exchange(missed_, false)}};
}

bool is_ignored_folder(const std::string& name) {
  constexpr std::array<std::string_view, 14> names{".git",    "node_modules", ".cache",    ".npm",    ".local",
                                                   ".claude", ".gemini",      ".codex",    ".config", "__pycache__",
                                                   ".venv",   ".ssh",         "shared-in", ".trinity"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace trinity::agentd
