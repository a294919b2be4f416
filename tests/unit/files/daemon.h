#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/io_threads.h"
#include "http/body_source.h"
#include "http/server.h"

namespace trinity::test {

/// Plays the file API of an agent's daemon on a loopback address: keeps what it was asked, answers what the test says.
class FileDaemon {
 public:
  struct Asked {
    std::string line;  ///< method, path, and the parameters as they arrived, decoded
    http::Headers headers;
    std::string body;
  };
  using Answer = std::function<http::Response(const Asked&)>;

  explicit FileDaemon(std::string address) : address_(std::move(address)) { open(); }
  ~FileDaemon() { close(); }

  void open() {
    io_ = std::make_unique<IoThreads>(1);
    router_ = std::make_unique<http::Router>();
    std::vector<http::Route> routes;
    for (const auto method : {http::Method::get, http::Method::put, http::Method::post, http::Method::del}) {
      const auto handler = [this](http::Request request) { return take(this, std::move(request)); };
      routes.push_back({method, "/{path...}", http::Access::anyone, handler, nullptr, 200'000'000, true});
    }
    router_->add(std::move(routes));
    http::ServerOptions options;
    options.bind = address_;
    options.port = 8000;
    server_ = std::make_unique<http::Server>(*io_, *router_, http::Authenticator{}, http::Fallback{}, options);
    io_->start();
    server_->listen();
  }
  void close() {
    if (!server_) return;
    server_->drain(std::chrono::milliseconds(0));
    io_->stop();
    io_->join();
    server_.reset();
    io_.reset();
  }

  void says(unsigned status, std::string json) {
    answer_with([status, json](const Asked&) { return http::Response::json_text(json, status); });
  }
  void answer_with(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  [[nodiscard]] Asked asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static Task<http::Response> take(FileDaemon* daemon, http::Request request) {
    Asked asked;
    asked.line = std::string(http::name_of(request.method)) + " " + request.path;
    for (const auto& [name, value] : request.query) asked.line += " " + name + "=" + value;
    asked.headers = std::move(request.headers);
    const auto source = request.streamed.source;
    for (bool more = true; more;) {
      const auto piece = co_await source->read();
      asked.body += piece;
      more = !piece.empty();
    }
    const std::lock_guard lock(daemon->mutex_);
    daemon->asked_ = asked;
    co_return daemon->answer_(asked);
  }

  std::string address_;
  std::mutex mutex_;
  Asked asked_;
  Answer answer_ = [](const Asked&) { return http::Response::json_text("{}"); };
  std::unique_ptr<IoThreads> io_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace trinity::test
