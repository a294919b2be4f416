#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace trinity::attention {

/// Why an agent needs a person, most urgent first. docs/attention.md tells what raises and clears each.
enum class Kind : std::uint8_t {
  waiting,      ///< its last run ended with a question
  failed,       ///< its last run, or its container, failed
  stuck,        ///< a run goes on without any sign of life
  over_budget,  ///< it may start no run
  slow,         ///< its limits hold it back
  unreachable   ///< its container runs, its daemon does not answer
};
inline constexpr std::array kinds{Kind::waiting,     Kind::failed, Kind::stuck,
                                  Kind::over_budget, Kind::slow,   Kind::unreachable};
/// `over_budget`; a literal.
[[nodiscard]] std::string_view word_of(Kind kind) noexcept;

/// One reason. An agent has at most one of each kind.
struct Item {
  Kind kind = Kind::waiting;
  Time since{};
  std::string detail;                         ///< one line for people
  std::optional<std::string> execution_id{};  ///< the run that it is about, when that has a record
  bool operator==(const Item&) const = default;
};
/// Most urgent first.
using Items = std::vector<Item>;

/// An agent that needs a person. Immutable.
struct Row {
  std::string name;
  Items items;       ///< at least one
  std::string text;  ///< `{"name":…,"attention":[…]}`
};
using RowPtr = std::shared_ptr<const Row>;
[[nodiscard]] RowPtr make_row(std::string name, Items items);
/// The more urgent one first, then the one that waits longer, then by name.
[[nodiscard]] bool before(const Row& one, const Row& other) noexcept;

/// Everybody who needs a person, in that order. Immutable; shared by all readers.
struct Board {
  std::vector<RowPtr> rows;
  std::array<std::size_t, kinds.size()> counts{};  ///< agents by kind
};
using BoardPtr = std::shared_ptr<const Board>;

}  // namespace trinity::attention
