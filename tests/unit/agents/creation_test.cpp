// All or nothing: whatever fails, nothing is left of a creation.
#include <gtest/gtest.h>

#include <fstream>

#include "unit/agents/house.h"
#include "unit/agents/tar.h"

namespace trinity::agents {
namespace {

using namespace std::chrono_literals;
using engine::Fault;
using test::AgentHouse;
using test::eventually;
using test::Trouble;

class CreationTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(house.house.start_and_load()); }

  AgentHouse::Refusal refused(CreateRequest request, const CallerPtr& caller = AgentHouse::ann()) {
    return house.refusal(house.service.create(house.call, caller, std::move(request)));
  }
  void expect_nothing_left(const std::string& name) {
    EXPECT_FALSE(house.engine.container("agent-" + name)) << "a container is left";
    EXPECT_FALSE(house.engine.volume_names().contains("agent-" + name + "-workspace")) << "a volume is left";
    EXPECT_FALSE(house.engine.volume_names().contains("agent-" + name + "-data")) << "a volume is left";
    EXPECT_EQ(house.count("agent_ownership", "agent_name = '" + name + "'"), 0) << "a row is left";
    EXPECT_EQ(house.count("agent_permissions", "source_agent = '" + name + "' OR target_agent = '" + name + "'"), 0);
    EXPECT_EQ(house.count("mcp_api_keys", "agent_name = '" + name + "'"), 0) << "a key is left";
    EXPECT_EQ(house.keys.size(), static_cast<std::size_t>(house.count("mcp_api_keys"))) << "a key is left in memory";
    EXPECT_FALSE(house.shown(name)) << "it is listed";
  }

  AgentHouse house;
};

TEST_F(CreationTest, GivesARunningAgentThatEveryReaderSees) {
  house.create(AgentHouse::ann(), AgentHouse::named("first"));
  auto request = AgentHouse::named("Research Bot!");
  request.type = "researcher";
  request.resources = boost::json::object{{"cpu", 1.5}, {"memory", "2g"}};
  const auto agent = house.create(AgentHouse::ann(), std::move(request));
  EXPECT_EQ(agent->name, "research-bot");
  EXPECT_EQ(agent->status, "running");
  EXPECT_EQ(agent->metadata->owner_id, 7);
  EXPECT_EQ(agent->metadata->owner, "ann");
  EXPECT_EQ(agent->cpu, "1.5");
  for (std::size_t i = 0; i < house.house.io.size(); ++i) {
    const auto held = house.house.held_by(i);
    const auto* entry = held->find("research-bot");
    ASSERT_TRUE(entry) << i;
    EXPECT_EQ(entry->agent->status, "running");
    EXPECT_TRUE(entry->agent->metadata);
  }
  const auto container = house.engine.container("agent-research-bot");
  ASSERT_TRUE(container);
  EXPECT_EQ(container->id, agent->container_id);
  EXPECT_EQ(container->labels.at("trinity.agent-type"), "researcher");
  EXPECT_EQ(container->labels.at("trinity.instance"), "0123456789abcdef");
  EXPECT_EQ(house.engine.spec("agent-research-bot")->cpu_quota, 150'000);
  EXPECT_EQ(house.engine.spec("agent-research-bot")->env.at("ANTHROPIC_API_KEY"), "sk-platform");
  EXPECT_TRUE(house.engine.volume_names().contains("agent-research-bot-workspace"));
  EXPECT_TRUE(house.engine.volume_names().contains("agent-research-bot-data"));
  EXPECT_EQ(house.count("agent_ownership", "agent_name = 'research-bot' AND owner_id = 7"), 1);
  EXPECT_EQ(house.count("agent_permissions"), 2);

  const auto files = test::read_tar(house.engine.uploaded("agent-research-bot"));
  ASSERT_TRUE(files.contains("etc/trinity/agentd.secret"));
  const auto key = AgentKey::load(house.dir / "agents.key");
  EXPECT_EQ(files.at("etc/trinity/agentd.secret").content, key.secret_for(container->labels.at("trinity.key-nonce")));
}

TEST_F(CreationTest, TheAgentGetsAKeyOfItsOwn) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  const auto env = house.engine.spec("agent-bot")->env;
  EXPECT_EQ(env.at("TRINITY_MCP_URL"), "http://mcp-server:8080/mcp");
  EXPECT_EQ(env.at("AGENT_MAX_TASKS"), "9");
  const auto caller = house.run(house.keys.resolve(env.at("TRINITY_MCP_API_KEY"), house.call));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->scope, Scope::agent_key);
  EXPECT_EQ(caller->agent_name, "bot");
  EXPECT_EQ(caller->user_id, 7);
  EXPECT_EQ(house.count("mcp_api_keys", "name = 'agent-bot-key' AND scope = 'agent' AND agent_name = 'bot'"), 1);
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_FALSE(house.run(house.keys.resolve(env.at("TRINITY_MCP_API_KEY"), house.call)));
  expect_nothing_left("bot");
}

