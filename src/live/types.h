#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"

namespace trinity::live {

/// Both clocks at once, handed to the state machines so that they need no clock of their own.
struct Moment {
  Time wall{};
  SteadyTime steady{};

  [[nodiscard]] static Moment current() noexcept { return {now(), steady_now()}; }
};

/// One encoded text frame. Encoded once, shared by all sockets that get it.
using Frame = std::shared_ptr<const std::string>;

using SocketId = std::uint64_t;

/// Who a credential stands for, and until when.
struct Identity {
  std::shared_ptr<const Caller> caller;
  Time expires_at{};
};

/// Tells whom a credential belongs to. Any thread; must not block. Nothing when the credential is not valid (any more).
class IdentitySource {
 public:
  virtual ~IdentitySource() = default;
  virtual std::optional<Identity> by_token(std::string_view token) = 0;
  virtual std::optional<Identity> by_session_cookie(std::string_view cookie) = 0;
};

/// A frame on its way to one socket, and what the socket's queue has to know about it.
struct Outgoing {
  enum class Kind {
    control,   ///< an answer; never dropped
    event,     ///< a change of `topic`
    baseline,  ///< the whole state of `topic`: heals what was dropped before
    ending     ///< `topic` is no longer subscribed
  };
  Frame frame;
  Kind kind = Kind::control;
  /// Null for frames without topic. Shared by all frames of a channel.
  std::shared_ptr<const std::string> topic{};
  /// The newest state replaces older ones, so a slow socket may lose it and get a `resync` later.
  bool mergeable = false;
};

/// What the hub hands to one socket at a time, in order.
struct Delivery {
  std::vector<Outgoing> frames;
  unsigned breaches = 0;  ///< limits that the socket's last command went beyond
  bool too_slow = false;  ///< close it: it holds the most of the memory that all sockets share
};

/// A socket as the hub sees it. Called on the hub's thread.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void deliver(Delivery delivery) = 0;
  /// Bytes handed over and not yet sent.
  [[nodiscard]] virtual std::size_t unsent() const noexcept = 0;
};

}  // namespace trinity::live
