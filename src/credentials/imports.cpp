#include "credentials/imports.h"

#include <algorithm>
#include <set>

namespace trinity::credentials {

namespace {

std::string free_name(const std::string& key, const std::vector<Owned>& owned) {
  std::set<std::string_view> taken;
  for (const auto& one : owned) taken.insert(one.name);
  for (std::size_t number = 2;; ++number) {
    auto name = key + "_" + std::to_string(number);
    if (!taken.contains(name)) return name;
  }
}

}  // namespace

bool is_delivered_as(const Owned& one, std::string_view key) noexcept {
  return one.export_as.empty() ? one.name == key : one.export_as == key;
}

Resolution resolve(const Pair& pair, const std::vector<Owned>& owned) {
  const auto named = [&pair](const Owned& one) { return one.name == pair.key && one.export_as.empty(); };
  const auto newest = std::ranges::find_if(owned, named);
  if (newest == owned.end() && std::ranges::none_of(owned, [&pair](const Owned& one) { return one.name == pair.key; }))
    return {Resolution::Outcome::created, pair.key};
  if (newest != owned.end() && newest->value == pair.value)
    return {Resolution::Outcome::reused, newest->name, newest->id};
  const auto again = std::ranges::find_if(
      owned, [&pair](const Owned& one) { return one.export_as == pair.key && one.value == pair.value; });
  if (again != owned.end()) return {Resolution::Outcome::reused, again->name, again->id};
  return {Resolution::Outcome::renamed, free_name(pair.key, owned)};
}

PairState state_of(const Pair& pair, const std::vector<Owned>& owned) {
  auto state = PairState::fresh;
  for (const auto& one : owned) {
    if (one.name != pair.key) continue;
    if (one.value == pair.value) return PairState::same;
    state = PairState::differs;
  }
  return state;
}

}  // namespace trinity::credentials
