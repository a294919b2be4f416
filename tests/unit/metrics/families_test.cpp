#include "metrics/families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace trinity::metrics {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const Families& families) {
  std::vector<std::string> lines;
  std::istringstream in(to_text(families));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Metrics, RequestsByRouteAndStatusWithCumulativeDurations) {
  http::Traffic::Line line;
  line.method = "GET";
  line.route = "/api/agents/{name}";
  line.by_class[1] = 3;
  line.by_class[3] = 1;
  line.durations.by_class[0] = 1;
  line.durations.by_class[2] = 2;
  line.durations.by_class.back() = 1;
  line.durations.total = 1500ms;
  line.sql = 7;
  line.engine = 2;
  Families families;
  add_traffic(families, {line}, {4, 9, 1});
  const auto lines = lines_of(families);
  const std::string labels = R"(method="GET",route="/api/agents/{name}")";
  EXPECT_THAT(lines, Contains("trinity_http_requests_total{" + labels + ",status=\"2xx\"} 3"));
  EXPECT_THAT(lines, Contains("trinity_http_requests_total{" + labels + ",status=\"4xx\"} 1"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("status=\"5xx\""))));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_bucket{" + labels + ",le=\"0.00025\"} 1"));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_bucket{" + labels + ",le=\"0.0025\"} 3"));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_bucket{" + labels + ",le=\"60\"} 3"));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 4"));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_count{" + labels + "} 4"));
  EXPECT_THAT(lines, Contains("trinity_http_request_duration_seconds_sum{" + labels + "} 1.5"));
  EXPECT_THAT(lines, Contains("trinity_http_sql_statements_total{" + labels + "} 7"));
  EXPECT_THAT(lines, Contains("trinity_http_engine_calls_total{" + labels + "} 2"));
  EXPECT_THAT(lines, Contains("trinity_http_connections 4"));
  EXPECT_THAT(lines, Contains("trinity_http_connections_refused_total 1"));
}

TEST(Metrics, AgeOfTheSnapshotAndAgentsByStatus) {
  fleet::Snapshot snapshot;
  snapshot.epoch = 12;
  snapshot.engine.reachable = true;
  snapshot.engine.confirmed_at = SteadyTime(10s);
  for (const auto* status : {"running", "stopped", "running"}) {
    auto agent = std::make_shared<fleet::Agent>();
    agent->status = status;
    snapshot.entries.push_back({agent, nullptr});
  }
  Families families;
  add_fleet(families, snapshot, {5, 40, 20ms, 6, 3ms}, SteadyTime(12500ms));
  const auto lines = lines_of(families);
  EXPECT_THAT(lines, Contains("trinity_fleet_snapshot_epoch 12"));
  EXPECT_THAT(lines, Contains("trinity_fleet_snapshot_age_seconds 2.5"));
  EXPECT_THAT(lines, Contains("trinity_engine_up 1"));
  EXPECT_THAT(lines, Contains("trinity_agents{status=\"running\"} 2"));
  EXPECT_THAT(lines, Contains("trinity_agents{status=\"stopped\"} 1"));
  EXPECT_THAT(lines, Contains("trinity_sampler_containers_total 40"));
  EXPECT_THAT(lines, Contains("trinity_sampler_seconds_total 0.02"));
  EXPECT_THAT(lines, Contains("trinity_sampler_pressure_total 6"));
  EXPECT_THAT(lines, Contains("trinity_sampler_pressure_seconds_total 0.003"));
}

TEST(Metrics, WhatIsSpentAndWhatIsRefused) {
  Families families;
  add_budgets(families, {1.25, 3, 2, 5, true});
  const auto lines = lines_of(families);
  EXPECT_THAT(lines, Contains("trinity_spent_today_usd 1.25"));
  EXPECT_THAT(lines, Contains("trinity_budgets 3"));
  EXPECT_THAT(lines, Contains("trinity_runs_halted 1"));
  EXPECT_THAT(lines, Contains("trinity_runs_refused_total{reason=\"halt\"} 2"));
  EXPECT_THAT(lines, Contains("trinity_runs_refused_total{reason=\"budget\"} 5"));
}

TEST(Metrics, WhoNeedsAPerson) {
  attention::Board board;
  board.counts = {1, 2, 0, 0, 0, 3};
  Families families;
  add_attention(families, board);
  const auto lines = lines_of(families);
  EXPECT_THAT(lines, Contains("trinity_agents_attention{kind=\"waiting\"} 1"));
  EXPECT_THAT(lines, Contains("trinity_agents_attention{kind=\"failed\"} 2"));
  EXPECT_THAT(lines, Contains("trinity_agents_attention{kind=\"stuck\"} 0"));
  EXPECT_THAT(lines, Contains("trinity_agents_attention{kind=\"unreachable\"} 3"));
}

TEST(Metrics, NoAgeBeforeTheEngineHasAnswered) {
  Families families;
  add_fleet(families, {}, {}, SteadyTime(10s));
  EXPECT_THAT(lines_of(families), Not(Contains(HasSubstr("trinity_fleet_snapshot_age_seconds"))));
  EXPECT_THAT(lines_of(families), Contains("trinity_engine_up 0"));
}

TEST(Metrics, LiveSockets) {
  Families families;
  add_live(families, {3, 2, 5}, 8);
  const auto lines = lines_of(families);
  EXPECT_THAT(lines, Contains("trinity_live_sockets 3"));
  EXPECT_THAT(lines, Contains("trinity_live_channels 2"));
  EXPECT_THAT(lines, Contains("trinity_live_subscriptions 5"));
  EXPECT_THAT(lines, Contains("trinity_live_dropped_frames_total 8"));
  EXPECT_THAT(lines, Contains("# TYPE trinity_live_dropped_frames_total counter"));
}

TEST(Metrics, ThisProcess) {
  const auto figures = process_figures();
  EXPECT_GT(figures.resident_bytes, 1'000'000U);
  EXPECT_GE(figures.threads, 1U);
  EXPECT_GT(figures.open_files, 2U);
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(figures.started_seconds, now, 600);
}

}  // namespace
}  // namespace trinity::metrics
