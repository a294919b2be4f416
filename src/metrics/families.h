#pragma once
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "attention/types.h"
#include "budgets/service.h"
#include "db/statements.h"
#include "fleet/fleet.h"
#include "fleet/types.h"
#include "http/traffic.h"
#include "live/hub.h"
#include "metrics/engine_calls.h"
#include "metrics/process.h"

namespace trinity::metrics {

using Families = std::vector<prometheus::MetricFamily>;

/// Figures of each part as families, appended. Names begin with `trinity_`, units are seconds and bytes.
void add_traffic(Families& into, const std::vector<http::Traffic::Line>& lines,
                 const http::Traffic::Connections& connections);
void add_statements(Families& into, const std::vector<db::Statements::Line>& lines);
void add_engine_calls(Families& into, const std::vector<EngineCalls::Line>& lines);
void add_fleet(Families& into, const fleet::Snapshot& snapshot, const fleet::Fleet::Sampling& sampling, SteadyTime at);
void add_live(Families& into, const live::Hub::Counts& counts, std::uint64_t dropped);
void add_budgets(Families& into, const budgets::BudgetService::Figures& figures);
void add_attention(Families& into, const attention::Board& board);
void add_process(Families& into, const ProcessFigures& figures);

/// The text form, version 0.0.4.
[[nodiscard]] std::string to_text(const Families& families);

}  // namespace trinity::metrics
