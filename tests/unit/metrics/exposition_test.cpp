// The text as a whole, read by a parser that takes nothing for granted.
#include "support/exposition.h"

#include <gtest/gtest.h>

#include "metrics/families.h"

namespace trinity::metrics {
namespace {

using namespace std::chrono_literals;
using test::read_exposition;

Families everything() {
  http::Traffic::Line line;
  line.method = "GET";
  line.route = "/api/agents/{name}";
  line.by_class[1] = 2;
  line.durations.add(3ms);
  line.durations.add(90s);
  db::Statements::Line statement{"select users", 1, {}};
  statement.durations.add(100us);
  EngineCalls::Line call{"inspect", {}, {{"timeout", 1}}};
  call.durations.add(2s);
  fleet::Snapshot snapshot;
  snapshot.engine.confirmed_at = SteadyTime(1s);
  auto agent = std::make_shared<fleet::Agent>();
  agent->status = "odd \"status\"\\";
  snapshot.entries.push_back({agent, nullptr});
  Families families;
  add_traffic(families, {line}, {1, 2, 3});
  add_statements(families, {statement});
  add_engine_calls(families, {call});
  add_fleet(families, snapshot, {1, 2, 3ms}, SteadyTime(2s));
  add_live(families, {1, 2, 3}, 4);
  add_process(families, process_figures());
  return families;
}

TEST(ExpositionText, IsWellFormed) {
  const auto read = read_exposition(to_text(everything()));
  for (const auto& fault : read.faults) ADD_FAILURE() << fault;
  EXPECT_GT(read.families.size(), 20U);
  EXPECT_EQ(read.value("trinity_sql_statement_duration_seconds_count", {{"statement", "select users"}}), 1);
  EXPECT_EQ(read.value("trinity_sql_statement_duration_seconds_sum", {{"statement", "select users"}}), 0.0001);
  EXPECT_EQ(read.value("trinity_sql_statement_failures_total", {{"statement", "select users"}}), 1);
  EXPECT_EQ(read.value("trinity_engine_call_duration_seconds_bucket", {{"call", "inspect"}, {"le", "1"}}), 0);
  EXPECT_EQ(read.value("trinity_engine_call_duration_seconds_bucket", {{"call", "inspect"}, {"le", "2.5"}}), 1);
  EXPECT_EQ(read.value("trinity_engine_call_failures_total", {{"call", "inspect"}, {"fault", "timeout"}}), 1);
}

TEST(ExpositionText, IsWellFormedBeforeAnythingHappened) {
  Families families;
  add_traffic(families, {}, {});
  add_statements(families, {});
  add_engine_calls(families, {});
  add_fleet(families, {}, {}, SteadyTime(2s));
  add_live(families, {}, 0);
  const auto read = read_exposition(to_text(families));
  for (const auto& fault : read.faults) ADD_FAILURE() << fault;
}

/// The parser itself: a test that takes everything proves nothing.
TEST(ExpositionText, TheParserRefusesWhatIsWrong) {
  const std::string head = "# HELP a_total A.\n# TYPE a_total counter\n";
  EXPECT_TRUE(read_exposition(head + "a_total{x=\"1\"} 2\n").faults.empty());
  for (const auto* bad : {"a_total{x=\"1\"} 2", "b_total 1\n", "a_total{x=1} 2\n", "a_total{x=\"1\",x=\"2\"} 2\n",
                          "a_total two\n", "a_total 1\na_total 2\n", "a-b 1\n", "\n"}) {
    EXPECT_FALSE(read_exposition(head + bad).faults.empty()) << bad;
  }
  EXPECT_FALSE(read_exposition("# HELP a A.\n# TYPE a counter\na 1\n").faults.empty());
  const std::string histogram = "# HELP h H.\n# TYPE h histogram\n";
  const std::string tail = "h_sum 1\nh_count 2\n";
  EXPECT_TRUE(read_exposition(histogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + tail).faults.empty());
  EXPECT_FALSE(read_exposition(histogram + "h_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\n" + tail).faults.empty());
  EXPECT_FALSE(read_exposition(histogram + "h_bucket{le=\"1\"} 2\n" + tail).faults.empty());
}

}  // namespace
}  // namespace trinity::metrics
