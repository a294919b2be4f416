#include "logs/seen.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace trinity::logs {

namespace {

constexpr std::int64_t out_of_order = 100'000'000;  // 100 ms
constexpr std::size_t most = 4096;

std::size_t mark_of(const Line& line) noexcept {
  const auto text = std::hash<std::string_view>{}(line.text);
  return text ^ (std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(line.at_nano)) * 0x9E3779B97F4A7C15U) ^
         (line.stream == Stream::err ? 0x5851F42D4C957F2DU : 0U);
}

}  // namespace

void Seen::note(const Line& line) {
  if (line.at_nano == 0) return;
  newest_ = std::max(newest_, line.at_nano);
  known_.push_back({line.at_nano, mark_of(line)});
  while (known_.size() > most || known_.front().at_nano < newest_ - out_of_order) {
    forgotten_ = std::max(forgotten_, known_.front().at_nano);
    known_.pop_front();
  }
}

std::int64_t Seen::since() const noexcept {
  // The newest line is always asked for again: it shows that the log goes on where it was left.
  return newest_ == 0 ? 0 : std::min(std::max(newest_ - out_of_order, forgotten_ + 1), newest_);
}

void Seen::again() {
  joined_ = newest_ == 0;
  awaited_until_ = newest_;
  awaited_.clear();
  for (const auto& known : known_) awaited_.emplace(known.mark, known.at_nano);
}

bool Seen::is_new(const Line& line) {
  if (awaited_.empty()) return true;
  const auto [first, last] = awaited_.equal_range(mark_of(line));
  const auto it = std::find_if(first, last, [&](const auto& one) { return one.second == line.at_nano; });
  if (it == last) {
    // Far behind the known ones none of them can come any more.
    if (line.at_nano > awaited_until_ + out_of_order) awaited_.clear();
    return true;
  }
  joined_ = true;
  awaited_.erase(it);
  return false;
}

void Seen::clear() noexcept {
  *this = {};
}

}  // namespace trinity::logs