TEST_F(CreationTest, ATakenOverRowGetsANewKeyAndLosesItAgainOnFailure) {
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 7, 't')");
  house.execute(
      "INSERT INTO mcp_api_keys (id, name, key_prefix, key_hash, created_at, user_id, agent_name, scope) VALUES "
      "('old', 'agent-bot-key', 'p', 'h', 't', 7, 'bot', 'agent')");
  house.keys.load(house.call);
  house.engine.trouble("start", {.fault = Fault::failed});
  refused(AgentHouse::named("bot"));
  house.engine.heal();
  EXPECT_EQ(house.count("agent_ownership"), 1) << "the row was there before";
  EXPECT_EQ(house.count("mcp_api_keys"), 0);
  EXPECT_EQ(house.keys.size(), 0U);
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_EQ(house.keys.size(), 1U);
}

TEST_F(CreationTest, PermissionsOfNeighboursFollowAtOnce) {
  const auto permitted_by = [&](const std::string& name) {
    const auto held = house.house.held_by(1);
    return held->find(name)->agent->metadata->permitted_by;
  };
  using Names = std::vector<std::string>;
  house.create(AgentHouse::ann(), AgentHouse::named("one"));
  house.create(AgentHouse::ann(), AgentHouse::named("two"));
  house.create(AgentHouse::bob(), AgentHouse::named("other"));
  EXPECT_EQ(permitted_by("one"), Names{"two"});
  EXPECT_EQ(permitted_by("two"), Names{"one"});
  EXPECT_EQ(permitted_by("other"), Names{});
  house.engine.trouble("start", {.fault = Fault::failed});
  refused(AgentHouse::named("three"));
  house.engine.heal();
  EXPECT_EQ(permitted_by("one"), Names{"two"}) << "undone";
  house.run(house.service.remove(house.call, AgentHouse::ann(), "two"));
  EXPECT_EQ(permitted_by("one"), Names{}) << "a later agent of that name must not inherit";
}

TEST_F(CreationTest, IsToldOnceAsARunningAgent) {
  house.house.forget_changes();
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.create(AgentHouse::bob(), AgentHouse::named("after"));
  ASSERT_TRUE(house.house.becomes("after", "running"));
  std::vector<fleet::Change> told;
  for (const auto& change : house.house.changes()) {
    if (change.name == "bot") told.push_back(change);
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, fleet::Change::Kind::created);
  EXPECT_EQ(told[0].after->status, "running");
  EXPECT_EQ(told[0].after->metadata->owner_id, 7);
}

TEST_F(CreationTest, TwoAgentsNeverShareAPort) {
  const auto one = house.create(AgentHouse::ann(), AgentHouse::named("one"));
  const auto two = house.create(AgentHouse::bob(), AgentHouse::named("two"));
  EXPECT_GT(one->port, 0);
  EXPECT_NE(one->port, two->port);
  auto wanted = AgentHouse::named("three");
  wanted.port = one->port;
  EXPECT_EQ(refused(wanted).kind, ErrorKind::bad_request);
  expect_nothing_left("three");
}

struct Failure {
  const char* call;
  Trouble trouble;
  ErrorKind kind;
};

