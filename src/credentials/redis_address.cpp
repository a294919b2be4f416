#include "credentials/redis_address.h"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <charconv>
#include <stdexcept>

namespace trinity::credentials {

namespace {

constexpr std::uint32_t most_databases = 1024;

[[noreturn]] void refuse(std::string_view why) {
  throw std::runtime_error(fmt::format(
      "the address of Redis is not right: {}. It must be redis://host[:port][/database], with user:password@ "
      "before the host where it needs them, or unix:///path",
      why));
}

std::uint32_t database_of(std::string_view path) {
  if (path.empty() || path == "/") return 0;
  path.remove_prefix(1);
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (fault != std::errc() || end != path.data() + path.size() || number >= most_databases)
    refuse("the database is no small number");
  return number;
}

/// The library takes numbers that are no port.
std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc() || end != text.data() + text.size() || port == 0)
    refuse("the port is no number from 1 to 65535");
  return port;
}

}  // namespace

std::string RedisAddress::shown() const {
  if (!socket.empty()) return "unix://" + socket;
  return fmt::format("redis://{}:{}/{}", host, port, database);
}

RedisAddress parse_redis_address(std::string_view url, std::string_view password) {
  RedisAddress address;
  address.password = password;
  constexpr std::string_view unix_scheme = "unix://";
  if (url.starts_with(unix_scheme)) {
    address.socket = url.substr(unix_scheme.size());
    if (address.socket.empty() || address.socket.front() != '/') refuse("the path of the socket does not begin with /");
    return address;
  }
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) refuse("it is no URL");
  if (parsed->scheme() == "rediss") refuse("rediss:// is not spoken; put a TLS proxy before it");
  if (parsed->scheme() != "redis") refuse("it does not begin with redis://");
  if (parsed->has_query() || parsed->has_fragment()) refuse("it has more than an address");
  address.host = parsed->host_address();
  if (address.host.empty()) refuse("it has no host");
  if (parsed->has_port()) address.port = port_of(parsed->port());
  address.user = parsed->user();
  if (const auto own = parsed->password(); !own.empty()) address.password = own;
  address.database = database_of(parsed->encoded_path());
  return address;
}

}  // namespace trinity::credentials
