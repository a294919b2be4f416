#include "cli/server_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url.hpp>
#include <optional>

#include "cli/exit_code.h"

namespace trinity::cli {

namespace urls = boost::urls;

namespace {

/// Boost 1.81 stops at a host that begins like an IPv4 address (127.0.0.1.example.org), and says that it took the
/// whole text. Only an address that it took whole is one.
std::optional<urls::url_view> parse(std::string_view text) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed || parsed->buffer().size() != text.size()) return std::nullopt;
  auto authority = text.substr(std::min(text.size(), text.find("://") + 3));
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (parsed->encoded_authority() != authority) return std::nullopt;
  return *parsed;
}

bool is_loopback(std::string_view host) {
  const auto address = urls::parse_ipv4_address(host);
  return host == "localhost" || host == "[::1]" || (address && address->is_loopback());
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Fault(ExitCode::usage, fmt::format("\"{}\" is not the address of a server: {}", text, why));
}

}  // namespace

std::string server_address(std::string_view text) {
  std::string whole(text);
  if (!whole.contains("://")) {
    // What is parsed points into the text.
    const auto assumed = "http://" + whole;
    const auto authority = parse(assumed);
    if (!authority) refuse(text, "expected something like https://trinity.example.org or 127.0.0.1:8000");
    whole = (is_loopback(authority->host()) ? "http://" : "https://") + whole;
  }
  const auto parsed = parse(whole);
  if (!parsed || parsed->host().empty()) refuse(text, "expected something like https://trinity.example.org");
  if (parsed->has_userinfo()) refuse("(hidden)", "a name or password does not belong into an address");
  const auto scheme = parsed->scheme_id();
  if (scheme != urls::scheme::http && scheme != urls::scheme::https) refuse(text, "only http and https are spoken");
  if (parsed->has_query() || parsed->has_fragment()) refuse(text, "it has a query or a fragment");
  urls::url made(*parsed);
  made.normalize();
  std::string address(made.buffer());
  while (address.ends_with('/')) address.pop_back();
  return address;
}

bool is_this_machine(std::string_view address) {
  const auto parsed = parse(address);
  return parsed && is_loopback(parsed->host());
}

std::string path_segment(std::string_view text) {
  return urls::encode(text, urls::unreserved_chars);
}

}  // namespace trinity::cli