TEST_F(CreationTest, EveryFailureLeavesNothing) {
  house.create(AgentHouse::ann(), AgentHouse::named("older"));
  const std::vector<Failure> failures{
      {"image", {.fault = Fault::failed}, ErrorKind::internal},
      {"image", {.fault = Fault::unreachable}, ErrorKind::unavailable},
      {"network", {.fault = Fault::failed}, ErrorKind::internal},
      {"volume", {.fault = Fault::failed}, ErrorKind::internal},
      {"create_volume", {.fault = Fault::failed}, ErrorKind::internal},
      {"create_volume", {.fault = Fault::failed, .container = "agent-bot-data"}, ErrorKind::internal},
      {"create_volume", {.fault = Fault::timeout, .after = true}, ErrorKind::unavailable},
      {"create", {.fault = Fault::failed}, ErrorKind::internal},
      {"create", {.fault = Fault::bad_request}, ErrorKind::internal},
      {"create", {.fault = Fault::timeout, .after = true}, ErrorKind::unavailable},
      {"create", {.hang = true}, ErrorKind::unavailable},
      {"upload", {.fault = Fault::failed}, ErrorKind::internal},
      {"start", {.fault = Fault::failed}, ErrorKind::internal},
      {"start", {.fault = Fault::timeout, .after = true}, ErrorKind::unavailable},
      {"start", {.hang = true}, ErrorKind::unavailable},
  };
  for (const auto& failure : failures) {
    SCOPED_TRACE(std::string(failure.call) + (failure.trouble.after  ? ", answer lost"
                                              : failure.trouble.hang ? ", hangs"
                                                                     : ""));
    house.engine.trouble(failure.call, failure.trouble);
    const auto refusal = refused(AgentHouse::named("bot"));
    house.engine.heal();
    EXPECT_EQ(refusal.kind, failure.kind) << refusal.text;
    EXPECT_EQ(refusal.text.find("own words"), std::string::npos) << "the engine's text is for the log";
    expect_nothing_left("bot");
    EXPECT_TRUE(house.shown("older"));
    ASSERT_TRUE(eventually([&] { return house.house.newest()->engine.reachable; }));
  }
  EXPECT_EQ(house.create(AgentHouse::ann(), AgentHouse::named("bot"))->status, "running") << "the name is free again";
}

TEST_F(CreationTest, ALastLookThatFailsTakesEverythingBack) {
  // The fleet asks too, so only the answers after the start are made to fail.
  house.engine.trouble("inspect", {.fault = Fault::failed});
  EXPECT_EQ(refused(AgentHouse::named("bot")).kind, ErrorKind::internal);
  house.engine.heal();
  expect_nothing_left("bot");
}

TEST_F(CreationTest, AFailedStepBackDoesNotStopTheOthers) {
  house.engine.trouble("start", {.fault = Fault::failed});
  house.engine.trouble("remove", {.fault = Fault::failed, .times = 1});
  refused(AgentHouse::named("bot"));
  house.engine.heal();
  EXPECT_TRUE(house.engine.container("agent-bot")) << "this one could not be taken away";
  EXPECT_FALSE(house.engine.volume_names().contains("agent-bot-workspace"));
  EXPECT_EQ(house.count("agent_ownership"), 0);
}

TEST_F(CreationTest, AMissingImageIsPulled) {
  house.engine.forget_image("trinity-agent-base:latest");
  EXPECT_EQ(house.create(AgentHouse::ann(), AgentHouse::named("bot"))->status, "running");
  EXPECT_EQ(house.engine.calls("pull"), 1);
}

TEST_F(CreationTest, AnImageThatCannotBePulledIsNamed) {
  house.engine.forget_image("trinity-agent-base:latest");
  house.engine.trouble("pull", {.fault = Fault::failed});
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.kind, ErrorKind::internal);
  EXPECT_NE(refusal.text.find("trinity-agent-base:latest"), std::string::npos);
  house.engine.heal();
  expect_nothing_left("bot");
}

TEST_F(CreationTest, AMissingNetworkIsMade) {
  test::run_on(house.house.io[0], house.engine.remove_network(house.call, "trinity-agent-network"));
  house.engine.trouble("create_network", {.fault = Fault::failed, .times = 1});  // the subnet overlaps
  EXPECT_EQ(house.create(AgentHouse::ann(), AgentHouse::named("bot"))->status, "running");
  EXPECT_EQ(house.engine.calls("create_network"), 2);
}

TEST_F(CreationTest, ADeadEngineIsSaidAtOnce) {
  house.engine.down(true);
  ASSERT_TRUE(eventually([&] { return !house.house.held_by(0)->engine.reachable; }));
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.kind, ErrorKind::unavailable);
  EXPECT_EQ(refusal.text, "Docker not available - cannot create agents in demo mode");
  EXPECT_EQ(house.count("agent_ownership"), 0);
}

