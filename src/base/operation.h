#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace trinity {

/// How far a long action of a person has got.
struct Operation {
  enum class State { running, done, failed };
  std::string id;
  std::int64_t user_id = 0;  ///< whose it is
  std::string kind;          ///< create_agent, start_agent, stop_agent, delete_agent
  std::optional<std::string> agent_name{};
  std::string step;  ///< what is being done, a few words for the person
  std::optional<int> percent{};
  State state = State::running;
  std::string detail{};  ///< why it failed; empty else
};

/// Where long actions tell how they get on. Any thread; must not block or throw.
class OperationSink {
 public:
  virtual ~OperationSink() = default;
  virtual void note(Operation operation) = 0;
};

/// Tells of one action from its start to its end. Made with no sink it says nothing. Its end is told by done() or
/// failed(), never by the destructor: a coroutine that is abandoned at shutdown must not touch the sink, which may have
/// gone.
class Progress {
 public:
  /// `operation` has everything but its end; it is told at once.
  Progress(OperationSink* sink, Operation operation) : sink_(sink), operation_(std::move(operation)) { tell(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() = default;

  void step(std::string what, std::optional<int> percent = std::nullopt) {
    operation_.step = std::move(what);
    operation_.percent = percent;
    tell();
  }
  void done() {
    operation_.state = Operation::State::done;
    if (operation_.percent) operation_.percent = 100;
    tell();
  }
  /// `detail`: the text that the caller of the action gets too.
  void failed(std::string detail) {
    operation_.state = Operation::State::failed;
    operation_.detail = std::move(detail);
    tell();
  }

 private:
  void tell() {
    if (sink_ != nullptr) sink_->note(operation_);
  }

  OperationSink* sink_;
  Operation operation_;
};

}  // namespace trinity
