#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agentlink/frames.h"
#include "agentlink/link.h"
#include "agentlink/reading.h"
#include "base/clock.h"
#include "base/task.h"
#include "http/websocket.h"

namespace trinity::agentlink {

/// Which life of which container is followed, and how.
struct Aim {
  Target target;
  std::string container_id;
  std::optional<Time> started_at{};

  /// A connection to one is none to the other.
  [[nodiscard]] bool same(const Aim& other) const {
    return target.address == other.target.address && target.secret == other.target.secret &&
           container_id == other.container_id && started_at == other.started_at;
  }
};

struct FollowPace {
  std::uint16_t port = 8000;
  std::chrono::milliseconds connect_within{5'000};
  std::chrono::milliseconds first_retry{200};  ///< doubles up to the next; each by chance up to a quarter longer
  std::chrono::milliseconds last_retry{15'000};
  /// Instead, for an agent that has not been heard once: thousands of containers may have no daemon at all.
  std::chrono::milliseconds last_blind_retry{60'000};
  std::chrono::milliseconds steady_after{5'000};     ///< a connection that held for so long was a good one
  std::chrono::milliseconds first_heartbeat{5'000};  ///< taken for its pace until a daemon has told it
  int missed_heartbeats = 3;                         ///< then the connection is taken for dead
  std::size_t largest_frame = 1024 * 1024;           ///< bytes
};

/// Follows the event stream of one agent: one connection, taken up again where it broke. Works on `executor` (one
/// thread); what is new goes to `sink` there. Keep it in a shared_ptr.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  using Sink = std::function<void(const News&)>;

  Follower(asio::any_io_executor executor, std::string agent, FollowPace pace, Sink sink);

  /// Follows this from now on; nothing: ends, and tells so last. Any thread, in order per caller.
  void aim(std::optional<Aim> aim);

 private:
  static Task<> run(std::shared_ptr<Follower> self);
  static Task<> watch(std::shared_ptr<Follower> self);
  void take_aim(std::optional<Aim> aim);
  Task<> follow();
  Task<> read(http::WebSocket* socket, unsigned turn);
  Task<> rest();
  [[nodiscard]] std::string address() const;
  /// False: the stream is not what it should be; the connection ends and begins anew.
  [[nodiscard]] bool take(const Frame& frame);
  [[nodiscard]] bool take_hello(const Frame& frame);
  void take_snapshot(const Frame& frame);
  [[nodiscard]] bool take_event(const Frame& frame);
  void tell(News news);
  void lost();
  void heard();

  asio::any_io_executor executor_;
  std::string agent_;
  FollowPace pace_;
  Sink sink_;
  asio::steady_timer wake_;
  asio::steady_timer silence_;

  std::optional<Aim> aim_;
  unsigned turn_ = 0;  ///< counts aims
  bool active_ = false;
  bool refused_ = false;  ///< the agent does not know us; told in the log once
  std::shared_ptr<http::WebSocket> socket_;
  std::chrono::milliseconds pause_{0};
  std::chrono::milliseconds heartbeat_{};
  SteadyTime heard_at_{};
  bool greeted_ = false;                  ///< this connection has said hello
  bool complete_ = false;                 ///< what is known is whole; else only a snapshot helps
  bool place_ = false;                    ///< there is a place to go on from
  std::optional<SteadyTime> anew_since_;  ///< the daemon has begun another life since the last snapshot
  SteadyTime lost_at_{};                  ///< when this life was heard last
  LivePtr live_;
};

}  // namespace trinity::agentlink
