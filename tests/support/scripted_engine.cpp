#include "support/scripted_engine.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <optional>
#include <ranges>
#include <system_error>
#include <utility>

#include "base/ids.h"

namespace trinity::test {

namespace {

/// How often waiting threads look whether the test is over.
constexpr std::chrono::milliseconds look{5};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// The peer has closed its end, and nothing of it is left to read.
bool has_left(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/// Appends what comes next; false at the end.
bool receive(int socket, std::string& into) {
  char buffer[16 * 1024];
  const auto got = ::recv(socket, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  into.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string field_of(std::string_view head, std::string_view name) {
  for (const auto part : std::views::split(head, std::string_view("\r\n"))) {
    const std::string_view line(part.begin(), part.end());
    const auto colon = line.find(": ");
    if (colon == name.size() && ::strncasecmp(line.data(), name.data(), colon) == 0) {
      return std::string(line.substr(colon + 2));
    }
  }
  return {};
}

/// Takes the next request off the connection; bytes that came too early stay in `pending`.
std::optional<SeenRequest> read_request(int socket, std::string& pending) {
  std::size_t end = 0;
  while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(socket, pending)) return std::nullopt;
  }
  const auto head = pending.substr(0, end);
  pending.erase(0, end + 4);
  SeenRequest request;
  request.method = head.substr(0, head.find(' '));
  const auto target_start = request.method.size() + 1;
  request.target = head.substr(target_start, head.find(' ', target_start) - target_start);
  request.type = field_of(head, "Content-Type");
  const auto length_text = field_of(head, "Content-Length");
  std::size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  while (pending.size() < length) {
    if (!receive(socket, pending)) return std::nullopt;
  }
  request.body = pending.substr(0, length);
  pending.erase(0, length);
  return request;
}

std::string chunk_of(std::string_view bytes) {
  char size[20];
  const auto [end, fault] = std::to_chars(size, size + sizeof size, bytes.size(), 16);
  return std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n";
}

}  // namespace

struct Feed::State {
  enum class End { none, proper, cut };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> pieces;
  End end = End::none;
};

Feed::Feed() : state_(std::make_unique<State>()) {}
Feed::~Feed() = default;

void Feed::push(std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->pieces.push_back(std::move(bytes));
  state_->changed.notify_all();
}

void Feed::end() {
  const std::lock_guard lock(state_->mutex);
  state_->end = State::End::proper;
  state_->changed.notify_all();
}

void Feed::cut() {
  const std::lock_guard lock(state_->mutex);
  state_->end = State::End::cut;
  state_->changed.notify_all();
}

ScriptedEngine::ScriptedEngine(std::string path, Handler handler)
    : path_(std::move(path)), handler_(std::move(handler)) {
  if (path_.empty()) path_ = (std::filesystem::temp_directory_path() / ("engine-" + random_hex(8) + ".sock")).string();
  open_door();
}

ScriptedEngine::~ScriptedEngine() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  close_door();
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return sockets_.empty(); });
}

void ScriptedEngine::open_door() {
  if (listener_ >= 0) return;
  ::unlink(path_.c_str());
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) fail("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(listener_, 128) != 0) fail("listen");
  acceptor_ = std::thread([this, listener = listener_] { accept_all(listener); });
}

void ScriptedEngine::close_door() {
  if (listener_ < 0) return;
  ::unlink(path_.c_str());
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(std::exchange(listener_, -1));
  const std::lock_guard lock(mutex_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void ScriptedEngine::answer(std::string method, std::string target, std::vector<Answer> answers) {
  const std::lock_guard lock(mutex_);
  rules_.push_back({std::move(method), std::move(target), {answers.begin(), answers.end()}});
}

std::vector<SeenRequest> ScriptedEngine::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t ScriptedEngine::connections() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

bool ScriptedEngine::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void ScriptedEngine::accept_all(int listener) {
  while (true) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && errno == EINTR) continue;
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.insert(socket);
    ++accepted_;
    std::thread([this, socket] {
      serve(socket);
      const std::lock_guard end(mutex_);
      sockets_.erase(socket);
      ::close(socket);
      ended_.notify_all();
    }).detach();
  }
}

void ScriptedEngine::serve(int socket) {
  std::string pending;
  while (const auto request = read_request(socket, pending)) {
    auto answer = choose(*request);
    if (!answer) answer = handler_(*request);
    if (!send_answer(socket, *answer)) return;
  }
}

/// Nothing: a request for the handler.
std::optional<Answer> ScriptedEngine::choose(const SeenRequest& request) {
  const std::lock_guard lock(mutex_);
  if (!handler_) requests_.push_back(request);
  for (auto& rule : std::views::reverse(rules_)) {
    if (rule.method != request.method || !request.target.starts_with(rule.target)) continue;
    auto chosen = rule.answers.front();
    if (rule.answers.size() > 1) rule.answers.pop_front();
    return chosen;
  }
  if (handler_) return std::nullopt;
  Answer unknown;
  unknown.status = 404;
  unknown.body = R"({"message":"not in the script"})";
  return unknown;
}

bool ScriptedEngine::wait(std::chrono::milliseconds length) const {
  const auto until = std::chrono::steady_clock::now() + length;
  while (!stopping()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) return true;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, look));
  }
  return false;
}

bool ScriptedEngine::send_answer(int socket, const Answer& answer) {
  if (answer.hang) return wait(std::chrono::hours(1)) && false;
  if (!wait(answer.delay)) return false;
  if (!answer.raw.empty()) return send_all(socket, answer.raw) && false;
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\nContent-Type: application/json\r\n";
  if (answer.feed) {
    head += "Transfer-Encoding: chunked\r\n\r\n";
    return send_all(socket, head) && send_feed(socket, answer.feed->state());
  }
  const bool bodyless = answer.status == 204 || answer.status == 304;
  head += bodyless ? "\r\n" : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
  if (answer.piece > 0 && !bodyless) return send_all(socket, head) && send_slowly(socket, answer);
  return send_all(socket, head + (bodyless ? std::string() : answer.body));
}

bool ScriptedEngine::send_slowly(int socket, const Answer& answer) {
  for (std::size_t at = 0; at < answer.body.size(); at += answer.piece) {
    if (!wait(answer.pause) || !send_all(socket, std::string_view(answer.body).substr(at, answer.piece))) return false;
  }
  return true;
}

bool ScriptedEngine::send_feed(int socket, Feed::State& feed) {
  std::unique_lock lock(feed.mutex);
  while (true) {
    while (!feed.pieces.empty()) {
      const auto piece = std::move(feed.pieces.front());
      feed.pieces.pop_front();
      lock.unlock();
      if (!send_all(socket, chunk_of(piece))) return false;
      lock.lock();
    }
    if (feed.end == Feed::State::End::cut) return false;
    if (feed.end == Feed::State::End::proper) return send_all(socket, "0\r\n\r\n");
    feed.changed.wait_for(lock, look);
    lock.unlock();
    if (stopping() || has_left(socket)) return false;
    lock.lock();
  }
}

}  // namespace trinity::test
