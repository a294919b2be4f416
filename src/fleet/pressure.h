#pragma once
#include "fleet/types.h"
#include "metering/metering.h"

namespace trinity::fleet {

/// What holds an agent up between two readings; the rates are nothing without a reading before, with no time between
/// both, and when a counter went back (the container was started anew). Pure.
[[nodiscard]] Pressure pressure_between(const metering::Strain* before, const metering::Strain& after, Time wall);

/// Nothing when the network was not read again in between, or a counter went back. Pure.
[[nodiscard]] std::optional<NetworkRates> network_between(const metering::Counters& before,
                                                          const metering::Counters& after) noexcept;

}  // namespace trinity::fleet
