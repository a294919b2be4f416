#pragma once
#include <functional>
#include <memory>
#include <string>

#include "cli/api.h"
#include "cli/sign_ins.h"
#include "cli/terminal.h"

namespace trinity::cli {

/// Makes the connection to a server; tests put a script in its place.
using Connect = std::function<std::unique_ptr<Api>(const Target&)>;

/// Waits between two tries or questions; tests pass one that does not.
using Wait = std::function<void(std::chrono::seconds)>;
/// Sleeps.
void wait_seconds(std::chrono::seconds time);

/// What every command works with: the terminal, the sign-ins and the server that is meant.
class Session {
 public:
  struct Options {
    std::string server;    ///< flag --server, else TRINITY_SERVER, else the one signed in to last
    std::string token;     ///< TRINITY_TOKEN; stands before a kept sign-in
    std::string ca_file;   ///< flag --ca-file, else TRINITY_CA_FILE
    bool as_json = false;  ///< results as JSON for scripts
    std::filesystem::path sign_ins_file;
  };

  /// Throws Fault (usage) for a server's address that is none, and (failed) for a list of sign-ins that cannot be used.
  Session(Terminal& terminal, Options options, Connect connect, Wait wait);

  [[nodiscard]] Terminal& terminal() noexcept { return terminal_; }
  [[nodiscard]] bool as_json() const noexcept { return options_.as_json; }
  [[nodiscard]] SignIns& sign_ins() noexcept { return sign_ins_; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// Whether there is a token to send.
  [[nodiscard]] bool signed_in() const { return !token().empty(); }
  /// Whether the token comes from the environment, so that no login or logout changes it.
  [[nodiscard]] bool token_is_given() const noexcept { return !options_.token.empty(); }

  /// With this person's token. Throws Fault (not_signed_in) when there is none.
  [[nodiscard]] Api& api();
  /// With the token if there is one.
  [[nodiscard]] Api& open_api();
  /// Without any: a sign-in must not depend on what is left of an earlier one.
  [[nodiscard]] std::unique_ptr<Api> stranger_api() const { return connect_({address_, {}, options_.ca_file}); }

  /// Another connection with this person's token, for another thread.
  [[nodiscard]] std::unique_ptr<Api> another_api() const { return connect_({address_, token(), options_.ca_file}); }

  void wait(std::chrono::seconds time) const { wait_(time); }
  /// One JSON value on a line of its own.
  void print_json(const json::value& value);

 private:
  [[nodiscard]] std::string token() const;

  Terminal& terminal_;
  Options options_;
  Connect connect_;
  Wait wait_;
  SignIns sign_ins_;
  std::string address_;
  std::unique_ptr<Api> api_;
};

}  // namespace trinity::cli
