#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

namespace trinity::agentd {

/// What is wrong with a dashboard, in document order; empty: nothing. At most 100 messages. Indices start at 0. Pure.
[[nodiscard]] std::vector<std::string> dashboard_faults(const boost::json::value& root);

}  // namespace trinity::agentd