TEST_F(CreationTest, ANameIsTakenOnlyOnce) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  for (const auto* again : {"bot", "BOT", "Bot!"}) {
    const auto refusal = refused(AgentHouse::named(again), AgentHouse::bob());
    EXPECT_EQ(refusal.kind, ErrorKind::bad_request);
    EXPECT_EQ(refusal.text, "Agent already exists") << again;
  }
  EXPECT_EQ(house.count("agent_ownership", "owner_id = 7"), 1);
}

TEST_F(CreationTest, AContainerOfAnotherInstallationKeepsItsName) {
  house.engine.add("bot", "running", {{"trinity.instance", "another"}});
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.kind, ErrorKind::bad_request);
  EXPECT_TRUE(refusal.text.starts_with("Agent already exists")) << refusal.text;
  EXPECT_NE(refusal.text.find("belongs to another installation"), std::string::npos) << refusal.text;
  EXPECT_EQ(house.engine.container("agent-bot")->labels.at("trinity.instance"), "another");
  EXPECT_EQ(house.engine.container("agent-bot")->state, "running");
  EXPECT_EQ(house.count("agent_ownership"), 0);
  EXPECT_TRUE(house.engine.volume_names().empty());
}

TEST_F(CreationTest, ANameOfAnEarlierDeploymentIsExplained) {
  engine::ContainerDetail old;
  old.id = std::string(64, 'e');
  old.name = "agent-bot";
  old.state = "running";
  old.labels = {{"trinity.platform", "agent"}, {"trinity.agent-name", "bot"}};
  house.engine.add(old);
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.kind, ErrorKind::bad_request);
  EXPECT_TRUE(refusal.text.starts_with("Agent already exists")) << refusal.text;
  EXPECT_NE(refusal.text.find("adopt"), std::string::npos) << refusal.text;
  EXPECT_TRUE(house.engine.container("agent-bot"));
}

TEST_F(CreationTest, ANetworkOfAnotherInstallationIsNotUsed) {
  test::run_on(house.house.io[0], house.engine.remove_network(house.call, "trinity-agent-network"));
  test::run_on(house.house.io[0],
               house.engine.create_network(house.call, "trinity-agent-network", "", {{"trinity.instance", "another"}}));
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.kind, ErrorKind::internal);
  EXPECT_NE(refusal.text.find("belongs to another installation"), std::string::npos) << refusal.text;
  EXPECT_EQ(house.count("agent_ownership"), 0);
  EXPECT_TRUE(house.engine.volume_names().empty());
}

TEST_F(CreationTest, AVolumeOfAnotherInstallationIsNotUsed) {
  house.engine.add_volume("agent-bot-workspace", {{"trinity.instance", "another"}});
  EXPECT_EQ(refused(AgentHouse::named("bot")).kind, ErrorKind::bad_request);
  EXPECT_EQ(house.engine.volume_names(), std::set<std::string>{"agent-bot-workspace"});
  EXPECT_FALSE(house.engine.container("agent-bot"));
}

TEST_F(CreationTest, AnOldVolumeIsUsedAgainAndSurvivesAFailure) {
  house.engine.add_volume("agent-bot-workspace", {{"trinity.instance", "0123456789abcdef"}});
  house.engine.trouble("start", {.fault = Fault::failed});
  refused(AgentHouse::named("bot"));
  house.engine.heal();
  EXPECT_EQ(house.engine.volume_names(), std::set<std::string>{"agent-bot-workspace"}) << "it was there before";
  EXPECT_EQ(house.create(AgentHouse::ann(), AgentHouse::named("bot"))->status, "running");
}

TEST_F(CreationTest, TheRowOfSomebodyElseIsRespected) {
  house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 8, 't')");
  EXPECT_EQ(refused(AgentHouse::named("bot")).text, "Agent already exists");
  EXPECT_EQ(house.count("agent_ownership", "agent_name = 'bot' AND owner_id = 8"), 1);
  EXPECT_TRUE(house.engine.volume_names().empty());
}

