#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/describe.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "base/caller.h"
#include "base/clock.h"
#include "base/gate.h"
#include "vault/holding.h"

namespace trinity::vault {

struct Status {
  std::string backend;     ///< where credentials are: "sqlite", "redis"
  std::string key_id;      ///< of the newest key
  std::string key_source;  ///< "environment", "file"
  std::int64_t secrets = 0;
  std::int64_t older = 0;  ///< secrets that are not under the newest key yet
};
BOOST_DESCRIBE_STRUCT(Status, (), (backend, key_id, key_source, secrets, older))

struct Rotated {
  std::string key_id;
  std::int64_t rewrapped = 0;
};
BOOST_DESCRIBE_STRUCT(Rotated, (), (key_id, rewrapped))

/// Replaces the master key while the server works. Old keys stay, in memory and in the file, until nothing needs them
/// and whoever sealed under them before has surely stored it; a server that was killed takes that up again. Any I/O
/// thread.
class Rotation {
 public:
  struct Options {
    std::string backend;
    KeySource source = KeySource::file;
    std::filesystem::path key_file;
    /// From a new key to the end of the old ones; longer than any write or OAuth flow may take.
    std::chrono::milliseconds retire_after{900'000};
    std::chrono::milliseconds retry_after{60'000};
  };

  /// What is passed must outlive it.
  Rotation(Options options, Vault& vault, BlockingPool& pool)
      : options_(std::move(options)), vault_(vault), pool_(pool) {}
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;

  /// Before the start.
  void add(Holding& holding) { holdings_.push_back(&holding); }
  void add(MarkBook& book) { books_.push_back(&book); }

  /// Rewraps what an earlier run left, and seals what was stored plain; then retires old keys. On this executor, which
  /// must have ended its work when this object dies.
  void start(const boost::asio::any_io_executor& executor);

  /// For administrators who are persons; throws Forbidden.
  Task<Status> status(Call call, std::shared_ptr<const Caller> caller);
  /// With keys from a file: makes one. Rewraps all under the newest key.
  Task<Rotated> rotate(Call call, std::shared_ptr<const Caller> caller);

 private:
  struct Pass {
    std::int64_t seen = 0;
    std::int64_t changed = 0;
    std::int64_t left = 0;  ///< cannot be opened
  };

  static Task<> settle(Rotation* self);
  Task<> add_key(Call call);
  Task<Pass> rewrap_all(Call call);
  /// True when nothing is left to do.
  Task<bool> go_on(Call call);
  Task<bool> retire(Call call);
  Task<bool> has_older(Call call);

  Options options_;
  Vault& vault_;
  BlockingPool& pool_;
  std::vector<Holding*> holdings_;
  std::vector<MarkBook*> books_;
  boost::asio::any_io_executor executor_;
  Gate gate_{1, "The keys are being replaced. Try again in a moment."};
  // Behind the gate:
  bool settling_ = false;
  SteadyTime newest_since_ = steady_now();
};

}  // namespace trinity::vault
