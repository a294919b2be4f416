#include "templates/address.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace trinity::templates {

namespace {

using Transport = RepositoryAddress::Transport;

constexpr std::size_t longest_id = 300;
constexpr std::size_t longest_branch = 200;
constexpr std::string_view github_prefix = "github:";
constexpr std::string_view git_prefix = "git:";
constexpr const char* github_form = "Invalid GitHub template format. Use: github:owner/repo";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text,
                             [&](char c) { return is_alphanumeric(c) || more.find(c) != std::string_view::npos; });
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return made;
}

/// A name, an IPv4 address or an IPv6 address in brackets. Nothing is looked up: it is compared with the list.
bool is_host(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (text.front() == '[') {
    return text.size() > 2 && text.back() == ']' &&
           text.substr(1, text.size() - 2).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
  }
  return all_of(text, ".-") && text.front() != '.' && text.front() != '-' && text.back() != '.' && text.back() != '-' &&
         text.find("..") == std::string_view::npos;
}

/// `host[:port]`, in lower case and without the scheme's own port; nothing when it is none.
std::optional<std::string> host_and_port(std::string_view authority, std::string_view usual_port) {
  auto whole = lower(authority);
  const std::string_view text(whole);
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto host = text.substr(0, colon);
  if (!is_host(host)) return std::nullopt;
  if (colon == std::string_view::npos) return whole;
  const auto port = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || fault != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535 ||
      port.front() == '0')
    return std::nullopt;
  return port == usual_port ? std::string(host) : whole;
}

/// Segments of plain characters; none empty, `.` or `..`. So no escapes, no queries, no way out.
bool is_plain_path(std::string_view path) {
  if (path.size() < 2 || path.front() != '/' || !all_of(path, "/._~+-")) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") return false;
    path.remove_prefix(end);
  }
  return true;
}

std::string_view without_end_slash(std::string_view text) {
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  return text;
}

std::string_view without_git(std::string_view text) {
  if (text.ends_with(".git") && text.size() > 4) text.remove_suffix(4);
  return text;
}

std::string_view scheme_of(Transport transport) {
  return transport == Transport::http ? "http://" : "https://";
}

std::string_view usual_port(Transport transport) {
  return transport == Transport::http ? "80" : "443";
}

/// The origin that an entry of the list stands for; nothing for folders and for what is none.
std::optional<std::string> listed_origin(std::string_view entry) {
  auto transport = Transport::https;
  if (entry.starts_with("http://")) {
    transport = Transport::http;
    entry.remove_prefix(7);
  } else if (entry.starts_with("https://")) {
    entry.remove_prefix(8);
  }
  const auto host = host_and_port(entry, usual_port(transport));
  return host ? std::optional(std::string(scheme_of(transport)) + *host) : std::nullopt;
}

bool is_listed(const RepositoryAddress& address, const GitPlaces& places) {
  return std::ranges::any_of(places.hosts, [&](std::string_view entry) {
    if (entry.starts_with("file:")) {
      if (address.transport != Transport::file) return false;
      const auto folder = without_end_slash(entry.substr(5));
      return address.path.size() > folder.size() && address.path.starts_with(folder) &&
             (folder == "/" || address.path[folder.size()] == '/');
    }
    return address.transport != Transport::file && listed_origin(entry) == address.origin;
  });
}

std::string refusal(std::string_view what, const GitPlaces& places) {
  if (places.hosts.empty()) return fmt::format("{} is not allowed on this server: no host is.", what);
  return fmt::format("{} is not allowed on this server. Allowed: {}. An administrator sets the list (git-hosts).", what,
                     fmt::join(places.hosts, ", "));
}

/// A branch that is named takes its part of the text with it.
std::expected<std::string, std::string> take_branch(std::string_view& text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return std::string();
  std::string branch(text.substr(at + 1));
  text = text.substr(0, at);
  if (!is_branch_name(branch)) return std::unexpected("'" + preview(branch, 60) + "' is not the name of a branch");
  return branch;
}

