#include "agentd/home/home.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/errors.h"
#include "base/text.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t longest_name = 255;
/// Links may add this much to what is left of the path.
constexpr std::size_t most_pending = 64 * 1024;

/// Splits at slashes; empty names and dots mean nothing and are left out.
std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const auto end = path.find('/');
    const auto name = path.substr(0, end);
    if (!name.empty() && name != ".") names.emplace_back(name);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return names;
}

bool is_missing(int fault) noexcept {
  return fault == ENOENT || fault == ENOTDIR || fault == ENAMETOOLONG || fault == ELOOP;
}

std::string target_of(int link) {
  std::string target(Home::longest_path, '\0');
  const auto length = ::readlinkat(link, "", target.data(), target.size());
  target.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  return target;
}

/// Walks one path.
class Walk {
 public:
  Walk(const std::filesystem::path& root, const std::vector<HomePath>& spellings, Home::Last last)
      : spellings_(spellings), last_(last) {
    open_.emplace_back(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!open_.front()) throw Failed("The home directory cannot be opened: " + system_reason());
  }

  Place run(std::string_view asked) {
    lead(asked);
    while (!pending_.empty()) {
      auto name = std::move(pending_.back());
      pending_.pop_back();
      step(std::move(name));
    }
    if (outside_) throw Forbidden("Access denied: only " + root_text() + " accessible");
    return result();
  }

 private:
  /// Puts a path, asked for or of a link, before what is left.
  void lead(std::string_view path) {
    if (path.starts_with('/')) {
      open_.resize(1);
      names_.clear();
      outside_.emplace();
    }
    auto names = names_of(path);
    std::move(names.rbegin(), names.rend(), std::back_inserter(pending_));
    std::size_t bytes = 0;
    for (const auto& name : pending_) bytes += name.size() + 1;
    if (bytes > most_pending) throw BadRequest("The path is too long once its links are resolved");
  }

  void step(std::string name) {
    if (outside_) {
      step_outside(std::move(name));
    } else if (name == "..") {
      step_up();
    } else if (!missing_.empty() || name.size() > longest_name) {
      missing_.push_back(std::move(name));
    } else {
      step_down(std::move(name));
    }
    if (names_.size() + missing_.size() > Home::deepest) {
      throw BadRequest(fmt::format("The path is deeper than {} folders", Home::deepest));
    }
  }

  /// Outside nothing is looked at: only the way back in counts, by its spelling.
  void step_outside(std::string name) {
    if (name != "..") {
      outside_->push_back(std::move(name));
    } else if (!outside_->empty()) {
      outside_->pop_back();
    }
    if (std::find(spellings_.begin(), spellings_.end(), *outside_) != spellings_.end()) outside_.reset();
  }

  void step_up() {
    if (!missing_.empty()) {
      missing_.pop_back();
    } else if (names_.empty()) {
      outside_ = spellings_.front();
      if (!outside_->empty()) outside_->pop_back();
    } else {
      names_.pop_back();
      open_.pop_back();
    }
  }

  void step_down(std::string name) {
    Descriptor next(::openat(open_.back().number(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat about{};
    if (!next || ::fstat(next.number(), &about) != 0) {
      if (!is_missing(errno)) throw Failed(fmt::format("{} cannot be looked at: {}", name, system_reason()));
      missing_.push_back(std::move(name));
      return;
    }
    const bool keep = last_ == Home::Last::keep && pending_.empty();
    if (S_ISLNK(about.st_mode) && !keep) {
      follow(std::move(name), next.number());
      return;
    }
    names_.push_back(std::move(name));
    open_.push_back(std::move(next));
  }

  void follow(std::string name, int link) {
    via_.push_back(names_);
    via_.back().push_back(std::move(name));
    const auto target = target_of(link);
    if (target.empty() || via_.size() > static_cast<std::size_t>(Home::most_links)) {
      missing_.push_back(via_.back().back());
      return;
    }
    lead(target);
  }

  Place result() {
    Place place;
    place.path = names_;
    place.path.insert(place.path.end(), missing_.begin(), missing_.end());
    place.missing = missing_.size();
    place.via = std::move(via_);
    if (missing_.empty()) {
      place.state = Place::State::there;
      place.self = std::move(open_.back());
      open_.pop_back();
      if (::fstat(place.self.number(), &place.about) != 0) throw Failed(system_reason());
      if (!open_.empty()) place.folder = std::move(open_.back());
      return place;
    }
    struct stat folder{};
    const bool in_folder = ::fstat(open_.back().number(), &folder) == 0 && S_ISDIR(folder.st_mode);
    place.state = missing_.size() == 1 && in_folder ? Place::State::absent : Place::State::nowhere;
    place.folder = std::move(open_.back());
    return place;
  }

  [[nodiscard]] std::string root_text() const { return "/" + text_of_path(spellings_.front()); }

  const std::vector<HomePath>& spellings_;
  Home::Last last_;
  std::vector<Descriptor> open_;      ///< the home directory and the folders below it, up to where the walk stands
  HomePath names_;                    ///< of all but the first
  HomePath missing_;                  ///< names behind the last one that exists
  std::vector<std::string> pending_;  ///< what is left, the next name last
  std::optional<HomePath> outside_;   ///< where the walk stands when it has left the home directory
  std::vector<HomePath> via_;
};

}  // namespace

std::string system_reason() {
  return std::strerror(errno);
}

bool is_mount(int folder, const char* name) noexcept {
  struct statx about{};
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0);
  if (::statx(folder, name, flags, STATX_TYPE, &about) != 0) return false;
  return (about.stx_attributes & about.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
}

Protection Place::protection() const noexcept {
  auto made = protection_of(path);
  for (const auto& link : via) made |= protection_of(link);
  return made;
}

Home::Home(std::filesystem::path root) : root_(std::move(root)) {
  spellings_.push_back(names_of(root_.lexically_normal().string()));
  std::error_code fault;
  const auto real = std::filesystem::canonical(root_, fault);
  if (fault) return;
  auto names = names_of(real.string());
  if (names != spellings_.front()) spellings_.push_back(std::move(names));
}

Place Home::find(std::string_view asked, Last last) const {
  if (asked.size() > longest_path) throw BadRequest(fmt::format("The path is longer than {} bytes", longest_path));
  // Texts and answers name the path, and they are UTF-8.
  if (to_utf8(asked) != asked) throw BadRequest("The path is no UTF-8");
  if (asked.find('\0') != std::string_view::npos) throw BadRequest("The path holds a zero byte");
  return Walk(root_, spellings_, last).run(asked);
}

}  // namespace trinity::agentd
