#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace trinity::json {

/// JSON text as people read it: like boost::json::serialize, but numbers stand as 0.5 and 17, not as 5E-1 and 1.7E1.
/// Numbers that are not finite become null.
[[nodiscard]] std::string write(const boost::json::value& from);
void append(std::string& out, const boost::json::value& from);

}  // namespace trinity::json
