#pragma once
#include <stdexcept>
#include <string>

namespace trinity::cli {

/// What the shell reads. docs/cli.md lists them; scripts depend on the numbers.
enum class ExitCode : int {
  ok = 0,
  failed = 1,         ///< the server refused or failed, or a part of the work did not succeed
  usage = 2,          ///< the command line cannot be understood
  not_signed_in = 3,  ///< no token, or it is no longer valid
  not_found = 4,      ///< there is no such agent, or this person may not see it
  unreachable = 5     ///< no answer from the server within the limit
};

/// Ends a command early with a text for people and a number for scripts.
class Fault : public std::runtime_error {
 public:
  /// `hint` says what to do next; it may be empty, and is printed below the text.
  Fault(ExitCode code, const std::string& text, std::string hint = {})
      : std::runtime_error(text), code_(code), hint_(std::move(hint)) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string hint_;
};

/// The server answers, but does not send this live: an older one, or a proxy that lets no WebSocket through. Commands
/// ask again and again instead.
class NotLive : public Fault {
 public:
  explicit NotLive(const std::string& text) : Fault(ExitCode::failed, text) {}
};

inline constexpr const char* kSignInHint = "Sign in with: trinityctl login";
inline constexpr const char* kAgentsHint = "The agents that you may see: trinityctl agents list";

}  // namespace trinity::cli
