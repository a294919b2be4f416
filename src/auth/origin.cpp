#include "auth/origin.h"

#include <algorithm>

namespace trinity::auth {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Proxies append: the first name is the one the browser used.
std::string_view first_of_list(std::string_view text) {
  text = text.substr(0, text.find(','));
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string host_name(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('/'));
  const auto bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string name(text.substr(0, colon));
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

bool same_origin(const http::Headers& headers) {
  const auto origin = headers.find("Origin");
  if (!origin) return true;
  const std::string page = host_name(*origin);
  if (page.empty() || page == "null") return false;
  for (const auto* name : {"Host", "X-Forwarded-Host"}) {
    const auto value = headers.find(name);
    if (value && host_name(first_of_list(*value)) == page) return true;
  }
  return false;
}

}  // namespace trinity::auth
