#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace trinity::agentlink {

/// Files below an agent's home folder that have changed.
struct FileChanges {
  static constexpr std::size_t most = 200;  ///< paths

  std::vector<std::string> paths;  ///< relative to the home folder, each once
  /// More has changed than is listed, or nobody knows what: the connection was away for too long, or the agent was
  /// started. Read the tree anew.
  bool overflow = false;

  [[nodiscard]] bool empty() const noexcept { return paths.empty() && !overflow; }
  /// Takes these over too; beyond the bound it is an overflow.
  void add(const FileChanges& more);
};

}  // namespace trinity::agentlink
