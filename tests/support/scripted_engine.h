#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace trinity::test {

/// An answer's body that the test gives piece by piece, each sent as a chunk of its own. Any thread.
class Feed {
 public:
  Feed();
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void push(std::string bytes);
  /// The body ends properly.
  void end();
  /// The connection breaks.
  void cut();

  struct State;
  [[nodiscard]] State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// What the scripted engine says to a request.
struct Answer {
  unsigned status = 200;
  std::string body;
  std::chrono::milliseconds delay{0};  ///< before the first byte
  std::shared_ptr<Feed> feed;          ///< set: the body comes from here
  bool hang = false;                   ///< never answers
  std::string raw;                     ///< set: these bytes instead of an answer, then the connection breaks
  std::size_t piece = 0;               ///< above zero: the body comes in pieces of so many bytes
  std::chrono::milliseconds pause{0};  ///< before each piece
};

struct SeenRequest {
  std::string method;
  std::string target;
  std::string type;  ///< Content-Type
  std::string body;
};

/// An HTTP server on a Unix socket that answers from a table: method and the front of the target, the rule made last
/// counts. What no rule names is answered by the handler, if there is one, else 404. A thread per connection; for
/// tests.
class ScriptedEngine {
 public:
  /// Called on the connection's thread and may wait there; several at a time.
  using Handler = std::function<Answer(const SeenRequest&)>;
  /// Listens at `path`, or at a new one when that is empty.
  explicit ScriptedEngine(std::string path = {}, Handler handler = nullptr);
  ~ScriptedEngine();
  ScriptedEngine(const ScriptedEngine&) = delete;
  ScriptedEngine& operator=(const ScriptedEngine&) = delete;

  [[nodiscard]] const std::string& socket_path() const noexcept { return path_; }

  /// The answers are given one after the other, the last one for ever.
  void answer(std::string method, std::string target, std::vector<Answer> answers);
  void answer(std::string method, std::string target, Answer answer) {
    this->answer(std::move(method), std::move(target), std::vector<Answer>{std::move(answer)});
  }
  void answer(std::string method, std::string target, unsigned status, std::string body = {}) {
    Answer made;
    made.status = status;
    made.body = std::move(body);
    answer(std::move(method), std::move(target), std::move(made));
  }
  /// What was asked; the handler's requests are not kept.
  [[nodiscard]] std::vector<SeenRequest> requests() const;
  /// All that were ever made.
  [[nodiscard]] std::size_t connections() const;

  /// Nothing listens any more, and every connection breaks.
  void close_door();
  void open_door();
  /// The engine is going down: whoever waits in the handler should give up.
  [[nodiscard]] bool stopping() const;

 private:
  struct Rule {
    std::string method;
    std::string target;
    std::deque<Answer> answers;
  };
  void accept_all(int listener);
  void serve(int socket);
  std::optional<Answer> choose(const SeenRequest& request);
  bool send_answer(int socket, const Answer& answer);
  bool send_feed(int socket, Feed::State& feed);
  /// Waits; false when the engine is being taken down.
  bool wait(std::chrono::milliseconds length) const;
  bool send_slowly(int socket, const Answer& answer);

  std::string path_;
  Handler handler_;
  int listener_ = -1;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<Rule> rules_;
  std::vector<SeenRequest> requests_;
  std::set<int> sockets_;  ///< open connections; each has a thread
  std::size_t accepted_ = 0;
  std::condition_variable ended_;
  std::thread acceptor_;
};

}  // namespace trinity::test
