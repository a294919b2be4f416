#include "attention/types.h"

#include <tuple>

#include "json/encode.h"

namespace trinity::attention {

std::string_view word_of(Kind kind) noexcept {
  constexpr std::array<std::string_view, kinds.size()> words{"waiting",     "failed", "stuck",
                                                             "over_budget", "slow",   "unreachable"};
  return words.at(static_cast<std::size_t>(kind));
}

RowPtr make_row(std::string name, Items items) {
  json::array list;
  for (const auto& item : items) {
    list.push_back(json::object{{"kind", word_of(item.kind)},
                                {"since", format_z(item.since)},
                                {"detail", item.detail},
                                {"execution_id", json::encode(item.execution_id)}});
  }
  auto text = json::write(json::object{{"name", name}, {"attention", std::move(list)}});
  return std::make_shared<const Row>(Row{std::move(name), std::move(items), std::move(text)});
}

bool before(const Row& one, const Row& other) noexcept {
  const auto& a = one.items.front();
  const auto& b = other.items.front();
  return std::tie(a.kind, a.since, one.name) < std::tie(b.kind, b.since, other.name);
}

}  // namespace trinity::attention
