#include "agentd/home/removal.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "agentd/home/names.h"
#include "base/clock.h"
#include "base/errors.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t look_every = 256;

class Removal {
 public:
  Removal(std::string_view refusal, RemovalLimits limits, std::stop_token stop)
      : refusal_(refusal), limits_(limits), stop_(std::move(stop)), until_(steady_now() + limits.time) {}

  /// Looks at everything before anything is deleted.
  std::size_t count(int above, const char* name, int level) {
    if (level > limits_.depth) throw Failed(fmt::format("it is deeper than {} folders", limits_.depth));
    Names names(above, name);
    if (!names.is_open()) throw Failed(system_reason());
    std::size_t entries = 0;
    while (const auto* inner = names.next()) {
      if (is_mount(names.number(), inner)) throw Forbidden(std::string(refusal_));
      if (++seen_ > limits_.entries) throw Failed(fmt::format("there are more than {} files", limits_.entries));
      check_time();
      ++entries;
      struct stat about{};
      if (::fstatat(names.number(), inner, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode)) {
        entries += count(names.number(), inner, level + 1);
      }
    }
    return entries;
  }

  /// What came meanwhile goes too; what is mounted meanwhile is refused by the system.
  void remove(int above, const char* name, int level) {
    constexpr int attempts = 3;  // names that come or move while a folder is read may be passed over
    for (int attempt = 1;; ++attempt) {
      empty(above, name, level);
      if (::unlinkat(above, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return;
      if (errno != ENOTEMPTY || attempt == attempts) throw Failed(system_reason());
    }
  }

 private:
  void empty(int above, const char* name, int level) {
    if (level > limits_.depth + 1) throw Failed("it grows while it is being deleted");
    Names names(above, name);
    if (!names.is_open()) throw Failed(system_reason());
    while (const auto* inner = names.next()) {
      check_time();
      if (::unlinkat(names.number(), inner, 0) == 0 || errno == ENOENT) continue;
      if (errno != EISDIR && errno != EPERM) throw Failed(system_reason());
      if (is_mount(names.number(), inner)) throw Forbidden(std::string(refusal_));
      remove(names.number(), inner, level + 1);
    }
  }
  void check_time() {
    if (++looked_ % look_every != 0) return;
    if (steady_now() > until_ || stop_.stop_requested()) throw Failed("it took too long");
  }

  std::string_view refusal_;
  RemovalLimits limits_;
  std::stop_token stop_;
  SteadyTime until_;
  std::size_t seen_ = 0;
  std::size_t looked_ = 0;
};

}  // namespace

std::size_t remove_tree(const Place& place, std::string_view refusal, RemovalLimits limits, std::stop_token stop) {
  const auto above = place.folder.number();
  const auto* name = place.name().c_str();
  if (is_mount(above, name)) throw Forbidden(std::string(refusal));
  Removal removal(refusal, limits, std::move(stop));
  if (place.is_folder()) {
    const auto entries = removal.count(above, name, 1);
    removal.remove(above, name, 1);
    return entries;
  }
  if (::unlinkat(above, name, 0) != 0) throw Failed(system_reason());
  return 1;
}

}  // namespace trinity::agentd
