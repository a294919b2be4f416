#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fleet/types.h"

namespace trinity::runstats {

/// One row of figures per agent, kept in memory, some of which change by time alone. Any thread.
class Rows {
 public:
  virtual ~Rows() = default;

  struct Changed {
    std::uint64_t number = 0;  ///< to ask with the next time
    std::vector<std::string> agents;
  };
  /// What has changed since that number, as of this moment; costs as much as has changed.
  [[nodiscard]] virtual Changed changed(std::uint64_t since, Time at) = 0;
  /// Nothing: the agent has no row.
  [[nodiscard]] virtual std::optional<boost::json::object> row(const fleet::Agent& agent, Time at) = 0;
};

}  // namespace trinity::runstats
