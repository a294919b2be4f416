#pragma once
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "http/server.h"

namespace trinity::http {

/// One open connection as the server sees it. Members are called on the connection's own thread.
class Session {
 public:
  virtual ~Session() = default;
  /// The server stops: say 1001 on a WebSocket, else finish; the answers from now on end their connection.
  virtual void drain() = 0;
  /// Some time later: close when idle, unless a request has just arrived.
  virtual void close_idle() noexcept = 0;
  /// Ends at once.
  virtual void cut() noexcept = 0;
};

/// What belongs to one I/O thread; touched by that thread only.
struct Lane {
  std::unordered_set<Session*> sessions;
  bool draining = false;  ///< no answer keeps its connection
  bool closing = false;   ///< nobody is waited for who has not asked yet
  /// `Date` of the current second.
  std::int64_t date_second = -1;
  std::string date;
};

/// What all connections of a server share. Written before the first connection; then only counters change.
struct ServerCore {
  ServerCore(IoThreads& t, const Router& r, Authenticator a, Fallback f, ServerOptions o)
      : threads(t), router(r), authenticator(std::move(a)), fallback(std::move(f)), options(std::move(o)) {
    lanes.resize(threads.size());
  }

  IoThreads& threads;
  const Router& router;
  Authenticator authenticator;
  Fallback fallback;
  ServerOptions options;
  std::string run;  ///< random; begins every request id of this process
  std::vector<Lane> lanes;

  std::mutex mutex;
  std::condition_variable changed;
  std::size_t open = 0;  ///< connections; under the mutex
};

/// Serves one accepted connection to its end, on the thread of lane `lane`. The caller has counted it in `core->open`;
/// it is counted out when the coroutine ends.
Task<> serve_connection(std::shared_ptr<ServerCore> core, std::size_t lane, std::uint64_t number,
                        asio::generic::stream_protocol::socket socket, std::string remote);

}  // namespace trinity::http
