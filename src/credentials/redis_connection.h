#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.h"
#include "credentials/redis_address.h"

struct redisContext;
struct redisReply;

namespace trinity::credentials {

/// The server cannot be reached, did not answer in time, or refused. The text is for the operator and repeats nothing
/// that was sent.
struct RedisFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a command was answered.
struct RedisReply {
  enum class Kind { nothing, text, number, list };
  Kind kind = Kind::nothing;
  std::string text;
  std::int64_t number = 0;
  std::vector<RedisReply> items;
};

/// One connection, one thread at a time. Blocks; every wait ends at the deadline. Once it has thrown RedisFault for
/// anything but a refusal it is of no use.
class RedisConnection {
 public:
  using Command = std::vector<std::string>;

  /// Connects, signs in and chooses the database within `limit`.
  RedisConnection(const RedisAddress& address, std::chrono::milliseconds limit);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// From now on everything together may take so long.
  void limit(std::chrono::milliseconds within) { deadline_ = steady_now() + within; }
  RedisReply run(const Command& command);
  /// All are sent before the first answer is read.
  std::vector<RedisReply> run_all(const std::vector<Command>& commands);
  /// The other side has not closed it, nor sent what nobody asked for. Does not block.
  [[nodiscard]] bool usable() const noexcept;

 private:
  void append(const Command& command);
  RedisReply read();
  void allow_rest();
  [[noreturn]] void fail();

  struct Free {
    void operator()(redisContext* context) const noexcept;
  };
  std::string shown_;
  SteadyTime deadline_;
  std::unique_ptr<redisContext, Free> context_;
  bool broken_ = false;
};

}  // namespace trinity::credentials
