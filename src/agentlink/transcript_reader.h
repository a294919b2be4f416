#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agentlink/link.h"
#include "agentlink/transcript_frames.h"
#include "base/clock.h"
#include "base/task.h"
#include "http/websocket.h"

namespace trinity::agentlink {

struct TranscriptPace {
  std::uint16_t port = 8000;
  std::chrono::milliseconds connect_within{5'000};
  std::chrono::milliseconds first_retry{100};  ///< after the connection ended, or while the agent does not know the run
  std::chrono::milliseconds last_retry{2'000};
  std::chrono::milliseconds steady_after{5'000};  ///< a connection that held for so long was a good one
  std::chrono::milliseconds room_every{5};        ///< looks for room this often
  std::size_t largest_frame = 1024 * 1024;        ///< bytes
  std::size_t largest_entry = 64 * 1024;          ///< bytes; of larger ones long strings are cut
};

/// Reads the stream of one run: one connection, taken up again where it broke, until the run has ended or nobody wants
/// it any more. Works on `executor` (one thread); frames go to `sink` there, entries in order and each once: after a
/// `hello` with another attempt they begin anew. Keep it in a shared_ptr.
class TranscriptReader : public std::enable_shared_from_this<TranscriptReader> {
 public:
  struct Hooks {
    std::function<void(TranscriptFrame)> sink;
    std::function<bool()> full;  ///< too much of what was handed over is not taken yet: reads no more until it is
  };

  TranscriptReader(asio::any_io_executor executor, std::string run, TranscriptPace pace, Hooks hooks);

  /// Reads from there from now on; nothing: stops, and goes on later where it stopped. Any thread, in order per caller.
  void aim(std::optional<Target> target);

 private:
  static Task<> run(std::shared_ptr<TranscriptReader> self);
  void take_aim(std::optional<Target> target);
  Task<> follow();
  Task<> read(http::WebSocket* socket, unsigned turn);
  Task<> rest();
  /// False: the stream is not what it should be.
  [[nodiscard]] bool take(TranscriptFrame frame);

  asio::any_io_executor executor_;
  std::string run_;
  TranscriptPace pace_;
  Hooks hooks_;
  asio::steady_timer wake_;

  std::optional<Target> target_;
  unsigned turn_ = 0;  ///< counts aims
  bool active_ = false;
  bool ended_ = false;
  std::shared_ptr<http::WebSocket> socket_;
  std::chrono::milliseconds pause_{0};
  bool greeted_ = false;  ///< this connection has said hello
  unsigned attempt_ = 0;
  std::uint64_t next_ = 0;        ///< index of the next entry
  std::uint64_t text_bytes_ = 0;  ///< of the text that is being written
};

}  // namespace trinity::agentlink
