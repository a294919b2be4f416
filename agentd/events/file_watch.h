#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentd/events/file_changes.h"
#include "base/blocking.h"

namespace trinity::agentd {

/// Tells what changes below a folder, by the kernel's notices (inotify). Changes are gathered for a moment and merged.
/// Watches are bounded: of a huge tree only a part is watched, which is told once. Belongs to one I/O thread; walking
/// trees is done on the pool.
class FileWatch {
 public:
  struct Limits {
    std::size_t folders = 2'000;
    int depth = 12;
    std::chrono::milliseconds gather{250};
  };
  /// Called with the content of an event.
  using Changed = std::function<void(boost::json::object)>;

  FileWatch(const asio::any_io_executor& executor, BlockingPool& pool, std::filesystem::path root, Changed changed)
      : FileWatch(executor, pool, std::move(root), std::move(changed), Limits{}) {}
  FileWatch(const asio::any_io_executor& executor, BlockingPool& pool, std::filesystem::path root, Changed changed,
            Limits limits);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Runs until stop(). Without inotify it says so in the log and returns.
  Task<> run();
  void stop();

 private:
  struct Found {
    int watch;
    std::filesystem::path folder;  ///< relative to the root
  };
  Task<> add_tree(std::filesystem::path folder);
  [[nodiscard]] std::vector<Found> walk(const std::filesystem::path& folder, std::size_t room) const;
  Task<> take(std::string_view notices);
  Task<> tell();

  asio::posix::stream_descriptor notices_;
  asio::steady_timer pause_;
  BlockingPool& pool_;
  std::filesystem::path root_;
  Changed changed_;
  Limits limits_;
  int descriptor_ = -1;
  FileChanges changes_;
  std::unordered_map<int, std::filesystem::path> folders_;
  bool full_ = false;
  bool stopping_ = false;
  bool telling_ = false;
};

}  // namespace trinity::agentd
