#pragma once
#include <vector>

#include "attention/book.h"
#include "budgets/service.h"
#include "db/statements.h"
#include "fleet/fleet.h"
#include "http/router.h"
#include "http/traffic.h"
#include "live/hub_link.h"
#include "metrics/engine_calls.h"

namespace trinity::metrics {

/// Where the figures come from. All must outlive the routes.
struct Sources {
  const http::Traffic& traffic;
  const db::Statements& statements;
  const EngineCalls& engine_calls;
  const fleet::Fleet& fleet;
  const live::HubLink& live;
  const budgets::BudgetService& budgets;
  const attention::Book& attention;
};

/// `GET /metrics` in Prometheus' text form. Nothing is gathered between two scrapes: a scrape reads the counters that
/// the parts keep anyway; it makes no SQL statement or engine call. `access`: admin, unless the operator opened it to
/// anyone.
[[nodiscard]] std::vector<http::Route> routes(Sources sources, http::Access access);

}  // namespace trinity::metrics
