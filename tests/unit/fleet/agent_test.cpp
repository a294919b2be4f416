#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

namespace json = boost::json;
using test::container;
using test::owned_by;

std::set<std::string> keys(const json::object& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object) names.insert(std::string(name));
  return names;
}

json::object item(const Agent& agent, const Caller& caller) {
  std::string text;
  append_item(text, agent, caller);
  return json::parse(text).as_object();
}

const Caller admin{1, "admin", std::nullopt, Role::admin};
const Caller ann{8, "ann", "Ann@example.org", Role::user};

TEST(Agent, StateAsClientsSeeIt) {
  const std::map<std::string, std::string> table{
      {"exited", "stopped"}, {"dead", "stopped"},          {"created", "stopped"},  {"running", "running"},
      {"paused", "paused"},  {"restarting", "restarting"}, {"removing", "removing"}};
  for (const auto& [engine_state, status] : table) EXPECT_EQ(status_of(engine_state), status) << engine_state;
}

TEST(Agent, ListItemHasExactlyTheFieldsOfTheContract) {
  auto c = container(std::string(64, 'f'), "research-bot");
  c.labels.insert({{label::agent_type, "business-assistant"},
                   {label::ssh_port, "2223"},
                   {label::created, "2026-01-13T10:15:30.123456"},
                   {label::cpu, "1"},
                   {label::memory, "2g"},
                   {label::template_id, "local:demo-researcher"},
                   {label::runtime, "gemini-cli"},
                   {label::image_version, "0.9.0"}});
  auto metadata = owned_by(8);
  metadata.owner = "ann";
  metadata.tags = {"billing", "prod"};
  const auto agent = make_agent(c, metadata, test::network);
  const json::object wanted{{"name", "research-bot"},
                            {"type", "business-assistant"},
                            {"status", "running"},
                            {"port", 2223},
                            {"created", "2026-01-13T10:15:30.123456"},
                            {"resources", json::object{{"cpu", "1"}, {"memory", "2g"}}},
                            {"container_id", std::string(64, 'f')},
                            {"template", "local:demo-researcher"},
                            {"runtime", "gemini-cli"},
                            {"base_image_version", "0.9.0"},
                            {"owner", "ann"},
                            {"is_owner", true},
                            {"is_shared", false},
                            {"is_system", false},
                            {"autonomy_enabled", false},
                            {"github_repo", nullptr},
                            {"memory_limit", nullptr},
                            {"cpu_limit", nullptr},
                            {"started_at", format_z(test::wall(100))},
                            {"changed_at", format_z(test::wall(100))},
                            {"reason", nullptr},
                            {"exit_code", nullptr},
                            {"tags", json::array{"billing", "prod"}}};
  EXPECT_EQ(item(agent, ann), wanted);
}

TEST(Agent, MissingLabelsHaveDefaults) {
  auto c = container("c1", "bot");
  c.labels = {{label::platform, "agent"}};
  c.created = *parse_time("2026-01-13T10:15:30Z");
  const auto made = item(make_agent(c, std::nullopt, test::network), admin);
  EXPECT_EQ(made.at("name"), "agent-bot") << "without a label the container's name is all there is";
  EXPECT_EQ(made.at("type"), "unknown");
  EXPECT_EQ(made.at("port"), 0);
  EXPECT_EQ(made.at("created"), "2026-01-13T10:15:30");
  EXPECT_EQ(made.at("runtime"), "claude-code");
  EXPECT_TRUE(made.at("template").is_null());
  EXPECT_TRUE(made.at("base_image_version").is_null());
  EXPECT_EQ(made.at("resources"), (json::object{{"cpu", ""}, {"memory", ""}}));
}

TEST(Agent, AnOrphanHasNoOwnerAndNoFlags) {
  const auto made = item(make_agent(container("c1", "bot"), std::nullopt, test::network), admin);
  for (const auto* key : {"owner", "github_repo", "memory_limit", "cpu_limit"})
    EXPECT_TRUE(made.at(key).is_null()) << key;
  EXPECT_EQ(made.at("tags"), json::array()) << "a list all the same";
  for (const auto* key : {"is_owner", "is_shared", "is_system", "autonomy_enabled"})
    EXPECT_EQ(made.at(key), false) << key;
}

TEST(Agent, MetadataShowsInTheItem) {
  auto metadata = owned_by(2, {"ann@example.org"});
  metadata.is_system = true;
  metadata.autonomy_enabled = true;
  metadata.github_repo = "owner/repo";
  metadata.memory_limit = "8g";
  metadata.cpu_limit = "4";
  const auto made = item(make_agent(container("c1", "bot"), metadata, test::network), ann);
  EXPECT_EQ(made.at("owner"), "user2");
  EXPECT_EQ(made.at("is_owner"), false);
  EXPECT_EQ(made.at("is_shared"), true);
  EXPECT_EQ(made.at("is_system"), true);
  EXPECT_EQ(made.at("autonomy_enabled"), true);
  EXPECT_EQ(made.at("github_repo"), "owner/repo");
  EXPECT_EQ(made.at("memory_limit"), "8g");
  EXPECT_EQ(made.at("cpu_limit"), "4");
}

