// What has changed since the last commit, in numbers.
#include <algorithm>
#include <fstream>
#include <map>

#include "agentd/git/repository.h"
#include "base/text.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;
using boost::json::array;
using boost::json::object;
using std::chrono::seconds;

constexpr seconds kQuick{10};
constexpr seconds kLookWithin{25};
constexpr std::size_t kMostFiles = 500;
/// Of a file that git does not know; a larger one is taken for binary.
constexpr std::uintmax_t kLargestRead = 4 * 1024 * 1024;
/// Of all of them.
constexpr std::uintmax_t kMostRead = 32 * 1024 * 1024;

/// As git counts them: a last line without end is one too. Nothing for a file that is no text.
std::optional<long> lines_of(const fs::path& file, std::uintmax_t& left) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault))) return fault ? std::nullopt : std::optional(1L);
  const auto size = fs::file_size(file, fault);
  if (fault || size > kLargestRead || size > left) return std::nullopt;
  left -= size;
  std::ifstream in(file, std::ios::binary);
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.find('\0') != std::string::npos) return std::nullopt;
  const auto lines = std::count(text.begin(), text.end(), '\n');
  return lines + (text.empty() || text.back() == '\n' ? 0 : 1);
}

std::vector<GitLines> count_new(const fs::path& folder, const std::vector<std::string>& names) {
  std::vector<GitLines> counted;
  auto left = kMostRead;
  for (std::size_t i = 0; i < std::min(names.size(), kMostFiles); ++i) {
    const auto lines = lines_of(folder / names[i], left);
    counted.push_back({names[i], lines.value_or(0), 0, !lines.has_value()});
  }
  return counted;
}

/// Adds up what it shows.
class Listing {
 public:
  void add(const GitLines& lines, const std::string& status) {
    added_ += lines.added;
    removed_ += lines.removed;
    ++seen_;
    if (files_.size() == kMostFiles) return;
    files_.push_back(object{{"path", to_utf8(lines.path)},
                            {"status", status},
                            {"added", lines.added},
                            {"removed", lines.removed},
                            {"binary", lines.binary}});
  }
  object done(bool more) && {
    const bool truncated = more || seen_ > files_.size();
    return object{{"files", std::move(files_)}, {"added", added_}, {"removed", removed_}, {"truncated", truncated}};
  }

 private:
  array files_;
  std::size_t seen_ = 0;
  long added_ = 0;
  long removed_ = 0;
};

}  // namespace

Task<object> GitRepository::diff() {
  const auto opened = co_await open(kLookWithin, false);
  const auto* git = &opened.git;
  const auto changes = co_await changes_of(git);
  std::map<std::string, std::string> status;
  bool any_new = false;
  for (const auto& change : changes) {
    status[change.path] = change.status();
    any_new = any_new || change.staged == '?';
  }
  const bool head = co_await has_head(git);
  GitCommand::Order order{{"diff", "--numstat", "-z", "-M"}, kQuick, {}};
  order.arguments.emplace_back(head ? "HEAD" : "--cached");
  order.arguments.emplace_back("--");
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("Git diff failed: " + output.said);
  Listing listing;
  for (const auto& lines : read_numstat(output.out)) {
    const auto found = status.find(lines.path);
    listing.add(lines, found == status.end() ? "M" : found->second);
  }
  std::vector<std::string> names;
  if (any_new) {
    GitCommand::Order ask{{"ls-files", "-z", "--others", "--exclude-standard"}, kQuick, {}};
    const auto others = co_await git->run(std::move(ask));
    names = read_names(others.out);
    // The platform's own, not in the list of changes either.
    if (!status.contains("CLAUDE.md") && git->folder() == config_.home) std::erase(names, "CLAUDE.md");
  }
  auto count = [&names, folder = git->folder()] { return count_new(folder, names); };
  const auto counted = co_await pool_.run(std::move(count));
  for (const auto& lines : counted) listing.add(lines, "??");
  co_return std::move(listing).done(names.size() > counted.size());
}

}  // namespace trinity::agentd
