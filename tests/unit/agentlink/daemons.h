#pragma once
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <future>
#include <map>
#include <memory>
#include <string>

#include "agentd/events/event_stream.h"
#include "base/errors.h"
#include "base/io_threads.h"
#include "base/spawn.h"
#include "http/server.h"
#include "http/websocket.h"

namespace trinity::test {

/// Event streams of many agents' daemons behind one port: the bearer tells whose is asked for. The streams are the
/// daemon's own.
class Daemons {
 public:
  /// Answers of everything but the event stream; 404 for what has none.
  class Asked {
   public:
    /// `what`: method and decoded path.
    void answer(const std::string& what, unsigned status, std::string body) {
      const std::lock_guard lock(mutex_);
      answers_[what] = {status, std::move(body)};
    }
    int count() {
      const std::lock_guard lock(mutex_);
      return count_;
    }
    http::Response give(const http::Request& request) {
      const std::lock_guard lock(mutex_);
      ++count_;
      const auto found = answers_.find(std::string(name_of(request.method)) + " " + request.path);
      if (found == answers_.end()) return http::Response::json_text("{}", 404);
      return http::Response::json_text(found->second.second, found->second.first);
    }

   private:
    std::mutex mutex_;
    std::map<std::string, std::pair<unsigned, std::string>> answers_;
    int count_ = 0;
  };

  explicit Daemons(std::chrono::milliseconds heartbeat = std::chrono::seconds(15), Asked* asked = nullptr,
                   const std::string& bind = "0.0.0.0", std::uint16_t port = 0)
      : heartbeat_(heartbeat), asked_(asked) {
    open(bind, port);
  }
  ~Daemons() { close(); }

