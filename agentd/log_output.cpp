#include "agentd/log_output.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

#include "base/clock.h"

namespace trinity::agentd {

namespace {

constexpr int kLookAgainMs = 100;

std::string dropped_line(std::size_t count) {
  return fmt::format(R"({{"ts":"{}","level":"warn","room":"log","msg":"{} lines were dropped: nobody read them"}})",
                     format_z(now()), count);
}

}  // namespace

LogOutput::LogOutput(int descriptor, std::size_t most) : descriptor_(descriptor), most_(most) {
  thread_ = std::thread([this] { write_lines(); });
}

LogOutput::~LogOutput() {
  {
    std::unique_lock guard(lock_);
    changed_.wait_for(guard, std::chrono::milliseconds(200), [this] { return lines_.empty(); });
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogOutput::write(std::string line) {
  line += '\n';
  {
    const std::scoped_lock guard(lock_);
    if (bytes_ + line.size() > most_) {
      ++dropped_;
      return;
    }
    bytes_ += line.size();
    lines_.push_back(std::move(line));
  }
  changed_.notify_all();
}

void LogOutput::write_lines() {
  while (true) {
    std::string line;
    {
      std::unique_lock guard(lock_);
      changed_.wait(guard, [this] { return stopping_ || !lines_.empty(); });
      if (stopping_) return;
      line = lines_.front();
    }
    if (!write_one(line)) return;
    {
      const std::scoped_lock guard(lock_);
      lines_.pop_front();
      bytes_ -= line.size();
      // Only now: the place in the queue tells where lines are missing.
      if (lines_.empty() && dropped_ > 0) {
        lines_.push_back(dropped_line(std::exchange(dropped_, 0)) + '\n');
        bytes_ += lines_.back().size();
      }
    }
    changed_.notify_all();
  }
}

bool LogOutput::write_one(const std::string& line) {
  std::size_t done = 0;
  while (done < line.size()) {
    if (!wait_for_room()) return false;
    // A pipe that is ready takes this much without blocking.
    const auto piece = std::min<std::size_t>(line.size() - done, PIPE_BUF);
    const auto n = ::write(descriptor_, line.data() + done, piece);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR && errno != EAGAIN) {
      // The reader has gone for good: lines are dropped from now on.
      return true;
    }
  }
  return true;
}

bool LogOutput::wait_for_room() {
  while (true) {
    pollfd watched{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&watched, 1, kLookAgainMs);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    const std::scoped_lock guard(lock_);
    if (stopping_) return false;
  }
}

}  // namespace trinity::agentd
