#pragma once
#include <boost/json/object.hpp>
#include <cstddef>
#include <map>
#include <string>

namespace trinity::agentd {

/// Changes of files since they were last told, one per path however often it changed. No I/O.
class FileChanges {
 public:
  enum class Kind { created, modified, deleted };

  explicit FileChanges(std::size_t most = 200) : most_(most) {}

  /// `path` is relative to the home folder.
  void add(std::string path, Kind kind, bool folder);
  /// Something was missed: everything may have changed.
  void missed() { missed_ = true; }
  [[nodiscard]] bool empty() const noexcept { return changes_.empty() && !missed_; }
  /// The event's content, and begins anew. `truncated`: more has changed than is listed.
  [[nodiscard]] boost::json::object take();

 private:
  struct Change {
    Kind kind;
    bool folder;
  };
  std::size_t most_;
  std::map<std::string, Change> changes_;
  bool missed_ = false;
};

/// Folders whose inside changes all the time and is of no interest to people.
[[nodiscard]] bool is_ignored_folder(const std::string& name);

}  // namespace trinity::agentd
