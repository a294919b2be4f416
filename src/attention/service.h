#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>

#include "agents/lookup.h"
#include "attention/book.h"
#include "attention/store.h"

namespace trinity::attention {

/// Tells who needs a person, from memory: 0 statements and 0 engine calls per question. Any I/O thread.
class AttentionService {
 public:
  using Clock = std::function<Time()>;

  /// All must outlive it.
  struct Parts {
    const fleet::Fleet& fleet;
    const executions::RunningTurns& turns;
    AttentionStore& store;
  };
  AttentionService(const Parts& parts, Patience patience, Clock clock = now)
      : parts_(parts), lookup_(parts.fleet), clock_(std::move(clock)), book_(patience) {}
  AttentionService(const AttentionService&) = delete;
  AttentionService& operator=(const AttentionService&) = delete;

  /// At the start, and when another program has changed the database.
  void load(Call call);
  Task<> reload(Call call);
  /// Looks at what nobody tells once a second: figures, turns, the time. Ends with the executor.
  void start(const asio::any_io_executor& executor);
  /// One look, on a thread that holds the fleet's snapshots.
  void look(const fleet::Snapshot& snapshot);

  // ---- facts; any thread
  template <class Fact>
  void hear(const Fact& fact) {
    book_.hear(fact, clock_());
  }
  void refused(const std::string& agent) { book_.refused(agent, clock_()); }
  void follow(const fleet::Publication& publication) { book_.follow(publication, clock_()); }
  void forget(const std::string& agent) { book_.forget(agent, clock_()); }

  // ---- answers
  /// JSON text: `as_of` and `agents`, those that the caller may read and that need a person.
  Task<std::string> list(agents::CallerPtr caller);
  [[nodiscard]] const Book& book() const noexcept { return book_; }

 private:
  static Task<> keep_looking(AttentionService* service);

  Parts parts_;
  agents::AgentLookup lookup_;
  Clock clock_;
  Book book_;
};

}  // namespace trinity::attention
