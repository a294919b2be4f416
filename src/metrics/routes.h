#pragma once
#include <vector>

#include "fleet/fleet.h"
#include "http/router.h"
#include "http/traffic.h"
#include "live/hub_link.h"

namespace trinity::metrics {

/// Where the figures come from. All must outlive the routes.
struct Sources {
  const http::Traffic& traffic;
  const fleet::Fleet& fleet;
  const live::HubLink& live;
};

/// `GET /metrics` in Prometheus' text form. Nothing is gathered between two scrapes: a scrape reads the counters that
/// the parts keep anyway, without locks, SQL or engine calls. `access`: admin, unless the operator opened it to anyone.
[[nodiscard]] std::vector<http::Route> routes(Sources sources, http::Access access);

}  // namespace trinity::metrics
