#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace trinity::json {

/// JSON text for files that people edit: two blanks for each level, a line end at the end.
[[nodiscard]] std::string indented(const boost::json::value& from);

}  // namespace trinity::json
