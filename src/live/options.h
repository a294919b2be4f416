#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <expected>
#include <string>

namespace trinity::live {

/// What a subscriber may choose about a topic. Always within bounds; what the client leaves out has its default.
struct Options {
  std::chrono::seconds interval{5};  ///< between events, at least: 5, 10, 15, 30 or 60
  unsigned history = 60;             ///< points of history in the snapshot: 0 to 60
  unsigned tail = 100;               ///< lines in the snapshot: 1 to 2000

  bool operator==(const Options&) const = default;
};

/// A number beyond its bounds is taken as the nearest one, unknown members are ignored. The error is a text for the
/// client: a member is no number.
[[nodiscard]] std::expected<Options, std::string> read_options(const boost::json::object& from);

}  // namespace trinity::live
