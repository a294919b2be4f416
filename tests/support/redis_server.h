#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/db/temp_dir.h"

namespace trinity::test {

/// A real Redis server on a free port of an address for tests, with a folder of its own. Debian's package redis-tools
/// has the program, under the name of one of its other tasks; the package redis-server would add a service.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)), port_(free_port()) {
    start();
  }
  ~RedisServer() { stop(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::string url() const { return "redis://" + std::string(address) + ":" + std::to_string(port_); }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return dir_.path(); }

  /// Keeps its data when options say so.
  void start() {
    std::vector<std::string> words{"redis-server",       "--port",    std::to_string(port_), "--bind", address, "--dir",
                                   dir_.path().string(), "--logfile", "redis.log",           "--save", ""};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&pid_, "/usr/bin/redis-check-rdb", nullptr, nullptr, argv.data(), environ) != 0)
      throw std::runtime_error("redis-tools is not installed");
    for (int i = 0; i < 500; ++i) {
      if (answers()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("the Redis server does not start");
  }
  void stop() { end(SIGTERM); }
  void kill() { end(SIGKILL); }
  void freeze() const { ::kill(pid_, SIGSTOP); }
  void thaw() const { ::kill(pid_, SIGCONT); }

 private:
  static constexpr const char* address = "127.46.0.1";

  static sockaddr_in place(std::uint16_t port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &made.sin_addr);
    return made;
  }
  static std::uint16_t free_port() {
    const int open = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto at = place(0);
    socklen_t size = sizeof at;
    const bool bound = ::bind(open, reinterpret_cast<sockaddr*>(&at), size) == 0 &&
                       ::getsockname(open, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    ::close(open);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(at.sin_port);
  }
  [[nodiscard]] bool answers() const {
    const int open = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto at = place(port_);
    const bool connected = ::connect(open, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    ::close(open);
    return connected;
  }
  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::kill(pid_, SIGCONT);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  TempDir dir_;
  std::vector<std::string> options_;
  std::uint16_t port_;
  pid_t pid_ = 0;
};

}  // namespace trinity::test
