#include "live/origin.h"

#include <algorithm>

#include "http/text.h"

namespace trinity::live {

std::string host_name(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find_first_of("/?#"));
  if (const auto user = address.rfind('@'); user != std::string_view::npos) address.remove_prefix(user + 1);
  const auto end = address.starts_with('[') ? address.find(']') : address.find(':');
  const bool bracketed = address.starts_with('[') && end != std::string_view::npos;
  std::string name(address.substr(0, bracketed ? end + 1 : end));
  std::transform(name.begin(), name.end(), name.begin(), http::lower);
  return name;
}

bool cookies_count(const OriginFields& fields, const std::vector<std::string>& allowed) {
  if (!fields.origin) return true;
  const auto origin = http::trim(*fields.origin);
  const auto same = [&](const std::string& listed) { return http::same_name(listed, origin); };
  if (std::any_of(allowed.begin(), allowed.end(), same)) return true;
  // "null" and other origins without a host are nobody's.
  if (origin.find("://") == std::string_view::npos) return false;
  const auto name = host_name(origin);
  if (name.empty()) return false;
  if (fields.host && host_name(http::trim(*fields.host)) == name) return true;
  if (!fields.forwarded_host) return false;
  auto rest = *fields.forwarded_host;
  return host_name(http::trim(http::take_until(rest, ','))) == name;
}

}  // namespace trinity::live
