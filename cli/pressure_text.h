#pragma once
#include <string>

#include "cli/api.h"

namespace trinity::cli {

/// Why an agent is slow, in a few lines for a person; `pressure` is what the server tells. What is not told is "-".
[[nodiscard]] std::string pressure_text(const json::object& pressure);

}  // namespace trinity::cli
