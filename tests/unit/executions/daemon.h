#pragma once
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/io_threads.h"
#include "http/server.h"

namespace trinity::test {

/// Plays an agent's daemon on a loopback address of its own: what it answers is up to the test.
class Daemon {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;

  explicit Daemon(std::string address = "127.44.0.1") : address_(std::move(address)) { open(); }
  ~Daemon() { close(); }

  void open() {
    io_ = std::make_unique<IoThreads>(1);
    router_ = std::make_unique<http::Router>();
    using http::Access;
    using http::Method;
    const auto to = [this](Answer Daemon::* which) {
      return [this, which](http::Request request) { return answer(this, which, std::move(request)); };
    };
    router_->add({{Method::post, "/api/task", Access::anyone, to(&Daemon::task)},
                  {Method::post, "/api/chat", Access::anyone, to(&Daemon::chat)},
                  {Method::get, "/api/executions/running", Access::anyone, to(&Daemon::running)},
                  {Method::get, "/api/executions/{id}/result", Access::anyone, to(&Daemon::result)},
                  {Method::post, "/api/executions/{id}/terminate", Access::anyone, to(&Daemon::terminate)}});
    http::ServerOptions options;
    options.bind = address_;
    options.port = 8000;
    server_ = std::make_unique<http::Server>(*io_, *router_, http::Authenticator{}, http::Fallback{}, options);
    io_->start();
    server_->listen();
  }
  /// Like a daemon that was killed: its connections end, nothing listens.
  void close() {
    if (!server_) return;
    gone_ = true;
    server_->drain(std::chrono::milliseconds(0));
    io_->stop();
    io_->join();
    server_.reset();
    io_.reset();
    gone_ = false;
  }

  /// While it holds, a task or turn is not answered.
  std::atomic<bool> hold{false};
  std::atomic<int> tasks{0};
  std::atomic<int> turns{0};
  std::atomic<int> terminations{0};
  std::string last_body;  ///< of the last task; read it when the task has been answered
  /// Of all tasks and turns so far.
  std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  Answer task = [](const http::Request&) {
    return http::Response::json_text(R"({"response":"done","execution_log":[],"metadata":{"input_tokens":3}})");
  };
  Answer chat = [](const http::Request&) {
    return http::Response::json_text(
        R"({"response":"hello","execution_log":[{"type":"result"}],"execution_log_simplified":[)"
        R"({"id":"t","type":"tool_use","tool":"Bash","input":{},"success":null,"duration_ms":null,"timestamp":"x"},)"
        R"({"id":"t","type":"tool_result","tool":"Bash","success":true,"duration_ms":41,"timestamp":"x"}],)"
        R"("metadata":{"cost_usd":0.5,"input_tokens":7},"session":{"context_tokens":9,"context_window":1000}})");
  };
  Answer result = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Execution not found"})", 404);
  };
  Answer running = [](const http::Request&) { return http::Response::json_text(R"({"executions":[]})"); };
  Answer terminate = [](const http::Request& request) {
    return http::Response::json_text(R"({"status":"terminated","execution_id":")" + request.params.get("id") + "\"}");
  };

 private:
  static Task<http::Response> answer(Daemon* daemon, Answer Daemon::* which, http::Request request) {
    if (which == &Daemon::task || which == &Daemon::chat) {
      {
        const std::lock_guard lock(daemon->mutex_);
        daemon->last_body = request.body;
        daemon->bodies_.push_back(request.body);
      }
      ++(which == &Daemon::task ? daemon->tasks : daemon->turns);
      asio::steady_timer pause(co_await asio::this_coro::executor);
      while (daemon->hold && !daemon->gone_) {
        pause.expires_after(std::chrono::milliseconds(5));
        co_await pause.async_wait(use_awaitable);
      }
    }
    if (which == &Daemon::terminate) ++daemon->terminations;
    co_return (daemon->*which)(request);
  }

  std::string address_;
  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::atomic<bool> gone_{false};
  std::unique_ptr<IoThreads> io_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace trinity::test
