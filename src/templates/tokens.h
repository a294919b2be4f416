#pragma once
#include <cstdint>
#include <expected>
#include <string>

#include "base/call.h"
#include "base/task.h"

namespace trinity::templates {

/// Why a stored credential gives no token.
enum class NoToken : std::uint8_t { no_credential, no_secret, no_token };

/// The id of the credential that the catalogue's GitHub repositories are read with, unless they name another.
inline constexpr const char* catalogue_credential = "github-pat-templates";

/// Where the tokens come from that repositories are read and cloned with. Any I/O thread.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  /// Of the administrator's credential with that id: its member `token`, else `api_key`.
  virtual Task<std::expected<std::string, NoToken>> of_credential(Call call, std::string id) = 0;
  /// Of a credential that the person keeps for that host: service `github` for GitHub; for others service `git` with
  /// the host as its name. Empty: there is none.
  virtual Task<std::string> of_person(Call call, std::string username, std::string host) = 0;
  /// The platform's own for GitHub; empty: none is set.
  [[nodiscard]] virtual std::string platform() = 0;
};

}  // namespace trinity::templates
