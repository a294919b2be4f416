#include "agentd/home/protection.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace trinity::agentd {

namespace {

using std::string_view;

constexpr std::array<string_view, 5> not_edited{".trinity", ".git", ".gitignore", ".env", ".mcp.json.template"};
constexpr std::array<string_view, 2> not_removed{"CLAUDE.md", ".mcp.json"};
/// Below these, whatever it is called.
constexpr std::array<string_view, 2> secret_folders{".ssh", ".gemini"};
constexpr std::array<string_view, 3> secret_files{".env", ".mcp.json", ".claude.json"};
/// A name and the one below it.
struct Pair {
  string_view folder;
  string_view name;
};
constexpr std::array<Pair, 3> secret_pairs{Pair{".git", "config"}, Pair{".claude", ".credentials.json"},
                                           Pair{".config", "gcloud"}};

template <class Names>
bool has(const Names& names, string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool starts_pair(string_view name) noexcept {
  return std::any_of(secret_pairs.begin(), secret_pairs.end(),
                     [name](const Pair& pair) { return pair.folder == name; });
}

bool is_pair(string_view folder, string_view name) noexcept {
  return std::any_of(secret_pairs.begin(), secret_pairs.end(),
                     [&](const Pair& pair) { return pair.folder == folder && pair.name == name; });
}

/// Folders of other agents and to other agents, at the top of the home directory.
Protection of_shared_folders(const HomePath& path) noexcept {
  if (path.empty() || (path.front() != "shared-in" && path.front() != "shared-out")) return {};
  Protection made;
  const bool inside = path.size() > 1;
  made.remove = !inside || path.front() == "shared-in";
  made.edit = inside && path.front() == "shared-in";
  return made;
}

}  // namespace

Protection protection_of(const HomePath& path) noexcept {
  auto made = of_shared_folders(path);
  string_view above;
  for (const string_view name : path) {
    made.edit = made.edit || has(not_edited, name);
    made.remove = made.remove || has(not_edited, name) || has(not_removed, name);
    made.secret = made.secret || has(secret_folders, name) || has(secret_files, name) || is_pair(above, name);
    above = name;
  }
  made.keeps_secrets = made.secret || (!path.empty() && starts_pair(path.back()));
  return made;
}

std::string text_of_path(const HomePath& path) {
  if (path.empty()) return ".";
  std::string text;
  for (const auto& name : path) {
    if (!text.empty()) text += '/';
    text += name;
  }
  return text;
}

}  // namespace trinity::agentd
