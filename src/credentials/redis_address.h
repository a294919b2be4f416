#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trinity::credentials {

/// Where a Redis server is and how to sign in there. Holds a secret.
struct RedisAddress {
  std::string host;    ///< empty when there is a socket
  std::string socket;  ///< path
  std::uint16_t port = 6379;
  std::string user;      ///< empty: the default one
  std::string password;  ///< empty: none is wanted
  std::uint32_t database = 0;

  /// "redis://host:6379/0", "unix:///path": without user and password, for logs and people.
  [[nodiscard]] std::string shown() const;
};

/// `redis://[user[:password]@]host[:port][/database]` or `unix:///path`. A password in it wins over `password`
/// (REDIS_PASSWORD). Throws std::runtime_error with a text for the operator that repeats nothing of the address.
[[nodiscard]] RedisAddress parse_redis_address(std::string_view url, std::string_view password = {});

}  // namespace trinity::credentials
