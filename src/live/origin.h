#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::live {

/// The fields of a handshake that decide whether its cookies count.
struct OriginFields {
  std::optional<std::string_view> origin;
  std::optional<std::string_view> host;
  std::optional<std::string_view> forwarded_host;
};

/// A browser sends cookies along with handshakes that foreign pages start. They count only without Origin, when its
/// host name is that of Host or X-Forwarded-Host (scheme and port are not compared: proxies pass Host without the
/// port), or when the whole origin is one of `allowed`.
[[nodiscard]] bool cookies_count(const OriginFields& fields, const std::vector<std::string>& allowed);

/// Host name in lower case without scheme, port and path; IPv6 keeps its brackets. Empty when there is none.
[[nodiscard]] std::string host_name(std::string_view address);

}  // namespace trinity::live
