#include "json/query_time.h"

#include <string>

namespace trinity::json {

std::optional<Time> query_time(std::optional<std::string_view> text, std::string_view name, Faults& faults) {
  if (!text || text->empty()) return std::nullopt;
  std::string zoned(*text);
  // Behind date and time: a blank may stand between those two.
  constexpr std::size_t zone_from = 19;
  if (const auto blank = zoned.find(' ', zone_from); blank != std::string::npos) zoned[blank] = '+';
  const auto time = parse_time(zoned);
  if (!time) faults.add("datetime_parsing", {"query", name}, "Use a time such as 2026-01-14T10:09:00Z", value(*text));
  return time;
}

}  // namespace trinity::json
