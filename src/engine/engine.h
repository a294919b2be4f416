#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/task.h"
#include "engine/types.h"

namespace trinity::engine {

/// The engine's events, one after the other. Belongs to the thread that opened it.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// The next event. Nothing when none came within `limit`. Throws EngineError when the stream ended.
  virtual Task<std::optional<Event>> next(std::chrono::milliseconds limit) = 0;
  virtual void cancel() noexcept = 0;
};

/// What a container writes, as it comes. Belongs to the thread that opened it.
class LogStream {
 public:
  virtual ~LogStream() = default;
  /// What came next: at once what is there, nothing when nothing came within `limit`. Throws EngineError when the
  /// stream broke.
  virtual Task<LogPortion> next(std::chrono::milliseconds limit) = 0;
  virtual void cancel() noexcept = 0;
};

/// A container engine: the port. Every call counts in `call` and has a limit of its own; every failure is an
/// EngineError. May be used from every context the implementation was given. Names and ids are interchangeable where
/// the engine allows it.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Engine and API version; sets the version used from then on: ours, or the nearest one that the engine still speaks.
  virtual Task<std::string> negotiate(Call call) = 0;
  /// Every container with all of `labels` ("key=value" or "key"), running or not. Never asks for sizes.
  virtual Task<std::vector<Container>> list(Call call, std::vector<std::string> labels) = 0;
  virtual Task<std::optional<ContainerDetail>> inspect(Call call, std::string container) = 0;
  /// How a container was made; without command and user, which are its image's.
  virtual Task<std::optional<Description>> describe(Call call, std::string container) = 0;
  /// The new container's id. Fault::conflict: the name is taken; Fault::not_found: no such image.
  virtual Task<std::string> create(Call call, std::string name, ContainerSpec spec) = 0;
  /// Fault::port_taken: a port that it publishes is in use.
  virtual Task<> start(Call call, std::string container) = 0;
  /// Stop signal, then kill after `grace`; returns when stopped. No fault when it is stopped already.
  virtual Task<> stop(Call call, std::string container, std::chrono::seconds grace) = 0;
  virtual Task<> kill(Call call, std::string container, std::string signal) = 0;
  /// Running or not. Fault::conflict: the name is taken.
  virtual Task<> rename(Call call, std::string container, std::string name) = 0;
  /// No fault when it is gone already.
  virtual Task<> remove(Call call, std::string container, bool force) = 0;
  /// Unpacks a tar archive at `path` of the container, running or not.
  virtual Task<> upload(Call call, std::string container, std::string path, std::string tar) = 0;
  /// A tar archive of what is at `path`, its last part as the first name in it; nothing when nothing is there. Throws
  /// Fault::failed when it has more than `most` bytes.
  virtual Task<std::optional<std::string>> download(Call call, std::string container, std::string path,
                                                    std::size_t most) = 0;
  /// The last lines, both streams interleaved in order, joined in `text` form by log_text().
  virtual Task<std::vector<LogPiece>> logs(Call call, std::string container, LogOptions options) = 0;
  /// What the container has written and goes on to write; ends by itself when the container stops.
  virtual Task<std::unique_ptr<LogStream>> follow_logs(Call call, std::string container, FollowOptions options) = 0;
  virtual Task<std::optional<Statistics>> statistics(Call call, std::string container) = 0;
  /// Events of containers from `since_nano` (engine's clock, nanoseconds) on, with all of `labels`.
  virtual Task<std::unique_ptr<EventStream>> events(Call call, std::int64_t since_nano,
                                                    std::vector<std::string> labels) = 0;

  virtual Task<std::optional<Image>> image(Call call, std::string name) = 0;
  /// Pulls from a registry, at most `limit`.
  virtual Task<> pull(Call call, std::string name, std::chrono::seconds limit) = 0;

  virtual Task<std::optional<Network>> network(Call call, std::string name) = 0;
  /// `subnet` empty: the engine chooses.
  virtual Task<> create_network(Call call, std::string name, std::string subnet, Labels labels) = 0;
  virtual Task<> remove_network(Call call, std::string name) = 0;

  virtual Task<std::optional<Volume>> volume(Call call, std::string name) = 0;
  virtual Task<> create_volume(Call call, std::string name, Labels labels) = 0;
  /// No fault when it is gone already.
  virtual Task<> remove_volume(Call call, std::string name) = 0;
};

}  // namespace trinity::engine
