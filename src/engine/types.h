#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace trinity::engine {

using Labels = std::map<std::string, std::string>;

/// What went wrong with an engine call.
enum class Fault {
  unreachable,  ///< nothing listens, or the connection broke before an answer
  timeout,      ///< no answer within the limit of the call
  not_found,    ///< 404
  conflict,     ///< 409: name taken, container in a state that does not allow it
  bad_request,  ///< 400
  port_taken,   ///< a port of the host that the container publishes is somebody else's
  failed        ///< any other status, or an answer that cannot be read
};

/// Thrown by every engine call. what() is the engine's own text: for the log, not for clients.
class EngineError : public std::runtime_error {
 public:
  EngineError(Fault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  /// The engine itself is in trouble (against: it refused this one thing).
  [[nodiscard]] bool engine_down() const noexcept { return fault_ == Fault::unreachable || fault_ == Fault::timeout; }

 private:
  Fault fault_;
};

/// A container as the engine's list tells it: cheap, one call for all.
struct Container {
  std::string id;    ///< 64 hex digits
  std::string name;  ///< without the leading slash
  std::string image;
  std::string state;  ///< created, running, paused, restarting, removing, exited, dead
  Labels labels;
  Time created{};
};

/// A container as inspect tells it.
struct ContainerDetail {
  std::string id;
  std::string name;
  std::string image;
  std::string state;
  std::int64_t pid = 0;  ///< of the container's init on the engine's host; 0 when not running
  std::int64_t exit_code = 0;
  bool oom_killed = false;
  std::optional<Time> started_at;
  std::optional<Time> finished_at;
  Time created{};
  Labels labels;
  std::map<std::string, std::string> addresses;  ///< network name -> IP address (running only)
  std::int64_t memory_limit = 0;                 ///< bytes; 0 none
  std::vector<std::string> volumes;              ///< names of mounted volumes
  std::uint64_t model_key = 0;                   ///< key_digest() of its ANTHROPIC_API_KEY
};

/// Tells keys apart without keeping them; 0: there is none.
[[nodiscard]] inline std::uint64_t key_digest(std::string_view key) noexcept {
  return key.empty() ? 0 : std::hash<std::string_view>{}(key);
}

struct VolumeMount {
  std::string volume;
  std::string path;
  bool read_only = false;
};

/// A path of the engine's host, mounted.
struct BindMount {
  std::string source;
  std::string path;
  bool read_only = false;
};

/// What a new container shall be. Zero and empty mean "leave it to the engine".
struct ContainerSpec {
  std::string image;
  std::string hostname;
  std::map<std::string, std::string> env;
  Labels labels;
  std::string network;
  std::vector<VolumeMount> volumes;
  std::vector<BindMount> binds;
  std::map<std::string, std::string> tmpfs;  ///< path -> options
  struct Port {
    std::uint16_t container = 0;
    std::uint16_t host = 0;
    std::string address;  ///< host address; empty: all interfaces
  };
  std::vector<Port> ports;
  std::int64_t memory = 0;      ///< bytes
  std::int64_t cpu_period = 0;  ///< microseconds
  std::int64_t cpu_quota = 0;   ///< microseconds per period
  std::int64_t pids_limit = 0;
  std::string restart_policy;  ///< "unless-stopped"
  std::vector<std::string> cap_drop;
  std::vector<std::string> cap_add;
  std::vector<std::string> security_opt;
  std::vector<std::string> command;  ///< empty: the image's
};

/// How a container was made, so that it can be made again. Holds secrets: its whole environment.
struct Description {
  ContainerSpec spec;    ///< spec.image: the name it was made from
  std::string image_id;  ///< which the name may mean no longer
};

struct Volume {
  std::string name;
  Labels labels;
};

struct Network {
  std::string id;
  std::string name;
  Labels labels;
  std::string gateway;  ///< IP address of the engine's host on it
};

struct Image {
  std::string id;
  Labels labels;
};

/// One line of the engine's event stream.
struct Event {
  std::string type;    ///< container, network, volume, image
  std::string action;  ///< create, start, die, kill, oom, stop, destroy, rename, pause, unpause, health_status: ...
  std::string id;
  std::map<std::string, std::string> attributes;  ///< name, exitCode, labels
  std::int64_t time_nano = 0;                     ///< engine's clock, nanoseconds since the epoch
};

struct LogOptions {
  int tail = 100;  ///< lines; below zero: all
  bool timestamps = false;
  std::size_t max_bytes = 5 * 1024 * 1024;  ///< then the oldest are left out
};

/// A log entry: a line with its line break, or a part of one where the engine has cut it.
struct LogPiece {
  enum class Stream : std::uint8_t { out = 1, err = 2 };
  Stream stream = Stream::out;
  std::string bytes;
  bool plain = false;  ///< from a terminal, which has no entries: any portion of its bytes
};

/// Where following begins. Entries always carry the engine's time.
struct FollowOptions {
  int tail = 0;                 ///< entries from before, at most
  std::int64_t since_nano = 0;  ///< only entries of this moment or later (engine's clock); 0: all
};

/// What came of a followed log.
struct LogPortion {
  std::vector<LogPiece> pieces;
  bool ended = false;  ///< nothing more comes: the container does not run
};

/// Figures of the one-shot statistics call, for hosts that do not show their cgroup files. Counters; the caller keeps
/// the deltas.
struct Statistics {
  std::uint64_t cpu_nanoseconds = 0;
  std::uint64_t memory_bytes = 0;  ///< without page cache
  std::uint64_t memory_limit = 0;
  std::uint64_t network_rx = 0;
  std::uint64_t network_tx = 0;
  std::uint64_t pids = 0;
  Time read_at{};
  /// How often the container was held back because it had used up its share of the processors.
  struct Throttling {
    std::uint64_t periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t nanoseconds = 0;
  };
  std::optional<Throttling> throttling{};
  std::optional<std::uint64_t> disk_read{};  ///< bytes over all devices; nothing when the engine does not tell
  std::optional<std::uint64_t> disk_written{};
};

}  // namespace trinity::engine
