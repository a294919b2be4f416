#include "templates/repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <system_error>

#include "base/clock.h"
#include "base/ids.h"
#include "base/text.h"
#include "templates/files.h"
#include "templates/program.h"

namespace trinity::templates {

namespace {

namespace fs = std::filesystem;
using Trouble = ReadFault::Trouble;

/// Run by git's own shell when the host wants to know who asks.
constexpr const char* helper =
    "!f() { test \"$1\" = get && echo username=oauth2 && printf password= && cat /dev/fd/3 && echo; }; f";
constexpr std::size_t longest_said = 300;

/// Of the server's own variables: how the outside is reached, and whom it trusts.
constexpr std::array passed_on{"PATH",      "http_proxy", "https_proxy",   "HTTPS_PROXY",  "no_proxy",      "NO_PROXY",
                               "all_proxy", "ALL_PROXY",  "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"};

/// Removed with everything in it when this ends.
class Temporary {
 public:
  explicit Temporary(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }
  ~Temporary() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  [[nodiscard]] const fs::path& folder() const noexcept { return folder_; }

 private:
  fs::path folder_;
};

ReadFault fault_of(Trouble trouble, std::string message) {
  return {trouble, std::move(message)};
}

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Git's last line of weight, without the token.
std::string said(std::string text, const std::string& token) {
  if (!token.empty()) {
    for (std::size_t at = 0; (at = text.find(token, at)) != std::string::npos;) text.replace(at, token.size(), "***");
  }
  while (text.ends_with('\n')) text.pop_back();
  const auto fatal = text.rfind("fatal: ");
  return preview(to_utf8(fatal == std::string::npos ? text : text.substr(fatal + 7)), longest_said);
}

/// The program that writes the pack ends at the limit of its files without a word; git then has nothing of it. When the
/// connection broke, git says that too.
bool is_too_large(const std::string& errors) {
  if (says(errors, {"File too large", "died of signal 25"})) return true;
  return says(errors, {"invalid index-pack output"}) && !says(errors, {"early EOF", "disconnect", "RPC failed"});
}

/// What git's words mean. It is asked to speak English.
ReadFault explained(const std::string& errors, const RepositoryAddress& address, const std::string& token) {
  const auto name = address.shown();
  if (says(errors, {"not found in upstream"}))
    return fault_of(Trouble::no_branch, fmt::format("{} has no branch '{}'", name, address.branch));
  if (says(errors, {"redirect", "error: 301", "error: 302", "error: 303", "error: 307", "error: 308"}))
    return fault_of(Trouble::redirected,
                    fmt::format("{} has moved: its server redirects to another address. Use that one.", name));
  if (says(errors, {"Authentication failed", "could not read Username", "could not read Password", "error: 403",
                    "HTTP 403", "Access denied", "Permission denied"})) {
    return fault_of(Trouble::denied, token.empty()
                                         ? fmt::format("{} cannot be read without a token, or does not exist", name)
                                         : fmt::format("{} cannot be read: the server refuses the token", name));
  }
  if (says(errors, {"Repository not found", "does not appear to be a git repository", "error: 404", "' not found"}))
    return fault_of(Trouble::not_found, fmt::format("There is no repository {}{}", name,
                                                    token.empty() ? "" : ", or the token may not read it"));
  if (says(errors, {"Could not resolve host", "Failed to connect", "Connection refused", "Connection timed out",
                    "Operation timed out", "Empty reply", "Recv failure", "Couldn't connect", "error: 5",
                    "Operation too slow", "SSL", "early EOF", "Connection reset"}))
    return fault_of(Trouble::unreachable,
                    fmt::format("The server of {} cannot be reached: {}", name, said(errors, token)));
  return fault_of(Trouble::failed, fmt::format("{} cannot be read: {}", name, said(errors, token)));
}

/// One reading: git commands in one temporary folder, within one limit.
class Reading {
 public:
  Reading(const ReaderOptions& options, const RepositoryAddress& address, const std::string& token,
          const std::stop_token& stop)
      : options_(options),
        address_(address),
        token_(token),
        stop_(stop),
        until_(steady_now() + options.limit),
        place_(options.folder / ("clone-" + random_hex(8))) {}

  ReadResult read();

 private:
  struct Named {
    std::string mode;
    std::string object;
  };
  std::expected<std::string, ReadFault> git(std::vector<std::string> arguments, std::size_t most);
  [[nodiscard]] std::vector<std::string> environment() const;
  std::expected<std::string, ReadFault> clone();
  std::expected<std::map<std::string, Named>, ReadFault> list();
  std::expected<TemplateFiles, ReadFault> take(const std::map<std::string, Named>& named);
  ReadFault limit_fault(const ProgramEnd& end) const;

