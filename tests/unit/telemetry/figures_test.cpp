#include "telemetry/figures.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "fleet/agent.h"
#include "unit/fleet/facts.h"

namespace trinity::telemetry {
namespace {

const Caller admin{1, "admin", std::nullopt, Role::admin};
const Caller ann{8, "ann", "ann@example.org", Role::user};

class ContainerTelemetry : public testing::Test {
 protected:
  void add(const std::string& name, std::int64_t owner, const std::string& state, std::optional<double> cpu) {
    fleet::FiguresPtr figures;
    if (cpu) {
      auto made = std::make_shared<fleet::Figures>();
      made->sample.cpu_percent = *cpu;
      made->sample.memory_bytes = 100ULL * 1024 * 1024;
      figures = made;
    }
    auto agent = fleet::make_agent(test::container("c-" + name, name, state), test::owned_by(owner), test::network);
    snapshot.entries.push_back({std::make_shared<const fleet::Agent>(std::move(agent)), figures});
  }
  static std::vector<std::string> names(const boost::json::object& told) {
    std::vector<std::string> made;
    for (const auto& row : told.at("containers").as_array()) made.emplace_back(row.at("name").as_string());
    return made;
  }

  fleet::Snapshot snapshot;
};

TEST_F(ContainerTelemetry, BusiestFirstAndOnlyWhatTheViewerMayRead) {
  add("idle", 8, "running", 0.04);
  add("busy", 8, "running", 150.26);
  add("other", 9, "running", 50);
  add("off", 8, "exited", std::nullopt);
  add("fresh", 8, "running", std::nullopt);
  const auto told = container_telemetry(snapshot, &ann, test::wall(0));
  EXPECT_EQ(names(told), (std::vector<std::string>{"busy", "idle", "fresh"}));
  EXPECT_EQ(told.at("running_count"), 3);
  EXPECT_EQ(told.at("total_cpu_percent").to_number<double>(), 150.3);
  EXPECT_EQ(told.at("total_memory_mb").to_number<double>(), 200);
  EXPECT_EQ(told.at("timestamp").as_string(), format_naive(test::wall(0)) + "Z");
  const auto& fresh = told.at("containers").as_array()[2].as_object();
  EXPECT_EQ(fresh.at("cpu").to_number<double>(), 0);
  EXPECT_TRUE(fresh.at("error").is_string());
  EXPECT_FALSE(told.at("containers").as_array()[0].as_object().contains("error"));
  EXPECT_EQ(names(container_telemetry(snapshot, &admin, {})).size(), 4U);
  EXPECT_EQ(names(container_telemetry(snapshot, nullptr, {})).size(), 4U);
}

TEST_F(ContainerTelemetry, NothingRuns) {
  const auto told = container_telemetry(snapshot, &admin, {});
  EXPECT_EQ(told.at("running_count"), 0);
  EXPECT_TRUE(told.at("containers").as_array().empty());
}

}  // namespace
}  // namespace trinity::telemetry
