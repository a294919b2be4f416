#pragma once
#include <boost/asio/steady_timer.hpp>
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agentd/live_transcript.h"
#include "agentd/process.h"
#include "base/clock.h"
#include "base/task.h"

namespace trinity::agentd {

/// What clients see of a run besides its id and start.
struct ExecutionMetadata {
  std::string type;             ///< chat or task
  std::string message_preview;  ///< the first 100 characters of the message, unchanged
};
BOOST_DESCRIBE_STRUCT(ExecutionMetadata, (), (type, message_preview))

/// One run from the moment its request is there to its end, also while it waits for its turn.
class Execution {
 public:
  Execution(const asio::any_io_executor& executor, std::string id, ExecutionMetadata metadata)
      : id_(std::move(id)), metadata_(std::move(metadata)), gone_(executor) {
    gone_.expires_at(asio::steady_timer::time_point::max());
  }

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const ExecutionMetadata& metadata() const noexcept { return metadata_; }
  /// When its process was started; nothing while it waits.
  [[nodiscard]] const std::optional<Time>& started_at() const noexcept { return started_at_; }
  /// Somebody asked for its end.
  [[nodiscard]] bool terminated() const noexcept { return terminated_; }

  /// How it ended, for those who follow; set before it leaves the registry.
  void set_outcome(boost::json::object outcome) { outcome_ = std::move(outcome); }
  /// What those see who watch it.
  [[nodiscard]] LiveTranscript& live() const noexcept { return *live_; }
  /// What ends its waiting, while it waits.
  void waits(std::function<void()> give_up) { give_up_ = std::move(give_up); }

 private:
  friend class Executions;
  std::string id_;
  ExecutionMetadata metadata_;
  std::optional<Time> started_at_;
  std::optional<Time> ready_at_;       ///< when its program said its first word
  std::optional<Time> heard_at_;       ///< when its program last said something
  std::optional<Time> heard_told_at_;  ///< which of these moments was told last
  boost::json::object outcome_;
  std::shared_ptr<LiveTranscript> live_ = std::make_shared<LiveTranscript>();
  std::weak_ptr<Process> process_;
  std::function<void()> give_up_;
  asio::steady_timer gone_;  ///< cancelled when the run has left the registry
  bool left_ = false;
  bool terminated_ = false;
};

/// All runs that there are, by id. Belongs to one I/O thread.
class Executions {
 public:
  /// Called when a run has begun or ended, with what is to be told of it.
  using Changed = std::function<void(const boost::json::object& run)>;

  explicit Executions(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Executions(const Executions&) = delete;
  Executions& operator=(const Executions&) = delete;

  void on_change(Changed changed) { changed_ = std::move(changed); }
  /// Called when a program has said its first word, and then at most every ten seconds while it says more.
  void on_life(Changed life) { life_ = std::move(life); }

  /// A place in the registry, for as long as it lives.
  class Place {
   public:
    Place(Executions* of, std::shared_ptr<Execution> run) : of_(of), run_(std::move(run)) {}
    Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)), run_(std::move(other.run_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (of_ != nullptr) of_->leave(run_);
    }
    [[nodiscard]] Execution& run() const noexcept { return *run_; }

   private:
    Executions* of_;
    std::shared_ptr<Execution> run_;
  };
  /// Throws Conflict when the id is in use. An empty id: one is made.
  [[nodiscard]] Place enter(std::string id, std::string type, std::string_view message);
  /// Its process is there. Once more when the program had to be started again.
  void began(Execution& run, const std::shared_ptr<Process>& process);

  /// Its program has said something.
  void heard(Execution& run, Time at);

  /// Runs whose process is there, in order of their start.
  [[nodiscard]] boost::json::object running() const;
  /// Runs that have ended, newest first, the last few.
  [[nodiscard]] const std::deque<boost::json::object>& ended() const noexcept { return ended_; }
  [[nodiscard]] std::optional<boost::json::object> status(const std::string& id) const;
  /// For those who watch a run that goes on, or waits; null when there is none.
  [[nodiscard]] std::shared_ptr<LiveTranscript> live(const std::string& id) const;
  [[nodiscard]] std::size_t count(std::string_view type) const;
  [[nodiscard]] bool empty() const noexcept { return runs_.empty(); }

  struct Termination {
    enum class Outcome { terminated, already_finished, failed };
    Outcome outcome = Outcome::terminated;
    std::optional<int> returncode;
    std::string signal;  ///< SIGINT or SIGKILL; empty when it had not begun
  };
  /// Interrupts the program, kills its group after 5 s, and returns when it has gone, after 7 s at the latest. Nothing
  /// when the id is not known. A run that waits gives up its place.
  Task<std::optional<Termination>> terminate(std::string id);

 private:
  void leave(const std::shared_ptr<Execution>& run);
  [[nodiscard]] std::shared_ptr<Execution> find(const std::string& id) const;

  asio::any_io_executor executor_;
  Changed changed_;
  Changed life_;
  std::vector<std::shared_ptr<Execution>> runs_;
  std::deque<boost::json::object> ended_;
};

}  // namespace trinity::agentd
