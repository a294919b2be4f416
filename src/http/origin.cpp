#include "http/origin.h"

#include <algorithm>

#include "http/text.h"

namespace trinity::http {

std::string host_name(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find_first_of("/?#"));
  if (const auto user = address.rfind('@'); user != std::string_view::npos) address.remove_prefix(user + 1);
  const auto end = address.starts_with('[') ? address.find(']') : address.find(':');
  const bool bracketed = address.starts_with('[') && end != std::string_view::npos;
  std::string name(address.substr(0, bracketed ? end + 1 : end));
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

bool same_origin(const Headers& headers, const std::vector<std::string>& allowed) {
  const auto field = headers.find("Origin");
  if (!field) return true;
  const auto origin = trim(*field);
  const auto same = [&](const std::string& listed) { return same_name(listed, origin); };
  if (std::ranges::any_of(allowed, same)) return true;
  // "null" and other origins without a host are nobody's.
  if (origin.find("://") == std::string_view::npos) return false;
  const auto page = host_name(origin);
  if (page.empty()) return false;
  for (const auto* name : {"Host", "X-Forwarded-Host"}) {
    // Proxies append: the first name is the one that the browser used.
    auto hosts = headers.find(name).value_or("");
    if (host_name(trim(take_until(hosts, ','))) == page) return true;
  }
  return false;
}

}  // namespace trinity::http