  const ReaderOptions& options_;
  const RepositoryAddress& address_;
  const std::string& token_;
  const std::stop_token& stop_;
  SteadyTime until_;
  Temporary place_;
};

std::vector<std::string> Reading::environment() const {
  std::vector<std::string> made;
  for (const auto* name : passed_on) {
    if (const char* value = std::getenv(name); value != nullptr) made.push_back(fmt::format("{}={}", name, value));
  }
  const auto* const protocol = address_.transport == RepositoryAddress::Transport::file   ? "file"
                               : address_.transport == RepositoryAddress::Transport::http ? "http"
                                                                                          : "https";
  std::vector<std::pair<std::string, std::string>> config{
      {"http.followRedirects", "false"}, {"http.lowSpeedLimit", "1"},
      {"http.lowSpeedTime", "20"},       {"core.hooksPath", "/dev/null"},
      {"transfer.bundleURI", "false"},   {"submodule.recurse", "false"},
      {"credential.helper", ""},         {"gc.auto", "0"},
      {"maintenance.auto", "false"}};
  if (!token_.empty() && !address_.origin.empty())
    config.emplace_back(fmt::format("credential.{}.helper", address_.origin), helper);
  made.push_back(fmt::format("GIT_CONFIG_COUNT={}", config.size()));
  for (std::size_t i = 0; i < config.size(); ++i) {
    made.push_back(fmt::format("GIT_CONFIG_KEY_{}={}", i, config[i].first));
    made.push_back(fmt::format("GIT_CONFIG_VALUE_{}={}", i, config[i].second));
  }
  made.push_back(fmt::format("GIT_ALLOW_PROTOCOL={}", protocol));
  made.push_back(fmt::format("HOME={}", place_.folder().string()));
  // The program that serves a folder reads no variables of the caller's, but this file.
  made.push_back(fmt::format("GIT_CONFIG_GLOBAL={}", (place_.folder() / "gitconfig").string()));
  for (const auto* one : {"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=",
                          "GIT_PROTOCOL_FROM_USER=0", "GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C"})
    made.emplace_back(one);
  return made;
}

ReadFault Reading::limit_fault(const ProgramEnd& end) const {
  const auto name = address_.shown();
  switch (end.cause) {
    case ProgramEnd::Cause::timed_out:
      return fault_of(Trouble::timed_out,
                      fmt::format("Reading {} took longer than {} s", name,
                                  std::chrono::duration_cast<std::chrono::seconds>(options_.limit).count()));
    case ProgramEnd::Cause::too_much:
      return fault_of(Trouble::too_large,
                      fmt::format("{} is too large to be read: more than {} MB in its newest commit", name,
                                  options_.most_bytes >> 20U));
    case ProgramEnd::Cause::stopped:
      return fault_of(Trouble::stopped, "The server is stopping");
    default:
      return fault_of(Trouble::failed, "git cannot be started on this server: " + end.errors);
  }
}

std::expected<std::string, ReadFault> Reading::git(std::vector<std::string> arguments, std::size_t most) {
  ProgramSpec spec;
  spec.argv = std::move(arguments);
  spec.argv.insert(spec.argv.begin(), "git");
  spec.environment = environment();
  spec.folder = place_.folder();
  spec.secret = token_;
  spec.limit = std::max(std::chrono::milliseconds(1),
                        std::chrono::duration_cast<std::chrono::milliseconds>(until_ - steady_now()));
  spec.most_output = most;
  spec.most_written = options_.most_bytes;
  spec.watched = place_.folder();
  const auto end = run_program(spec, stop_);
  if (end.cause != ProgramEnd::Cause::exited) return std::unexpected(limit_fault(end));
  if (end.code == 0) return end.out;
  if (is_too_large(end.errors)) {
    ProgramEnd large;
    large.cause = ProgramEnd::Cause::too_much;
    return std::unexpected(limit_fault(large));
  }
  return std::unexpected(explained(end.errors, address_, token_));
}

std::expected<std::string, ReadFault> Reading::clone() {
  auto url = address_.url();
  if (address_.transport == RepositoryAddress::Transport::file) {
    const auto folder = repository_folder(options_.places, address_);
    if (!folder) return std::unexpected(folder.error());
    url = "file://" + folder->string();
  }
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen((place_.folder() / "gitconfig").c_str(), "w"),
                                                         std::fclose);
    // Whoever owns a folder that an administrator has listed.
    if (file) std::fputs("[safe]\n\tdirectory = *\n", file.get());
  }
  std::vector<std::string> arguments{"clone",           "--quiet",   "--bare",      "--depth=1",
                                     "--single-branch", "--no-tags", "--template=", "--filter=blob:none"};
  if (!address_.branch.empty()) arguments.push_back("--branch=" + address_.branch);
  arguments.insert(arguments.end(), {"--", url, "repository"});
  return git(std::move(arguments), 64 * 1024);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

std::expected<std::map<std::string, Reading::Named>, ReadFault> Reading::list() {
  auto listed = git({"-C", "repository", "ls-tree", "-z", "HEAD", "--", "template.yaml", ".mcp.json",
                     ".mcp.json.template", ".env.example"},
                    64 * 1024);
  if (!listed) return std::unexpected(listed.error());
  std::map<std::string, Named> made;
  // mode SP type SP object TAB name NUL
  for (std::string_view rest(*listed); !rest.empty();) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const auto entry = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto tab = entry.find('\t');
    const auto object = entry.rfind(' ', tab);
    if (tab == std::string_view::npos || object == std::string_view::npos) continue;
    made[std::string(entry.substr(tab + 1))] = {std::string(entry.substr(0, entry.find(' '))),
                                                std::string(entry.substr(object + 1, tab - object - 1))};
  }
  return made;
}

