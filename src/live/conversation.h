#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "live/limits.h"
#include "live/protocol.h"
#include "live/types.h"

namespace trinity::live {

/// What the opening request carries. Cookies only where the origin rule lets them count.
struct Handshake {
  std::optional<std::string> token;  ///< query or Authorization header
  std::optional<std::string> token_cookie;
  std::optional<std::string> session_cookie;
};

// ---- what the socket has to do
struct Send {
  Frame frame;
};
/// Tells the hub who this is; without caller when the session has expired.
struct Identify {
  Identity who;
};
struct Close {
  std::uint16_t code = 1000;
  std::string_view reason;  ///< a literal
};
using Effect = std::variant<Send, Identify, Subscribe, Unsubscribe, Choose, Visibility, Close>;
using Effects = std::vector<Effect>;

inline constexpr std::uint16_t close_limits = 4008;
inline constexpr std::uint16_t close_slow = 4009;

/// One socket's side of the protocol: who it is, until when, and what it may ask for. A state machine without I/O; one
/// thread.
class Conversation {
 public:
  Conversation(IdentitySource& identities, SocketLimits limits);

  /// The first credential of the handshake that is valid counts. None: an unknown user, who may still send a token.
  [[nodiscard]] Effects open(const Handshake& handshake, Moment at);
  [[nodiscard]] Effects message(std::string_view text, Moment at);
  /// The hub has refused something because of a limit.
  [[nodiscard]] Effects breached(unsigned times, Moment at);
  /// Call at least once a second: ends the session in time and notices when it has been ended elsewhere.
  [[nodiscard]] Effects tick(Moment at);

  [[nodiscard]] bool known() const noexcept { return identity_.has_value(); }

 private:
  /// Kept to ask again: a session may be renewed, ended, or its user changed, while the socket lives.
  struct Credential {
    std::string text;
    bool cookie = false;
  };

  [[nodiscard]] std::optional<Identity> resolve(const Credential& credential, Moment at) const;
  bool sign_in(Credential credential, Effects& effects, Moment at);
  void breach(Effects& effects, Moment at);
  void too_fast(const Command& command, Effects& effects, Moment at);
  void obey(const Command& command, Effects& effects, Moment at);
  void authenticate(const Authenticate& command, Effects& effects, Moment at);
  void subscribe(const Subscribe& command, Effects& effects, Moment at);
  void recheck(Effects& effects, Moment at);

  IdentitySource& identities_;
  SocketLimits limits_;
  Window frames_;
  Window breaches_;
  std::optional<Identity> identity_;
  Credential credential_;
  bool modern_ = false;  ///< has used our own frames; classic sockets get nothing that they do not know
  bool closing_ = false;
};

}  // namespace trinity::live