TEST_F(CreationTest, AnOwnersOldRowIsTakenOverAndSurvivesAFailure) {
  house.execute(
      "INSERT INTO agent_ownership (agent_name, owner_id, created_at, autonomy_enabled) VALUES ('bot', 7, 't', 1)");
  house.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
      "'bob@example.org', 7, 't')");
  house.engine.trouble("start", {.fault = Fault::failed});
  refused(AgentHouse::named("bot"));
  house.engine.heal();
  EXPECT_EQ(house.count("agent_ownership", "agent_name = 'bot'"), 1) << "a failure must not cost what was there before";
  EXPECT_EQ(house.count("agent_sharing"), 1);
  const auto by_hand = house.engine.add("bot");
  ASSERT_TRUE(house.house.becomes("bot", "running"));
  const auto known = house.house.newest()->find("bot")->agent->metadata;
  EXPECT_TRUE(known && known->owner_id == 7) << "what the fleet shows must not lose it either";
  house.engine.destroy(by_hand);
  ASSERT_TRUE(eventually([&] { return !house.shown("bot"); }));
  const auto agent = house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_TRUE(agent->metadata->autonomy_enabled);
  EXPECT_EQ(agent->metadata->shared_with, std::vector<std::string>{"bob@example.org"});
}

TEST_F(CreationTest, OfTwoAtOnceExactlyOneWins) {
  house.engine.trouble("create", {.delay = 20ms});
  for (int round = 0; round < 5; ++round) {
    const auto name = "bot" + std::to_string(round);
    auto first =
        asio::co_spawn(house.house.io[0], house.service.create(house.call, AgentHouse::ann(), AgentHouse::named(name)),
                       asio::use_future);
    auto second =
        asio::co_spawn(house.house.io[1], house.service.create(house.call, AgentHouse::bob(), AgentHouse::named(name)),
                       asio::use_future);
    int won = 0;
    for (auto* one : {&first, &second}) {
      ASSERT_EQ(one->wait_for(30s), std::future_status::ready);
      try {
        one->get();
        ++won;
      } catch (const BadRequest& e) {
        EXPECT_STREQ(e.what(), "Agent already exists");
      }
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(house.count("agent_ownership", "agent_name = '" + name + "'"), 1);
    EXPECT_TRUE(house.engine.container("agent-" + name));
  }
}

TEST_F(CreationTest, ManyAtOnceGetPortsOfTheirOwn) {
  std::vector<std::future<fleet::AgentPtr>> made;
  for (std::size_t i = 0; i < 12; ++i) {
    made.push_back(asio::co_spawn(
        house.house.io[i % 3],
        house.service.create(house.call, AgentHouse::ann(), AgentHouse::named("bot" + std::to_string(i))),
        asio::use_future));
  }
  std::set<std::int64_t> ports;
  for (auto& one : made) {
    ASSERT_EQ(one.wait_for(30s), std::future_status::ready);
    ports.insert(one.get()->port);
  }
  EXPECT_EQ(ports.size(), 12U);
}

TEST_F(CreationTest, BadValuesAreRefusedBeforeAnythingIsMade) {
  struct Bad {
    const char* what;
    std::function<void(CreateRequest&)> change;
    const char* in_text;
  };
  const std::vector<Bad> cases{
      {"no name", [](auto& r) { r.name = "!!!"; }, "at least one alphanumeric"},
      {"long name", [](auto& r) { r.name = std::string(51, 'a'); }, "50"},
      {"reserved name", [](auto& r) { r.name = "deploy-local"; }, "reserved"},
      {"system agent", [](auto& r) { r.name = "Trinity-System"; }, "reserved"},
      {"foreign image", [](auto& r) { r.base_image = "alpine:latest"; }, "base_image"},
      {"image with a longer name", [](auto& r) { r.base_image = "trinity-agent-base-evil:latest"; }, "base_image"},
      {"image of a registry", [](auto& r) { r.base_image = "evil.example/trinity-agent-base:latest"; }, "base_image"},
      {"memory", [](auto& r) { r.resources = boost::json::object{{"memory", "lots"}}; }, "resources.memory"},
      {"cpu", [](auto& r) { r.resources = boost::json::object{{"cpu", "-1"}}; }, "resources.cpu"},
      {"cpu of a wrong type", [](auto& r) { r.resources = boost::json::object{{"cpu", true}}; }, "resources.cpu"},
      {"type", [](auto& r) { r.type = "a b\n"; }, "type"},
      {"empty type", [](auto& r) { r.type = ""; }, "type"},
      {"runtime", [](auto& r) { r.runtime = "x y"; }, "runtime"},
      {"model", [](auto& r) { r.runtime_model = "--evil"; }, "runtime_model"},
      {"port of the system", [](auto& r) { r.port = 22; }, "port"},
      {"GitHub without owner", [](auto& r) { r.template_ = "github:repo"; }, "github:owner/repo"},
      {"a path as template", [](auto& r) { r.template_ = "local:../../etc"; }, "template"},
      {"a long template", [](auto& r) { r.template_ = std::string(301, 'x'); }, "template"},
      {"many tools", [](auto& r) { r.tools = std::vector<std::string>(201, "t"); }, "tools"},
      {"many servers", [](auto& r) { r.mcp_servers = std::vector<std::string>(201, "t"); }, "mcp_servers"},
      {"long instructions", [](auto& r) { r.custom_instructions = std::string(200'000, 'x'); }, "custom_instructions"},
  };
  const auto engine_calls = house.engine.calls("create");
  for (const auto& one : cases) {
    auto request = AgentHouse::named("bot");
    one.change(request);
    const auto refusal = refused(std::move(request));
    EXPECT_EQ(refusal.kind, ErrorKind::bad_request) << one.what;
    EXPECT_NE(refusal.text.find(one.in_text), std::string::npos) << one.what << ": " << refusal.text;
  }
  EXPECT_EQ(house.engine.calls("create"), engine_calls);
  expect_nothing_left("bot");
}

TEST_F(CreationTest, TagsComeWithTheAgent) {
  auto request = AgentHouse::named("bot");
  request.tags = boost::json::array{"Prod", "billing", "prod"};
  const auto agent = house.create(AgentHouse::ann(), std::move(request));
  EXPECT_EQ(agent->metadata->tags, (std::vector<std::string>{"billing", "prod"}));
  auto plain = AgentHouse::named("plain");
  plain.tags = boost::json::value(nullptr);
  EXPECT_TRUE(house.create(AgentHouse::ann(), std::move(plain))->metadata->tags.empty());
  auto bad = AgentHouse::named("bad");
  bad.tags = boost::json::array{"a b"};
  EXPECT_EQ(refused(std::move(bad)).kind, ErrorKind::unprocessable);
  expect_nothing_left("bad");
}

TEST_F(CreationTest, ATemplateOverridesTheRequest) {
  const auto directory = house.dir.path() / "templates" / "demo";
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "template.yaml")
      << "type: counter\nresources: {cpu: 0.5, memory: 512m}\nruntime: {type: command}\n";
  auto request = AgentHouse::named("bot");
  request.type = "other";
  request.resources = boost::json::object{{"cpu", "8"}, {"memory", "8g"}};
  request.template_ = "local:demo";
  const auto agent = house.create(AgentHouse::ann(), std::move(request));
  EXPECT_EQ(agent->type, "counter");
  EXPECT_EQ(agent->cpu, "0.5");
  EXPECT_EQ(agent->memory, "512m");
  EXPECT_EQ(agent->runtime, "command");
  EXPECT_EQ(agent->template_id, "local:demo");
  EXPECT_TRUE(test::read_tar(house.engine.uploaded("agent-bot")).contains("template/template.yaml"));
}

TEST_F(CreationTest, ATemplateThatIsMissingIsNoError) {
  auto request = AgentHouse::named("bot");
  request.template_ = "local:nothing";
  EXPECT_EQ(house.create(AgentHouse::ann(), std::move(request))->template_id, "local:nothing");
}

/// A repository whose server does not answer is no reason to refuse: the agent brings it itself.
TEST_F(CreationTest, ARepositoryIsKeptInARowAndShown) {
  house.tokens.platform_token = "ghp_platform";
  auto request = AgentHouse::named("bot");
  request.template_ = "github:acme/agent@trunk";
  auto agent = house.create(AgentHouse::admin(), std::move(request));
  EXPECT_EQ(agent->template_id, "github:acme/agent@trunk");
  EXPECT_EQ(agent->metadata->github_repo, "acme/agent");
  EXPECT_EQ(house.count("agent_git_config",
                        "agent_name = 'bot' AND github_repo = 'acme/agent' AND working_branch = 'trunk' AND "
                        "source_branch = 'trunk' AND source_mode = 1 AND length(instance_id) = 8"),
            1);
  auto spec = house.engine.spec("agent-bot");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->env.at("GITHUB_REPO"), "acme/agent");
  EXPECT_EQ(spec->env.at("GITHUB_PAT"), "ghp_platform");
  EXPECT_EQ(spec->env.at("GIT_BASE_URL"), "http://127.50.0.8:9");
  EXPECT_EQ(spec->env.at("GIT_SOURCE_BRANCH"), "trunk");

  request = AgentHouse::named("two");
  request.template_ = "github:acme/agent";
  request.source_mode = false;
  agent = house.create(AgentHouse::ann(), std::move(request));
  spec = house.engine.spec("agent-two");
  ASSERT_TRUE(spec);
  EXPECT_FALSE(spec->env.contains("GITHUB_PAT")) << "the platform's token is for administrators";
  EXPECT_EQ(spec->env.at("GIT_REPOSITORY_URL"), "http://127.50.0.8:9/acme/agent.git");
  EXPECT_TRUE(spec->env.at("GIT_WORKING_BRANCH").starts_with("trinity/two/"));
  EXPECT_EQ(house.count("agent_git_config",
                        "agent_name = 'two' AND source_mode = 0 AND working_branch = "
                        "'trinity/two/' || instance_id"),
            1);
  house.run(house.service.remove(house.call, AgentHouse::admin(), "two"));
  EXPECT_EQ(house.count("agent_git_config", "agent_name = 'two'"), 0);
}

TEST_F(CreationTest, ARepositoryThatIsNotAllowedLeavesNothing) {
  house.tokens.platform_token = "ghp_platform";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"git:https://evil.example/a", "not allowed on this server"},
      {"git:https://u:p@evil.example/a", "user name or a password"},
      {"git:file:///etc", "not allowed on this server"},
      {"git:file://" + (house.dir / "repositories").string() + "/none", "There is no repository"}};
  for (const auto& [id, in_text] : cases) {
    auto request = AgentHouse::named("bot");
    request.template_ = id;
    const auto refusal = refused(std::move(request));
    EXPECT_EQ(refusal.kind, ErrorKind::bad_request) << id;
    EXPECT_NE(refusal.text.find(in_text), std::string::npos) << id << ": " << refusal.text;
  }
  expect_nothing_left("bot");
  EXPECT_EQ(house.count("agent_git_config"), 0);
}

