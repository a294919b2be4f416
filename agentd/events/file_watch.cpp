#include "agentd/events/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "agentd/home/writing.h"
#include "base/log.h"
#include "base/spawn.h"

namespace trinity::agentd {

namespace {

constexpr std::uint32_t kWanted =
    IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;
constexpr std::size_t kBuffer = 16 * 1024;

struct Notice {
  int watch = -1;
  std::uint32_t mask = 0;
  std::string name;
};

/// Takes the first notice off the front; nothing when none is whole.
std::optional<Notice> next_notice(std::string_view& bytes) {
  constexpr auto head = offsetof(inotify_event, name);
  if (bytes.size() < head) return std::nullopt;
  Notice notice;
  std::uint32_t length = 0;
  std::memcpy(&notice.watch, bytes.data() + offsetof(inotify_event, wd), sizeof(notice.watch));
  std::memcpy(&notice.mask, bytes.data() + offsetof(inotify_event, mask), sizeof(notice.mask));
  std::memcpy(&length, bytes.data() + offsetof(inotify_event, len), sizeof(length));
  if (bytes.size() - head < length) return std::nullopt;
  // Padded with zeros.
  const auto name = bytes.substr(head, length);
  notice.name = std::string(name.substr(0, name.find('\0')));
  bytes.remove_prefix(head + length);
  return notice;
}

FileChanges::Kind kind_of(std::uint32_t mask) {
  if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) return FileChanges::Kind::created;
  return (mask & (IN_DELETE | IN_MOVED_FROM)) != 0 ? FileChanges::Kind::deleted : FileChanges::Kind::modified;
}

}  // namespace

FileWatch::FileWatch(const asio::any_io_executor& executor, BlockingPool& pool, std::filesystem::path root,
                     Changed changed, Limits limits)
    : notices_(executor),
      pause_(executor),
      pool_(pool),
      root_(std::move(root)),
      changed_(std::move(changed)),
      limits_(limits) {}

/// Runs on the pool. A folder that comes while this goes on is seen by its parent's watch or by this walk, or by both.
std::vector<FileWatch::Found> FileWatch::walk(const std::filesystem::path& folder, std::size_t room) const {
  std::vector<Found> found;
  std::vector<std::pair<std::filesystem::path, int>> open{{folder, 0}};
  while (!open.empty() && found.size() < room) {
    const auto [here, depth] = std::move(open.back());
    open.pop_back();
    const auto full = here.empty() ? root_ : root_ / here;
    const auto watch = ::inotify_add_watch(descriptor_, full.c_str(), kWanted);
    if (watch < 0) continue;
    found.push_back({watch, here});
    if (depth >= limits_.depth) continue;
    std::error_code fault;
    for (std::filesystem::directory_iterator entry(full, fault), end; !fault && entry != end; entry.increment(fault)) {
      if (!entry->is_directory(fault) || entry->is_symlink(fault)) continue;
      if (!is_ignored_folder(entry->path().filename().string())) {
        open.emplace_back(here / entry->path().filename(), depth + 1);
      }
    }
  }
  return found;
}

Task<> FileWatch::add_tree(std::filesystem::path folder) {
  const auto room = limits_.folders - std::min(limits_.folders, folders_.size());
  auto job = [this, folder = std::move(folder), room] { return walk(folder, room); };
  auto found = co_await pool_.run(std::move(job));
  for (auto& one : found) folders_[one.watch] = std::move(one.folder);
  if (folders_.size() >= limits_.folders && !std::exchange(full_, true)) {
    log::warn("files", "more than {} folders: changes in the others are not told", limits_.folders);
  }
}

Task<> FileWatch::run() {
  descriptor_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor_ < 0) {
    log::warn("files", "changes of files are not told: {}", std::strerror(errno));
    co_return;
  }
  notices_.assign(descriptor_);
  co_await add_tree({});
  std::string buffer(kBuffer, '\0');
  boost::system::error_code fault;
  while (!stopping_) {
    const auto n = co_await notices_.async_read_some(asio::buffer(buffer), asio::redirect_error(use_awaitable, fault));
    if (fault) break;
    co_await take(std::string_view(buffer).substr(0, n));
  }
}

Task<> FileWatch::take(std::string_view notices) {
  while (auto notice = next_notice(notices)) {
    const auto mask = notice->mask;
    if ((mask & IN_Q_OVERFLOW) != 0) changes_.missed();
    const auto folder = folders_.find(notice->watch);
    if (folder == folders_.end()) continue;
    if ((mask & IN_IGNORED) != 0) {
      folders_.erase(folder);
      continue;
    }
    const bool is_folder = (mask & IN_ISDIR) != 0;
    if (notice->name.empty() || is_unfinished(notice->name)) continue;
    if (is_folder && is_ignored_folder(notice->name)) continue;
    const auto path = folder->second / notice->name;
    changes_.add(path.string(), kind_of(mask), is_folder);
    if (is_folder && (mask & (IN_CREATE | IN_MOVED_TO)) != 0) co_await add_tree(path);
  }
  if (changes_.empty() || std::exchange(telling_, true)) co_return;
  spawn("file changes", notices_.get_executor(), tell());
}

/// Waits a moment for more of the same.
Task<> FileWatch::tell() {
  boost::system::error_code fault;
  pause_.expires_after(limits_.gather);
  co_await pause_.async_wait(asio::redirect_error(use_awaitable, fault));
  telling_ = false;
  if (!stopping_ && !changes_.empty()) changed_(changes_.take());
}

void FileWatch::stop() {
  stopping_ = true;
  pause_.cancel();
  boost::system::error_code ignored;
  notices_.close(ignored);
}

}  // namespace trinity::agentd
