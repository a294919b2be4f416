#include "fleet/process_watch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fstream>
#include <iterator>

namespace trinity::fleet {

namespace {

/// Ids of another machine's engine name foreign processes here: only a process whose cgroup names the container is the
/// right one.
bool belongs_to(const std::filesystem::path& proc, std::int64_t pid, const std::string& container_id) {
  std::ifstream file(proc / std::to_string(pid) / "cgroup");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return text.find(container_id) != std::string::npos;
}

}  // namespace

struct ProcessWatch::Watched {
  Watched(const asio::any_io_executor& executor, int fd, std::int64_t process)
      : descriptor(executor, fd), pid(process) {}
  /// The wait under way holds this object; only a closed descriptor ends it.
  void close() {
    boost::system::error_code ignored;
    descriptor.close(ignored);
  }
  asio::posix::stream_descriptor descriptor;
  std::int64_t pid;
};

ProcessWatch::ProcessWatch(asio::any_io_executor executor, std::filesystem::path proc, Listener listener)
    : executor_(std::move(executor)), proc_(std::move(proc)), listener_(std::move(listener)) {}

ProcessWatch::~ProcessWatch() {
  stop();
}

void ProcessWatch::stop() {
  for (auto& [id, watched] : watched_) watched->close();
  watched_.clear();
}

void ProcessWatch::follow(const Agent& agent) {
  const auto& id = agent.container_id;
  if (const auto it = watched_.find(id); agent.pid <= 0 || (it != watched_.end() && it->second->pid == agent.pid))
    return;
  forget(id);
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(agent.pid), 0));
  if (fd < 0) return;
  // Checked after opening: the descriptor now names this very process, whatever the number is used for later.
  if (!belongs_to(proc_, agent.pid, id)) {
    ::close(fd);
    return;
  }
  auto watched = std::make_shared<Watched>(executor_, fd, agent.pid);
  watched_[id] = watched;
  watched->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [this, watched, id](const boost::system::error_code& fault) {
                                   if (!fault) listener_(id, watched->pid);
                                 });
}

void ProcessWatch::forget(const std::string& container_id) {
  const auto it = watched_.find(container_id);
  if (it == watched_.end()) return;
  it->second->close();
  watched_.erase(it);
}

}  // namespace trinity::fleet
