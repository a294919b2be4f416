#pragma once
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "json/decode.h"

namespace trinity::json {

/// A time as a query parameter, with or without zone (without: UTC). An empty one is absent; a plus before the zone
/// that was not encoded, and so arrives as a blank, is taken for what it is. Unreadable: datetime_parsing.
[[nodiscard]] std::optional<Time> query_time(std::optional<std::string_view> text, std::string_view name,
                                             Faults& faults);

}  // namespace trinity::json