std::expected<RepositoryAddress, std::string> parse_github(std::string_view text, const GitPlaces& places) {
  if (text.find('/') == std::string_view::npos) return std::unexpected(github_form);
  auto branch = take_branch(text);
  if (!branch) return std::unexpected(branch.error());
  const auto slash = text.find('/');
  const auto owner = text.substr(0, slash);
  const auto name = slash == std::string_view::npos ? std::string_view() : without_git(text.substr(slash + 1));
  const bool good = !owner.empty() && owner.size() <= 39 && all_of(owner, "-") && owner.front() != '-' &&
                    !name.empty() && name.size() <= 100 && all_of(name, "._-") && name != "." && name != "..";
  if (!good) return std::unexpected(github_form);
  RepositoryAddress made;
  made.transport = places.github.starts_with("http://") ? Transport::http : Transport::https;
  made.github = fmt::format("{}/{}", owner, name);
  made.path = fmt::format("/{}.git", made.github);
  made.origin = places.github;
  // A gateway may stand below a path of its host.
  const auto host = made.origin.find("://") + 3;
  if (const auto end = made.origin.find('/', host); end != std::string::npos) {
    made.path = made.origin.substr(end) + made.path;
    made.origin.resize(end);
  }
  made.branch = std::move(*branch);
  if (places.github == GitPlaces{}.github && !is_listed(made, places))
    return std::unexpected(refusal("github.com", places));
  return made;
}

std::expected<RepositoryAddress, std::string> parse_file(std::string_view text, const GitPlaces& places) {
  auto branch = take_branch(text);
  if (!branch) return std::unexpected(branch.error());
  RepositoryAddress made;
  made.transport = Transport::file;
  made.path = without_end_slash(text);
  made.branch = std::move(*branch);
  if (!is_plain_path(made.path))
    return std::unexpected("The path of a file: address must be absolute and plain, without '..', blanks and escapes");
  if (!is_listed(made, places)) return std::unexpected(refusal("file:" + preview(made.path, 100), places));
  return made;
}

std::expected<RepositoryAddress, std::string> parse_web(std::string_view text, Transport transport,
                                                        const GitPlaces& places) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto authority = text.substr(0, slash);
  if (authority.find('@') != std::string_view::npos)
    return std::unexpected(
        "A repository's address must not hold a user name or a password. Store a credential instead.");
  const auto host = host_and_port(authority, usual_port(transport));
  if (!host) return std::unexpected("'" + preview(authority, 100) + "' is no host");
  text.remove_prefix(slash);
  auto branch = take_branch(text);
  if (!branch) return std::unexpected(branch.error());
  RepositoryAddress made;
  made.transport = transport;
  made.origin = std::string(scheme_of(transport)) + *host;
  made.path = without_end_slash(text);
  made.branch = std::move(*branch);
  if (!is_listed(made, places))
    return std::unexpected(refusal(transport == Transport::http ? made.origin : *host, places));
  if (!is_plain_path(made.path))
    return std::unexpected("The address must name a repository: plain letters, digits and . _ ~ + - between slashes");
  return made;
}

}  // namespace

std::string RepositoryAddress::url() const {
  return transport == Transport::file ? "file://" + path : origin + path;
}

std::string RepositoryAddress::shown() const {
  if (!github.empty()) return github;
  const auto plain = without_git(path);
  if (transport == Transport::file) return fmt::format("file:{}", plain);
  return fmt::format("{}{}", origin.substr(origin.find("://") + 3), plain);
}

bool is_repository(std::string_view template_id) noexcept {
  return template_id.starts_with(github_prefix) || template_id.starts_with(git_prefix);
}

std::expected<RepositoryAddress, std::string> parse_repository(std::string_view template_id, const GitPlaces& places) {
  if (template_id.size() > longest_id) return std::unexpected("template is too long");
  if (template_id.starts_with(github_prefix)) return parse_github(template_id.substr(github_prefix.size()), places);
  if (!template_id.starts_with(git_prefix)) return std::unexpected("A repository begins with github: or git:");
  const auto address = template_id.substr(git_prefix.size());
  if (address.starts_with("https://")) return parse_web(address.substr(8), Transport::https, places);
  if (address.starts_with("http://")) return parse_web(address.substr(7), Transport::http, places);
  if (address.starts_with("file:///")) return parse_file(address.substr(7), places);
  return std::unexpected(
      "The address must begin with https:// or file:///, for example git:https://git.example.com/team/agent");
}

bool is_branch_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_branch || text == "@" || text.front() == '-' || text.front() == '/' ||
      text.front() == '.' || text.back() == '/' || text.back() == '.' || text.ends_with(".lock"))
    return false;
  constexpr std::array<std::string_view, 5> bad{"..", "//", "@{", "/.", ".lock/"};
  if (std::ranges::any_of(bad, [&](std::string_view one) { return text.find(one) != std::string_view::npos; }))
    return false;
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  });
}

std::string host_entry_fault(std::string_view entry) {
  if (entry.starts_with("file:")) {
    const auto folder = entry.substr(5);
    return folder == "/" || is_plain_path(without_end_slash(folder)) ? "" : "is no absolute folder";
  }
  return listed_origin(entry) ? "" : "is no host";
}

}  // namespace trinity::templates
