#include "engine/docker_target.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <charconv>

#include "engine/docker.h"

namespace trinity::engine {

namespace {

std::string encode(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

void check_part(std::string_view part, std::string_view whole) {
  if (part.empty() || part == "." || part == "..") {
    throw EngineError(Fault::bad_request, fmt::format("'{}' is not a name that the engine could know", whole));
  }
}

std::optional<http::Endpoint> socket_at(std::string_view path) {
  if (path.size() < 2 || !path.starts_with('/') || path.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
  http::Endpoint endpoint;
  endpoint.unix_path = path;
  return endpoint;
}

/// `127.0.0.1:2375` or `[::1]:2375`.
std::optional<http::Endpoint> tcp_at(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  boost::system::error_code fault;
  const auto address = boost::asio::ip::make_address(host, fault);
  if (fault || address.is_v6() != brackets) return std::nullopt;
  http::Endpoint endpoint;
  endpoint.address = address.to_string();
  const auto [end, number_fault] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (number_fault != std::errc() || end != digits.data() + digits.size() || endpoint.port == 0) return std::nullopt;
  return endpoint;
}

}  // namespace

std::string target_of(std::string_view kind, std::string_view name, std::string_view rest) {
  check_part(name, name);
  return fmt::format("/{}/{}{}{}", kind, encode(name), rest.empty() ? "" : "/", rest);
}

std::string image_target(std::string_view name) {
  std::string path = "/images";
  for (auto rest = name;;) {
    const auto slash = rest.find('/');
    const auto part = rest.substr(0, slash);
    check_part(part, name);
    path += "/" + encode(part);
    if (slash == std::string_view::npos) return path + "/json";
    rest.remove_prefix(slash + 1);
  }
}

std::string with_query(std::string path, std::initializer_list<std::pair<std::string_view, std::string_view>> query) {
  char before = '?';
  for (const auto& [name, value] : query) {
    path += before;
    path += name;
    path += '=';
    path += encode(value);
    before = '&';
  }
  return path;
}

std::string since_text(std::int64_t nano) {
  constexpr std::int64_t second = 1'000'000'000;
  nano = std::max<std::int64_t>(nano, 0);
  return fmt::format("{}.{:09}", nano / second, nano % second);
}

ImageReference split_image(std::string_view name) {
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    return {std::string(name.substr(0, at)), std::string(name.substr(at + 1))};
  }
  const auto colon = name.rfind(':');
  const auto slash = name.rfind('/');
  // A colon before the last slash belongs to a registry's port.
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) {
    return {std::string(name), "latest"};
  }
  return {std::string(name.substr(0, colon)), std::string(name.substr(colon + 1))};
}

std::optional<http::Endpoint> parse_address(std::string_view text) {
  constexpr std::string_view unix_scheme = "unix://";
  constexpr std::string_view tcp_scheme = "tcp://";
  if (text.starts_with(unix_scheme)) return socket_at(text.substr(unix_scheme.size()));
  if (text.starts_with(tcp_scheme)) return tcp_at(text.substr(tcp_scheme.size()));
  return socket_at(text);
}

}  // namespace trinity::engine