TEST_F(CreationTest, AFailureTakesTheRepositorysRowAlong) {
  house.tokens.platform_token = "ghp_platform";
  house.engine.trouble("start", {.fault = Fault::failed});
  auto request = AgentHouse::named("bot");
  request.template_ = "github:acme/agent";
  EXPECT_EQ(refused(std::move(request)).kind, ErrorKind::internal);
  expect_nothing_left("bot");
  EXPECT_EQ(house.count("agent_git_config"), 0);
}

TEST_F(CreationTest, APortThatAnotherServerTookIsSteppedOver) {
  house.engine.trouble("start", {.fault = engine::Fault::port_taken, .times = 2});
  const auto agent = house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  EXPECT_EQ(house.engine.calls("create"), 3);
  EXPECT_EQ(house.engine.container_names(), std::vector<std::string>{"agent-bot"});
  EXPECT_EQ(house.engine.container("agent-bot")->state, "running");
  EXPECT_EQ(house.engine.spec("agent-bot")->ports.at(0).host, agent->port);
  EXPECT_EQ(house.engine.container("agent-bot")->labels.at("trinity.ssh-port"), std::to_string(agent->port));
  EXPECT_FALSE(house.engine.uploaded("agent-bot").empty());
  EXPECT_EQ(house.count("trinity_cleanup"), 0);
  // The ports that were taken are not tried again for the same agent.
  const auto first = house.create(AgentHouse::ann(), AgentHouse::named("next"))->port;
  EXPECT_GT(first, agent->port);
}

TEST_F(CreationTest, LookingForAPortEnds) {
  house.engine.trouble("start", {.fault = engine::Fault::port_taken});
  const auto refusal = refused(AgentHouse::named("bot"));
  EXPECT_EQ(refusal.text, "No free SSH port on this host");
  EXPECT_EQ(house.engine.calls("start"), 10);
  expect_nothing_left("bot");
}

TEST_F(CreationTest, APortThatSomebodyNamedIsNotChanged) {
  house.engine.trouble("start", {.fault = engine::Fault::port_taken});
  auto request = AgentHouse::named("bot");
  // Below those that the system gives to connections of its own accord.
  request.port = 31'990;
  const auto refusal = refused(request);
  EXPECT_EQ(refusal.kind, ErrorKind::bad_request);
  EXPECT_EQ(refusal.text, "port 31990 is in use");
  EXPECT_EQ(house.engine.calls("start"), 1);
  expect_nothing_left("bot");
}

}  // namespace
}  // namespace trinity::agents
