#pragma once
#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agentd/events/transcript_stream.h"
#include "agentd/executions.h"
#include "base/errors.h"
#include "base/io_threads.h"
#include "http/server.h"
#include "http/websocket.h"

namespace trinity::test {

/// An agent's daemon as far as streams of runs go; what its runs print is said by the test. The stream is the daemon's
/// own.
class Transcripts {
 public:
  Transcripts() : io_(1), executions_(io_[0].get_executor()), stream_(executions_) {
    auto serve = [this](std::shared_ptr<http::WebSocket> socket, http::Request request) {
      return this->serve(std::move(socket), std::move(request));
    };
    router_.add({{http::Method::get, "/api/executions/{execution_id}/transcript", http::Access::secret, {}, serve}});
    http::ServerOptions options;
    options.bind = "127.0.0.1";
    options.port = 0;
    auto let_in = [](http::Access, std::string authorization, Call) { return check(std::move(authorization)); };
    server_ = std::make_unique<http::Server>(io_, router_, let_in, http::Fallback{}, options);
    server_->listen();
    io_.start();
  }
  ~Transcripts() {
    on_thread([this] {
      for (auto& socket : sockets_) socket->abort();
    });
    server_->drain(std::chrono::milliseconds(500));
    io_.stop();
    io_.join();
  }
  Transcripts(const Transcripts&) = delete;
  Transcripts& operator=(const Transcripts&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  /// A run; its program starts at once, or by start().
  void enter(const std::string& run, bool start_it = true) {
    on_thread([&] { places_.emplace(run, executions_.enter(run, "chat", "x")); });
    if (start_it) start(run);
  }
  void start(const std::string& run) {
    on_thread([&] { live(run).begin(std::make_shared<agentd::Transcript>()); });
  }
  void print(const std::string& run, const std::string& line, bool ends_text = false) {
    on_thread([&] { live(run).add({line, {}, ends_text}); });
  }
  void write(const std::string& run, const std::string& text) {
    on_thread([&] { live(run).write({text, false}, now()); });
  }
  void end(const std::string& run) {
    on_thread([&] { places_.erase(places_.find(run)); });
  }
  /// Ends all connections.
  void cut() {
    on_thread([this] {
      for (auto& socket : std::exchange(sockets_, {})) socket->abort();
    });
  }
  int visits() {
    int count = 0;
    on_thread([&] { count = visits_; });
    return count;
  }
  /// Readers that are there now.
  int readers() {
    int count = 0;
    on_thread([&] { count = readers_; });
    return count;
  }

 private:
  agentd::LiveTranscript& live(const std::string& run) { return places_.find(run)->second.run().live(); }
  Task<> serve(std::shared_ptr<http::WebSocket> socket, http::Request request) {
    ++visits_;
    ++readers_;
    sockets_.push_back(socket);
    co_await stream_.serve(socket, std::move(request));
    std::erase(sockets_, socket);
    --readers_;
  }
  static Task<std::shared_ptr<const Caller>> check(std::string authorization) {
    if (authorization != "Bearer secret") throw Unauthorized("Not authenticated");
    co_return nullptr;
  }
  template <class F>
  void on_thread(F work) {
    std::promise<void> done;
    asio::post(io_[0], [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  IoThreads io_;
  agentd::Executions executions_;
  agentd::TranscriptStream stream_;
  std::map<std::string, agentd::Executions::Place> places_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::shared_ptr<http::WebSocket>> sockets_;
  int visits_ = 0;
  int readers_ = 0;
};

}  // namespace trinity::test
