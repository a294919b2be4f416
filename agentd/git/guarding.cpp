// What must not happen: secrets that leave the agent, commits that can never be pushed, work that is lost.
#include <fmt/format.h>

#include "agentd/git/repository.h"
#include "agentd/git/rules.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds kQuick{10};
constexpr seconds kSlow{30};
constexpr seconds kAll{60};
constexpr std::size_t kMostAtOnce = 200;
constexpr double kMegabyte = 1024.0 * 1024.0;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

/// Removes a file when this ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path file) : file_(std::move(file)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const fs::path& file() const noexcept { return file_; }

 private:
  fs::path file_;
};

}  // namespace

Task<bool> GitRepository::has_head(const GitCommand* git) {
  GitCommand::Order order{{"rev-parse", "-q", "--verify", "HEAD^{commit}"}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  co_return output.good();
}

/// Before anything is staged: a commit with such a file could never be pushed, and those behind it neither.
Task<> GitRepository::check_sizes(const GitCommand* git, const std::vector<std::string>* paths) {
  GitCommand::Order order{{"ls-files", "-z", "--others", "--modified", "--exclude-standard", "--"}, kSlow, {}};
  for (const auto& path : *paths) order.arguments.push_back(":(top,literal)" + path);
  const auto refused = never_staged(credentials_.files());
  order.arguments.insert(order.arguments.end(), refused.begin(), refused.end());
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) co_return;
  auto look = [names = read_names(output.out), folder = git->folder(), most = config_.repository.largest_file] {
    for (const auto& name : names) {
      std::error_code fault;
      if (fs::is_symlink(fs::symlink_status(folder / name, fault))) continue;
      const auto size = fs::file_size(folder / name, fault);
      if (!fault && size > most) return std::pair(name, size);
    }
    return std::pair(std::string(), std::uintmax_t{0});
  };
  const auto [name, size] = co_await pool_.run(std::move(look));
  if (name.empty()) co_return;
  throw BadRequest(fmt::format(
      "Git add failed: {} has {:.0f} MB, and the repository's host takes no file above {:.0f} MB. Nothing was "
      "committed. Move it to content/, which stays with the agent, or name it in .gitignore.",
      to_utf8(name), static_cast<double>(size) / kMegabyte,
      static_cast<double>(config_.repository.largest_file) / kMegabyte));
}

/// Somebody in the agent may have staged them by force. That they are removed from the repository is welcome.
Task<> GitRepository::take_out_secrets(const GitCommand* git) {
  const auto patterns = secret_files(credentials_.files());
  const auto staged = [&patterns] {
    GitCommand::Order order{
        {"diff", "--cached", "--name-only", "-z", "--no-renames", "--diff-filter=d", "--"}, kQuick, {}};
    order.arguments.insert(order.arguments.end(), patterns.begin(), patterns.end());
    return order;
  };
  const bool head = co_await has_head(git);
  for (int round = 0; round < 2; ++round) {
    auto ask = staged();
    const auto output = co_await git->run(std::move(ask));
    if (!output.good()) throw Failed("Git add failed: " + output.said);
    const auto names = read_names(output.out);
    if (names.empty()) co_return;
    if (round > 0) break;
    GitCommand::Order out{{}, kSlow, {}};
    if (head) {
      out.arguments = {"reset", "--quiet", "HEAD", "--"};
    } else {
      out.arguments = {"rm", "--cached", "--quiet", "-r", "--"};
    }
    for (std::size_t i = 0; i < std::min(names.size(), kMostAtOnce); ++i) {
      out.arguments.push_back(":(top,literal)" + names[i]);
    }
    co_await git->run(std::move(out));
    log::warn("git", "{} files with secrets were staged and are left out of the commit", names.size());
  }
  throw Failed("Git add failed: files that must not leave the agent are staged");
}

/// Commits that the agent made by itself have gone through no such check.
Task<> GitRepository::check_outgoing(const GitCommand* git) {
  GitCommand::Order order{{"log", "--max-count=1", "--format=%h", "--name-only", "--no-renames", "-m",
                           "--diff-filter=d", "HEAD", "--not", "--remotes=origin", "--"},
                          kSlow,
                          {}};
  const auto patterns = secret_files(credentials_.files());
  order.arguments.insert(order.arguments.end(), patterns.begin(), patterns.end());
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("Git push failed: " + output.said);
  if (output.out.empty()) co_return;
  const auto end = output.out.find_last_not_of("\r\n");
  const auto begin = output.out.find_last_of("\r\n", end);
  const auto name = begin == std::string::npos ? std::string("a file") : output.out.substr(begin + 1, end - begin);
  throw BadRequest(fmt::format(
      "Git push failed: the commit {} has {} in it, which must not leave the agent. Take the file out of that commit, "
      "then push again.",
      first_line(output.out), to_utf8(name)));
}

// ---- what is given up is kept

/// A name for that commit, so that it stays. Gives the name.
Task<std::string> GitRepository::keep(const GitCommand* git, const std::string* commit, const char* what) {
  auto stamp = format_z(now()).substr(0, 19);
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  const auto name = fmt::format("refs/trinity/kept/{}-{}-{}", stamp, what, random_hex(2));
  GitCommand::Order order{{"update-ref", name, *commit}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("Git reset failed: what is here could not be kept: " + output.said);
  co_return name;
}

/// A commit of all files as they are, on top of the last one, beside branches and index; that one itself when nothing
/// differs.
Task<std::string> GitRepository::snapshot(const GitCommand* git) {
  const TemporaryFile index(git->folder() / ".git" / ("trinity-index-" + random_hex(4)));
  const std::vector<std::string> apart{"GIT_INDEX_FILE=" + index.file().string()};
  const bool head = co_await has_head(git);
  std::vector<GitCommand::Order> orders;
  if (head) orders.push_back({{"read-tree", "HEAD"}, kSlow, {}, apart});
  orders.push_back({{"add", "-A", "--", ":(top)"}, kAll, {}, apart});
  orders.push_back({{"write-tree"}, kSlow, {}, apart});
  std::string tree;
  for (auto& order : orders) {
    const auto output = co_await git->run(std::move(order));
    if (!output.good()) throw Failed("Git reset failed: what is here could not be kept: " + output.said);
    tree = first_line(output.out);
  }
  GitCommand::Order commit{{"-c", "user.name=Trinity", "-c", "user.email=agent@trinity.local", "commit-tree", tree},
                           kQuick,
                           "Before the reset to the remote\n"};
  if (head) {
    GitCommand::Order ask{{"rev-parse", "HEAD", "HEAD^{tree}"}, kQuick, {}};
    const auto output = co_await git->run(std::move(ask));
    const auto last = first_line(output.out);
    if (output.out.find(tree) != std::string::npos) co_return last;
    commit.arguments.insert(commit.arguments.end(), {"-p", last});
  }
  const auto output = co_await git->run(std::move(commit));
  if (!output.good()) throw Failed("Git reset failed: what is here could not be kept: " + output.said);
  co_return first_line(output.out);
}

/// Empty when there is nothing that the remote has not.
Task<std::string> GitRepository::keep_all(const GitCommand* git, const std::string* branch) {
  const auto commit = co_await snapshot(git);
  GitCommand::Order order{{"merge-base", "--is-ancestor", commit, "refs/remotes/origin/" + *branch}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  if (output.good()) co_return std::string();
  co_return co_await keep(git, &commit, "local");
}

}  // namespace trinity::agentd
