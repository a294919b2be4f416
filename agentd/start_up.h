#pragma once
#include <array>
#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace trinity::agentd {

/// How far the start-up is. Every change is told. Belongs to the I/O thread.
class StartUp {
 public:
  enum class Step { workspace, credentials, prompt, setup };
  enum class State { waiting, running, done, skipped, failed };

  /// Called after every change.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  void begin(Step step, std::string detail = {});
  /// `detail`: what was done, or why it failed; for people.
  void end(Step step, State state, const std::string& detail = {});
  /// Messages are let in from now on.
  void make_ready();

  /// ok, cloning, failed
  [[nodiscard]] std::string_view workspace() const;
  [[nodiscard]] std::optional<std::string> workspace_error() const;
  /// none, running, ok, failed
  [[nodiscard]] std::string_view setup() const;
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  /// Of all steps; 100 when each has ended, well or not.
  [[nodiscard]] int percent() const;

  /// All of it, for the event and the snapshot.
  [[nodiscard]] boost::json::object card() const;

  std::vector<std::string> mcp_servers;
  SteadyTime since = steady_now();

 private:
  struct Entry {
    State state = State::waiting;
    std::optional<Time> began;
    std::optional<Time> ended;
    std::string detail;
  };
  [[nodiscard]] const Entry& of(Step step) const { return entries_.at(static_cast<std::size_t>(step)); }
  void tell() const {
    if (changed_) changed_();
  }

  std::array<Entry, 4> entries_;
  bool ready_ = false;
  std::function<void()> changed_;
};

}  // namespace trinity::agentd
