#include "agentlink/file_changes.h"

#include <algorithm>

namespace trinity::agentlink {

void FileChanges::add(const FileChanges& more) {
  overflow = overflow || more.overflow;
  for (const auto& path : more.paths) {
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) continue;
    if (paths.size() >= most) {
      overflow = true;
      return;
    }
    paths.push_back(path);
  }
}

}  // namespace trinity::agentlink
