#include "dashboards/page.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace trinity::dashboards {

namespace {

using std::chrono::milliseconds;

constexpr std::array<Part, 2> parts{Part::dashboard, Part::metrics};
/// Agents may write their values all the time.
constexpr std::array<milliseconds, 2> pace{milliseconds(1'000), milliseconds(10'000)};
constexpr std::string_view second_place = "workspace/";

}  // namespace

void Page::changed_all() {
  for (const auto part : parts) changed(part);
}

void Page::changed_file(const std::string& path) {
  std::string_view name = path;
  if (name.starts_with(second_place)) name.remove_prefix(second_place.size());
  if (name == "dashboard.yaml") changed(Part::dashboard);
  if (name == "metrics.json" || name == "template.yaml") changed(Part::metrics);
}

std::optional<milliseconds> Page::go_on(SteadyTime at) {
  std::optional<milliseconds> again;
  for (const auto part : parts) {
    auto& one = entry(part);
    if (!one.wanted || one.asking) continue;
    if (at < one.next_at) {
      const auto rest = std::chrono::ceil<milliseconds>(one.next_at - at);
      again = again ? std::min(*again, rest) : rest;
      continue;
    }
    one.wanted = false;
    one.asking = true;
    one.next_at = at + pace.at(index(part));
    ask_(part);
  }
  return again;
}

void Page::took(Part part, std::string text) {
  auto& one = entry(part);
  one.asking = false;
  if (text.empty() || text == one.text) return;
  one.text = std::move(text);
  one.fresh = true;
}

std::optional<std::string> Page::news(Part part) {
  auto& one = entry(part);
  if (!std::exchange(one.fresh, false)) return std::nullopt;
  return one.text;
}

}  // namespace trinity::dashboards