  void open(const std::string& bind, std::uint16_t port) {
    io_ = std::make_unique<IoThreads>(1);
    router_ = std::make_unique<http::Router>();
    auto serve = [this](std::shared_ptr<http::WebSocket> socket, http::Request request) {
      return this->serve(std::move(socket), std::move(request));
    };
    router_->add({{http::Method::get, "/api/events", http::Access::secret, {}, serve}});
    for (const auto method : {http::Method::get, http::Method::del}) {
      auto answer = [this](http::Request request) { return relay(asked_, std::move(request)); };
      router_->add({{method, "/{path...}", http::Access::secret, answer}});
    }
    http::ServerOptions options;
    options.bind = bind;
    options.port = port;
    server_ = std::make_unique<http::Server>(*io_, *router_, let_in(), http::Fallback{}, options);
    server_->listen();
    io_->start();
    port_ = server_->port();
  }
  /// Connections end, nothing listens.
  void close() {
    if (!server_) return;
    server_->drain(std::chrono::milliseconds(200));
    io_->stop();
    io_->join();
    lives_.clear();
    server_.reset();
    io_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Something happens in an agent.
  void happens(const std::string& agent, std::string type, boost::json::object event) {
    on_thread([=, this] { life(agent).log.add(type, event); });
  }
  /// The daemon of one agent is killed and comes back: another stream, another state.
  void restart(const std::string& agent, boost::json::object state) {
    on_thread([=, this] {
      auto old = std::move(lives_[agent]);
      lives_[agent] = nullptr;
      life(agent).state = state;
      for (auto& socket : old->sockets) socket->abort();
      buried_.push_back(std::move(old));
    });
  }
  /// Ends the connections; the daemon goes on.
  void cut(const std::string& agent) {
    on_thread([=, this] {
      for (auto& socket : std::exchange(life(agent).sockets, {})) socket->abort();
    });
  }
  /// Sends these bytes as they are.
  void say(const std::string& agent, std::string frame) {
    on_thread([=, this] {
      for (auto& socket : life(agent).sockets)
        spawn("frame", socket->executor(), send(socket, std::make_shared<const std::string>(frame)));
    });
  }
  void set_state(const std::string& agent, boost::json::object state) {
    on_thread([=, this] { life(agent).state = state; });
  }
  /// How often somebody came for this agent's events.
  int visits(const std::string& agent) {
    int count = 0;
    on_thread([&] { count = life(agent).visits; });
    return count;
  }

  std::atomic<bool> silent{false};  ///< greets nobody
  std::atomic<int> refused{0};

  /// A state as agents tell it.
  static boost::json::object state_of(std::string_view tool = "") {
    boost::json::array timeline;
    if (!tool.empty()) timeline.push_back(call(tool, "running"));
    return {{"runtime", "command"},
            {"runtime_available", true},
            {"startup", {{"workspace", "ok"}, {"workspace_error", nullptr}, {"setup", "none"}}},
            {"session",
             {{"session_started", true},
              {"message_count", 2},
              {"total_cost_usd", 0.5},
              {"context_tokens", 100},
              {"context_window", 200'000},
              {"context_percent", 0.1},
              {"model", nullptr}}},
            {"activity",
             {{"status", "idle"},
              {"active_tool", nullptr},
              {"tool_counts", boost::json::object()},
              {"timeline", timeline},
              {"totals", {{"calls", 0}, {"duration_ms", 0}, {"started_at", nullptr}}}}},
            {"running", boost::json::array()},
            {"ended", boost::json::array()}};
  }
  static boost::json::object call(std::string_view id, std::string_view status) {
    return {{"id", id},
            {"tool", "Bash"},
            {"input_summary", "ls"},
            {"output_summary", nullptr},
            {"duration_ms", nullptr},
            {"started_at", "2026-01-10T10:30:00.000Z"},
            {"ended_at", nullptr},
            {"success", nullptr},
            {"status", status},
            {"execution_id", "run"}};
  }
  static boost::json::object activity(std::string_view id, std::string_view status) {
    const bool runs = status == "running";
    return {{"status", runs ? "running" : "idle"},
            {"active_tool", nullptr},
            {"tool_counts", {{"Bash", 1}}},
            {"totals", {{"calls", 1}, {"duration_ms", 0}, {"started_at", nullptr}}},
            {"entry", call(id, status)}};
  }

 private:
  struct Life {
    explicit Life(std::chrono::milliseconds heartbeat) : stream(log, [this] { return state; }, heartbeat) {}
    agentd::EventLog log;
    boost::json::object state = state_of();
    agentd::EventStream stream;
    std::vector<std::shared_ptr<http::WebSocket>> sockets;
    int visits = 0;
  };
  Life& life(const std::string& agent) {
    auto& found = lives_[agent];
    if (!found) found = std::make_unique<Life>(heartbeat_);
    return *found;
  }
  Task<> serve(std::shared_ptr<http::WebSocket> socket, http::Request request) {
    auto& mine = life(std::string(request.headers.find("Authorization").value_or("").substr(7)));
    ++mine.visits;
    mine.sockets.push_back(socket);
    if (silent) {
      auto message = co_await socket->read();
      while (message) message = co_await socket->read();
      co_return;
    }
    co_await mine.stream.serve(socket, std::move(request));
    std::erase(mine.sockets, socket);
  }
  static Task<http::Response> relay(Asked* asked, http::Request request) {
    co_return asked != nullptr ? asked->give(request) : http::Response::json_text("{}", 404);
  }
  static Task<> send(std::shared_ptr<http::WebSocket> socket, std::shared_ptr<const std::string> frame) {
    co_await socket->write(frame);
  }
  http::Authenticator let_in() {
    return [this](http::Access, std::string authorization, Call) { return check(this, std::move(authorization)); };
  }
  static Task<std::shared_ptr<const Caller>> check(Daemons* daemons, std::string authorization) {
    if (!authorization.starts_with("Bearer ") || authorization == "Bearer wrong") {
      ++daemons->refused;
      throw Unauthorized("Not authenticated");
    }
    co_return nullptr;
  }
  template <class F>
  void on_thread(F work) {
    std::promise<void> done;
    asio::post((*io_)[0], [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  std::chrono::milliseconds heartbeat_;
  Asked* asked_;
  std::unique_ptr<IoThreads> io_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
  std::map<std::string, std::unique_ptr<Life>> lives_;
  std::vector<std::unique_ptr<Life>> buried_;
};

}  // namespace trinity::test
