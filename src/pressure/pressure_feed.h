#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "executions/turn_clock.h"
#include "live/feed.h"

namespace trinity::pressure {

/// Asks for Feed::due() once more after this time.
using Again = std::function<void(std::chrono::milliseconds)>;

/// Topic `agent:{n}:pressure`: why one agent is slow; the same for everybody who may read it. Every event is whole.
class PressureFeed final : public live::Feed {
 public:
  struct Pace {
    std::chrono::milliseconds figures{5'000};  ///< between two events because of new figures, at least
    std::chrono::milliseconds turn{250};       ///< between two because the turn waits for something else
    std::chrono::milliseconds tick{1'000};     ///< how often due() is called; sending may be early by a fraction of it
  };
  struct Hooks {
    std::function<std::optional<executions::TurnWaits>(Time)> turn;  ///< the running one as of that moment
    std::function<void(int delta)> watch;  ///< +1 when somebody begins to look, -1 when nobody does any more
    Again again;
  };
  PressureFeed(std::string agent, Hooks hooks, Pace pace);

  [[nodiscard]] live::FeedManner manner() const override;
  std::string baseline(const fleet::Snapshot& snapshot, const live::Options& options, live::Moment at) override;
  [[nodiscard]] std::optional<Time> sampled_at(const fleet::Snapshot& snapshot, live::Moment at) const override;
  std::vector<live::Event> published(const live::Digest& digest, const fleet::Snapshot& snapshot,
                                     live::Moment at) override;
  std::vector<live::Event> due(const fleet::Snapshot& snapshot, live::Moment at) override;
  void watched(bool by_somebody) override;

 private:
  /// What a turn waits for, as those who look see it.
  struct Face {
    std::string execution;
    executions::TurnWaits::Now now = executions::TurnWaits::Now::start;
    std::string tool;
    bool operator==(const Face&) const = default;
  };
  struct Told {
    fleet::FiguresPtr figures;
    std::string status;
    std::optional<Time> started_at;
    std::optional<Face> turn;
    SteadyTime at{};
  };
  [[nodiscard]] static std::optional<Face> face_of(const std::optional<executions::TurnWaits>& turn);
  [[nodiscard]] std::string text_of(const fleet::Snapshot::Entry& entry, live::Moment at);
  [[nodiscard]] std::vector<live::Event> tell(const fleet::Snapshot::Entry& entry, live::Moment at);

  std::string agent_;
  Hooks hooks_;
  Pace pace_;
  std::optional<Told> told_;
};

}  // namespace trinity::pressure
