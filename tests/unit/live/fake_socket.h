#pragma once
// A WebSocket whose other end is the test, and a table of credentials.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fixture.h"
#include "http/websocket.h"

namespace trinity::live::testing {

/// Lives on its executor's thread, like a real one.
class FakeSocket final : public http::WebSocket {
 public:
  explicit FakeSocket(asio::any_io_executor executor)
      : executor_(executor), arrived_(executor, SteadyTime::max()), writable_(executor, SteadyTime::max()) {}

  // ---- the test's end
  void say(std::string text) {
    incoming_.push_back({std::move(text), true});
    arrived_.cancel();
  }
  void say_binary(std::string bytes) {
    incoming_.push_back({std::move(bytes), false});
    arrived_.cancel();
  }
  void hang_up() { shut(); }
  /// While held, the peer takes nothing.
  void hold(bool held) {
    held_ = held;
    writable_.cancel();
  }

  std::vector<json::object> frames;
  std::function<void(const json::object&)> on_frame;
  std::optional<std::uint16_t> close_code;
  bool aborted = false;

  // ---- the session's end
  Task<std::optional<Message>> read() override {
    while (open_ && incoming_.empty()) {
      boost::system::error_code ended;
      co_await arrived_.async_wait(asio::redirect_error(use_awaitable, ended));
    }
    if (!open_) co_return std::nullopt;
    auto message = std::move(incoming_.front());
    incoming_.pop_front();
    co_return message;
  }
  Task<bool> write(std::shared_ptr<const std::string> frame) override {
    while (open_ && held_) {
      boost::system::error_code ended;
      co_await writable_.async_wait(asio::redirect_error(use_awaitable, ended));
    }
    if (!open_) co_return false;
    frames.push_back(object(*frame));
    if (on_frame) on_frame(frames.back());
    co_return true;
  }
  Task<> close(std::uint16_t code, std::string) override {
    if (open_) close_code = code;
    shut();
    co_return;
  }
  void abort() noexcept override {
    aborted = true;
    shut();
  }
  asio::any_io_executor executor() override { return executor_; }

 private:
  void shut() noexcept {
    open_ = false;
    arrived_.cancel();
    writable_.cancel();
  }

  asio::any_io_executor executor_;
  asio::steady_timer arrived_;
  asio::steady_timer writable_;
  std::deque<Message> incoming_;
  bool open_ = true;
  bool held_ = false;
};

/// Not changed while sessions run on other threads.
class FakeIdentities final : public IdentitySource {
 public:
  std::optional<Identity> by_token(std::string_view token) override { return look_up(tokens, token); }
  std::optional<Identity> by_session_cookie(std::string_view cookie) override { return look_up(cookies, cookie); }

  std::map<std::string, Identity, std::less<>> tokens;
  std::map<std::string, Identity, std::less<>> cookies;

 private:
  static std::optional<Identity> look_up(const std::map<std::string, Identity, std::less<>>& in, std::string_view key) {
    const auto it = in.find(key);
    return it == in.end() ? std::nullopt : std::optional(it->second);
  }
};

}  // namespace trinity::live::testing
