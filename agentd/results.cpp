#include "agentd/results.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <charconv>

#include "agentd/files.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;

/// The largest answer there is, its transcript included.
constexpr std::size_t kLargest = 80 * 1024 * 1024;
constexpr std::size_t kMostFiles = 1'000;
/// No id can make a name of another folder.
constexpr std::string_view kPrefix = "run-";

/// Status and id in a file's name: `run-200-ID`.
std::optional<std::pair<unsigned, std::string>> parts_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  unsigned status = 0;
  const auto [at, fault] = std::from_chars(name.data(), name.data() + name.size(), status);
  const auto digits = static_cast<std::size_t>(at - name.data());
  if (fault != std::errc() || digits != 3 || name.size() < 5 || name[3] != '-') return std::nullopt;
  return std::pair(status, std::string(name.substr(4)));
}

}  // namespace

fs::path Results::file_of(const Kept& one) const {
  return folder_ / (std::string(kPrefix) + std::to_string(one.status) + "-" + one.id);
}

Task<> Results::restore() {
  auto look = [folder = folder_] {
    std::vector<std::pair<fs::file_time_type, Kept>> found;
    std::error_code fault;
    fs::directory_iterator it(folder, fault);
    for (; !fault && it != fs::directory_iterator() && found.size() < kMostFiles; it.increment(fault)) {
      std::error_code odd;
      const auto parts = parts_of(it->path().filename().string());
      if (!parts || !it->is_regular_file(odd)) continue;
      found.emplace_back(it->last_write_time(odd), Kept{parts->second, parts->first, it->file_size(odd)});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return found;
  };
  const auto found = co_await pool_.run(std::move(look));
  std::deque<Kept> earlier;
  for (const auto& [at, one] : found) {
    if (!running_.contains(one.id) && !kept(one.id)) earlier.push_back(one);
  }
  // What has ended meanwhile is newer.
  kept_.insert(kept_.begin(), earlier.begin(), earlier.end());
}

const Results::Kept* Results::kept(const std::string& id) const {
  const auto it = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.id == id; });
  return it == kept_.end() ? nullptr : &*it;
}

Results::Pending Results::begin(const std::string& id) {
  if (running_.contains(id)) throw Conflict("Execution id already in use");
  running_[id];
  forget(id);
  return {self_, id};
}

void Results::forget(const std::string& id) {
  const auto* one = kept(id);
  if (one == nullptr) return;
  surplus_.push_back(file_of(*one));
  std::erase_if(kept_, [&](const Kept& each) { return each.id == id; });
}

void Results::over(const std::string& id) noexcept {
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  const auto waiters = std::move(it->second);
  running_.erase(it);
  for (auto* waiter : waiters) waiter->cancel();
}

std::vector<fs::path> Results::take_surplus() {
  std::uintmax_t bytes = 0;
  for (const auto& one : kept_) bytes += one.bytes;
  while (!kept_.empty() && (kept_.size() > limits_.results || bytes > limits_.bytes)) {
    bytes -= kept_.front().bytes;
    surplus_.push_back(file_of(kept_.front()));
    kept_.pop_front();
  }
  return std::exchange(surplus_, {});
}

Task<> Results::keep(Pending pending, unsigned status, Body body) {
  const Kept one{pending.id(), status, body->size()};
  kept_.push_back(one);
  auto write = [file = file_of(one), body, old = take_surplus()] {
    std::error_code ignored;
    for (const auto& each : old) fs::remove(each, ignored);
    return write_private_file(file, *body);
  };
  const auto written = co_await pool_.run(std::move(write));
  if (written) co_return;
  log::warn({"results", one.id}, "the answer cannot be kept: {}", written.error());
  forget(one.id);
}

Task<std::optional<Results::Found>> Results::find(std::string id, std::chrono::seconds wait) {
  auto running = running_.find(id);
  if (running != running_.end() && wait.count() > 0 && waiting_ < limits_.waiting) {
    asio::steady_timer limit(executor_, wait);
    running->second.push_back(&limit);
    ++waiting_;
    boost::system::error_code fault;
    co_await limit.async_wait(asio::redirect_error(use_awaitable, fault));
    --waiting_;
    running = running_.find(id);
    if (running != running_.end()) std::erase(running->second, &limit);
  }
  if (running != running_.end()) co_return Found{true};
  const auto* one = kept(id);
  if (one == nullptr) co_return std::nullopt;
  auto read = [file = file_of(*one), status = one->status]() -> std::optional<Found> {
    auto text = read_small_file(file, kLargest);
    if (!text) return std::nullopt;
    return Found{false, status, std::move(*text)};
  };
  co_return co_await pool_.run(std::move(read));
}

}  // namespace trinity::agentd