TEST(Agent, HostileLabelsStayInsideTheirText) {
  auto c = container("c1", "bot");
  c.labels[label::agent_type] = R"(","is_owner":true,"x":")";
  c.labels[label::ssh_port] = "22x; drop";
  const auto made = item(make_agent(c, owned_by(2), test::network), ann);
  EXPECT_EQ(made.at("type"), R"(","is_owner":true,"x":")");
  EXPECT_EQ(made.at("is_owner"), false);
  EXPECT_EQ(keys(made).size(), 23U);
}

TEST(Agent, OnlyTheAgentsNetworkCountsForItsAddress) {
  auto c = container("c1", "bot");
  EXPECT_EQ(make_agent(c, std::nullopt, test::network).address, "172.28.0.5");
  EXPECT_EQ(make_agent(c, std::nullopt, "other").address, "172.17.0.2") << "adopted: in its own deployment's network";
  c.labels[label::instance] = "0123456789abcdef";
  EXPECT_EQ(make_agent(c, std::nullopt, test::network).address, "172.28.0.5");
  EXPECT_EQ(make_agent(c, std::nullopt, "other").address, "");
}

TEST(Agent, AStoppedOneHasNoStartAndNoProcessButACode) {
  auto c = container("c1", "bot", "exited");
  c.started_at = test::wall(5);
  c.pid = 77;
  c.exit_code = 137;
  const auto agent = make_agent(c, std::nullopt, test::network);
  EXPECT_FALSE(agent.started_at);
  EXPECT_EQ(agent.pid, 0);
  EXPECT_EQ(agent.exit_code, 137);
  EXPECT_FALSE(make_agent(container("c1", "bot", "created"), std::nullopt, test::network).exit_code);
}

Snapshot snapshot_of(const std::vector<std::pair<engine::ContainerDetail, std::optional<Metadata>>>& all) {
  Snapshot made;
  for (const auto& [detail, metadata] : all) {
    made.entries.push_back({std::make_shared<const Agent>(make_agent(detail, metadata, test::network)), nullptr});
  }
  return made;
}

TEST(List, ShowsWhatTheViewerMaySee) {
  const auto snapshot = snapshot_of({{container("c1", "mine"), owned_by(8)},
                                     {container("c2", "orphan"), std::nullopt},
                                     {container("c3", "shared"), owned_by(2, {"ann@example.org"})},
                                     {container("c4", "foreign"), owned_by(2)}});
  const auto names = [&](const Caller& caller) {
    std::vector<std::string> found;
    const auto list = json::parse(list_text(snapshot, caller));
    for (const auto& one : list.as_array()) found.emplace_back(one.at("name").as_string());
    return found;
  };
  EXPECT_EQ(names(ann), (std::vector<std::string>{"mine", "shared"}));
  EXPECT_EQ(names(admin), (std::vector<std::string>{"mine", "orphan", "shared", "foreign"}));
  EXPECT_EQ(list_text(snapshot, {99, "eve", std::nullopt, Role::user}), "[]");
  EXPECT_EQ(list_text(Snapshot{}, admin), "[]");
}

TEST(Stats, HaveExactlyTheFieldsOfTheContract) {
  auto c = container("c1", "bot");
  c.started_at = test::wall(0);
  c.memory_limit = 1'000;
  const auto agent = make_agent(c, std::nullopt, test::network);
  Figures figures;
  figures.sample.cpu_percent = 3.449;
  figures.sample.memory_bytes = 412'090'368;
  figures.sample.memory_limit = 4'294'967'296;
  figures.sample.memory_percent = 9.5949;
  figures.sample.network_rx = 10'522;
  figures.sample.network_tx = 8'821;
  const json::object wanted{{"cpu_percent", 3.4},
                            {"memory_used_bytes", std::uint64_t{412'090'368}},
                            {"memory_limit_bytes", std::uint64_t{4'294'967'296}},
                            {"memory_percent", 9.6},
                            {"network_rx_bytes", std::uint64_t{10'522}},
                            {"network_tx_bytes", std::uint64_t{8'821}},
                            {"uptime_seconds", 5'120},
                            {"status", "running"}};
  EXPECT_EQ(stats_object(agent, &figures, test::wall(5'120)), wanted);
}

TEST(Stats, AreZeroBeforeTheFirstSample) {
  auto c = container("c1", "bot");
  c.started_at = test::wall(100);
  c.memory_limit = 4096;
  const auto stats = stats_object(make_agent(c, std::nullopt, test::network), nullptr, test::wall(90));
  EXPECT_EQ(stats.at("cpu_percent"), 0.0);
  EXPECT_EQ(stats.at("memory_limit_bytes"), std::uint64_t{4096}) << "the container's own limit is known";
  EXPECT_EQ(stats.at("uptime_seconds"), 0) << "never negative, though the clocks differ";
  EXPECT_EQ(keys(stats).size(), 8U);
}

}  // namespace
}  // namespace trinity::fleet
