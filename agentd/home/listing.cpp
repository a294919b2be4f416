#include "agentd/home/listing.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agentd/home/names.h"
#include "agentd/home/reading.h"
#include "agentd/home/writing.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/text.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t piece_size = 48 * 1024;
/// How often the clock is looked at.
constexpr std::size_t look_every = 256;

struct Entry {
  std::string name;
  std::string order;  ///< what it is sorted by
  bool folder = false;
  bool link = false;
  std::uint64_t size = 0;
  Time modified;
};

std::string lower_case(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), http::lower);
  return made;
}

bool comes_before(const Entry& a, const Entry& b) {
  if (a.folder != b.folder) return a.folder;
  return a.order != b.order ? a.order < b.order : a.name < b.name;
}

class Tree {
 public:
  Tree(ListingWish wish, ListingLimits limits, std::stop_token stop)
      : wish_(wish), limits_(limits), stop_(std::move(stop)), until_(steady_now() + limits.time) {
    if (wish_.levels <= 0 || wish_.levels > limits_.depth) wish_.levels = limits_.depth;
  }

  Listing run(const Home& home, const Place& place) {
    base_ = place.path;
    add(R"({"base_path":)");
    add_text(home.root().string());
    add(R"(,"requested_path":)");
    add_text(text_of_path(place.path));
    add(R"(,"tree":)");
    std::size_t files = 0;
    if (place.is_folder()) {
      files = folder(place.self.number(), ".", place.path, 1);
    } else {
      add("[]");
    }
    add(R"(,"total_files":)" + std::to_string(files));
    add(wish_.show_hidden ? R"(,"show_hidden":true)" : R"(,"show_hidden":false)");
    if (truncated_) add(R"(,"truncated":true)");
    add("}");
    return std::move(made_);
  }

 private:
  void add(std::string_view text) {
    if (made_.pieces.empty() || made_.pieces.back().size() + text.size() > piece_size) {
      made_.pieces.emplace_back();
      made_.pieces.back().reserve(std::max(piece_size, text.size()));
    }
    made_.pieces.back() += text;
    made_.bytes += text.size();
  }
  void add_text(std::string_view text) {
    std::string written;
    json::append(written, boost::json::value(to_utf8(text)));
    add(written);
  }

  bool over() {
    if (truncated_) return true;
    const bool look = ++looked_ % look_every == 0;
    if (made_.bytes > limits_.bytes || (look && (steady_now() > until_ || stop_.stop_requested()))) truncated_ = true;
    return truncated_;
  }

  [[nodiscard]] bool hides(const char* name) const noexcept {
    return *name == '.' && (!wish_.show_hidden || is_unfinished(name));
  }

  /// Nothing for what went away, and for links that lead nowhere.
  static std::optional<Entry> look_at(int folder, const char* name) {
    struct stat about{};
    if (::fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    const bool link = S_ISLNK(about.st_mode);
    if (link && ::fstatat(folder, name, &about, AT_NO_AUTOMOUNT) != 0) return std::nullopt;
    Entry entry{name, lower_case(name), S_ISDIR(about.st_mode), link, 0, modified_of(about)};
    entry.size = static_cast<std::uint64_t>(about.st_size);
    return entry;
  }

  std::vector<Entry> entries_of(Names& names) {
    std::vector<Entry> found;
    while (const auto* name = names.next()) {
      if (hides(name)) continue;
      if (told_ >= limits_.entries) truncated_ = true;
      if (over()) break;
      if (auto entry = look_at(names.number(), name)) {
        found.push_back(std::move(*entry));
        ++told_;
      }
    }
    std::sort(found.begin(), found.end(), comes_before);
    return found;
  }

  /// Writes the array of what is in a folder; tells how many files there are below it.
  std::size_t folder(int above, const char* name, const HomePath& path, int level) {
    Names names(above, name);
    if (!names.is_open()) {
      add("[]");
      return 0;
    }
    const auto entries = entries_of(names);
    std::size_t files = 0;
    add("[");
    for (const auto& entry : entries) {
      if (&entry != &entries.front()) add(",");
      auto inner = path;
      inner.push_back(entry.name);
      files += node(names.number(), entry, inner, level);
    }
    add("]");
    return files;
  }

  std::size_t node(int above, const Entry& entry, const HomePath& path, int level) {
    add(R"({"name":)");
    add_text(entry.name);
    add(R"(,"path":)");
    add_text(text_of_path(path));
    add(entry.folder ? R"(,"type":"directory")" : R"(,"type":"file")");
    add(R"(,"modified":")" + format_z(entry.modified) + '"');
    add_marks(entry, path);
    std::size_t files = 1;
    if (entry.folder) {
      add(R"(,"children":)");
      files = children(above, entry, path, level);
      add(R"(,"file_count":)" + std::to_string(files));
    } else {
      add(R"(,"size":)" + std::to_string(entry.size));
    }
    add("}");
    return files;
  }

  /// What clients cannot know: what is protected, and what is a link. Left out where there is nothing to say.
  void add_marks(const Entry& entry, const HomePath& path) {
    const auto protection = protection_of(path);
    if (protection.edit) add(R"(,"can_edit":false)");
    if (protection.remove) add(R"(,"can_delete":false)");
    if (protection.secret) add(R"(,"secret":true)");
    if (entry.link) add(R"(,"link":true)");
  }

  std::size_t children(int above, const Entry& entry, const HomePath& path, int level) {
    // What others share is shown when it is asked for.
    const bool others =
        path.size() == 2 && path.front() == "shared-in" && base_.size() < 2 && is_mount(above, entry.name.c_str());
    if (entry.link || others) {
      add("[]");
      return 0;
    }
    if (level < wish_.levels) return folder(above, entry.name.c_str(), path, level + 1);
    add("[]");
    if (level >= limits_.depth) {
      truncated_ = true;
      return 0;
    }
    return count(above, entry.name.c_str(), level + 1);
  }

  /// How many files there are below a folder that is not told any more.
  std::size_t count(int above, const char* name, int level) {
    Names names(above, name);
    if (!names.is_open() || level > limits_.depth) return 0;
    std::size_t files = 0;
    while (const auto* inner = names.next()) {
      if (hides(inner)) continue;
      if (++counted_ > limits_.counted) truncated_ = true;
      if (over()) break;
      struct stat about{};
      if (::fstatat(names.number(), inner, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
      files += S_ISDIR(about.st_mode) ? count(names.number(), inner, level + 1) : 1;
    }
    return files;
  }

  ListingWish wish_;
  ListingLimits limits_;
  std::stop_token stop_;
  SteadyTime until_;
  HomePath base_;
  Listing made_;
  std::size_t told_ = 0;
  std::size_t counted_ = 0;
  std::size_t looked_ = 0;
  bool truncated_ = false;
};

class Pieces final : public http::BodySource {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Task<std::string> read() override {
    if (next_ >= pieces_.size()) co_return std::string();
    co_return std::exchange(pieces_[next_++], {});
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
};

}  // namespace

Listing list_tree(const Home& home, const Place& place, ListingWish wish, ListingLimits limits, std::stop_token stop) {
  return Tree(wish, limits, std::move(stop)).run(home, place);
}

std::shared_ptr<http::BodySource> body_of(Listing listing) {
  return std::make_shared<Pieces>(std::move(listing.pieces));
}

}  // namespace trinity::agentd
