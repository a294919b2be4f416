#include "http/traffic.h"

#include <algorithm>
#include <numeric>

namespace trinity::http {

namespace {

using Counter = std::atomic<std::uint64_t>;

/// Only one thread writes a counter, so it needs no locked addition.
void add(Counter& counter, std::uint64_t n) noexcept {
  if (n > 0) counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

std::uint64_t value(const Counter& counter) noexcept {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace

std::uint64_t Traffic::Line::requests() const noexcept {
  return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t{0});
}

void Traffic::prepare(std::size_t lanes, const Router& router) {
  first_ = router.routes().data();
  names_.clear();
  lanes_.clear();
  for (const auto& route : router.routes()) names_.push_back({std::string(name_of(route.method)), route.path});
  names_.push_back({"GET", "web"});
  names_.push_back({"any", "none"});
  for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<Slot[]>(names_.size()));
}

std::size_t Traffic::slot_of(const Route& route) const noexcept {
  return static_cast<std::size_t>(&route - first_);
}

void Traffic::count(std::size_t lane, const Answer& answer) noexcept {
  if (answer.slot >= names_.size()) return;
  auto& slot = lanes_[lane][answer.slot];
  add(slot.by_class[std::clamp<std::size_t>(answer.status / 100, 1, classes) - 1], 1);
  add(slot.by_duration[Durations::class_of(answer.took)], 1);
  add(slot.nanoseconds, static_cast<std::uint64_t>(std::max<std::int64_t>(answer.took.count(), 0)));
  add(slot.sql, answer.sql);
  add(slot.engine, answer.engine);
}

Traffic::Connections Traffic::connections() const noexcept {
  // Read in this order a connection that ends meanwhile cannot make the difference negative.
  const auto closed = value(closed_);
  const auto opened = value(opened_);
  return {opened - std::min(closed, opened), opened, value(refused_)};
}

std::vector<Traffic::Line> Traffic::read() const {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    Line line;
    line.method = names_[i].method;
    line.route = names_[i].route;
    for (const auto& lane : lanes_) {
      const auto& slot = lane[i];
      for (std::size_t n = 0; n < classes; ++n) line.by_class[n] += value(slot.by_class[n]);
      for (std::size_t n = 0; n < slot.by_duration.size(); ++n)
        line.durations.by_class[n] += value(slot.by_duration[n]);
      line.durations.total += std::chrono::nanoseconds(value(slot.nanoseconds));
      line.sql += value(slot.sql);
      line.engine += value(slot.engine);
    }
    if (line.requests() > 0) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace trinity::http