std::expected<TemplateFiles, ReadFault> Reading::take(const std::map<std::string, Named>& named) {
  TemplateFiles files;
  files.has_yaml = named.contains("template.yaml");
  const std::array<std::pair<const char*, std::optional<std::string>*>, 4> wanted{
      {{"template.yaml", &files.yaml},
       {".mcp.json", &files.mcp},
       {".mcp.json.template", &files.mcp_template},
       {".env.example", &files.env_example}}};
  for (const auto& [name, into] : wanted) {
    const auto found = named.find(name);
    // Links and folders of that name are no files.
    if (found == named.end() || !found->second.mode.starts_with("100")) continue;
    auto text = git({"-C", "repository", "cat-file", "blob", found->second.object}, largest_template_file);
    if (text) {
      *into = std::move(*text);
    } else if (text.error().trouble != Trouble::too_large) {
      return std::unexpected(text.error());
    }
  }
  return files;
}

ReadResult Reading::read() {
  const auto cloned = clone();
  if (!cloned) return std::unexpected(cloned.error());
  RepositoryContent made;
  const auto commit = git({"-C", "repository", "rev-parse", "--verify", "--quiet", "HEAD"}, 4'096);
  if (!commit) return std::unexpected(fault_of(Trouble::empty, fmt::format("{} is empty", address_.shown())));
  made.commit = first_line(*commit);
  const auto branch = git({"-C", "repository", "symbolic-ref", "--short", "--quiet", "HEAD"}, 4'096);
  made.branch = branch ? first_line(*branch) : address_.branch;
  const auto named = list();
  if (!named) return std::unexpected(named.error());
  auto files = take(*named);
  if (!files) return std::unexpected(files.error());
  made.files = std::move(*files);
  return made;
}

bool is_below(const fs::path& place, const fs::path& folder) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), place.begin(), place.end());
  return end == folder.end();
}

}  // namespace

bool ReadFault::is_definite() const noexcept {
  return trouble == Trouble::denied || trouble == Trouble::not_found || trouble == Trouble::no_branch ||
         trouble == Trouble::empty || trouble == Trouble::redirected;
}

std::expected<fs::path, ReadFault> repository_folder(const GitPlaces& places, const RepositoryAddress& address) {
  const auto missing = fault_of(Trouble::not_found, fmt::format("There is no repository {}", address.shown()));
  std::error_code fault;
  auto place = fs::canonical(address.path, fault);
  if (fault) place = fs::canonical(address.path + ".git", fault);
  if (fault) return std::unexpected(missing);
  if (fs::is_directory(place / ".git", fault)) place = fs::canonical(place / ".git", fault);
  for (const auto* part : {"HEAD", "objects", "refs"}) {
    if (!fs::exists(place / part, fault)) return std::unexpected(missing);
  }
  for (std::string_view entry : places.hosts) {
    if (!entry.starts_with("file:")) continue;
    const auto listed = fs::canonical(fs::path(entry.substr(5)), fault);
    if (!fault && is_below(place, listed)) return place;
  }
  return std::unexpected(missing);
}

ReadResult read_repository(const ReaderOptions& options, const RepositoryAddress& address, const std::string& token,
                           const std::stop_token& stop) {
  try {
    return Reading(options, address, token, stop).read();
  } catch (const std::exception& e) {
    return std::unexpected(fault_of(Trouble::failed, fmt::format("{} cannot be read: {}", address.shown(), e.what())));
  }
}

}  // namespace trinity::templates
