#include "agents/wanted.h"

#include <gtest/gtest.h>

#include "engine/types.h"

namespace trinity::agents {
namespace {

using fleet::ChosenBy;

fleet::Agent agent_with(fleet::Metadata metadata = {}) {
  fleet::Agent agent;
  agent.name = "bot";
  agent.cpu = "2";
  agent.memory = "4g";
  agent.full_capabilities = true;
  agent.model_key = engine::key_digest("sk-platform");
  agent.metadata = std::move(metadata);
  return agent;
}

settings::Values values_of(std::map<std::string, std::string, std::less<>> values) {
  return settings::Values(std::move(values));
}

const std::map<std::string, std::string> own{{"ANTHROPIC_API_KEY", "sk-platform"}};

Difference differences(const fleet::Agent& agent, const settings::Values& values = {}) {
  return difference(agent, wanted_of(agent, values, own));
}

TEST(Wanted, AContainerAsItShallBeDiffersInNothing) {
  EXPECT_FALSE(differences(agent_with()).any());
  auto orphan = agent_with();
  orphan.metadata.reset();
  EXPECT_FALSE(differences(orphan).any());
}

TEST(Wanted, AnOverrideDiffersFromItsLabelOnly) {
  fleet::Metadata metadata;
  metadata.memory_limit = "8g";
  EXPECT_TRUE(differences(agent_with(metadata)).limits);
  metadata.memory_limit = "4g";
  EXPECT_FALSE(differences(agent_with(metadata)).any());
  metadata.cpu_limit = "4";
  EXPECT_TRUE(differences(agent_with(metadata)).limits);
}

TEST(Wanted, MissingLabelsCountAsTheDefaults) {
  fleet::Metadata metadata;
  metadata.memory_limit = "4g";
  metadata.cpu_limit = "2";
  auto agent = agent_with(metadata);
  agent.cpu.clear();
  agent.memory.clear();
  EXPECT_FALSE(differences(agent).any());
  EXPECT_EQ(wanted_of(agent, {}, own).memory, "4g");
}

TEST(Wanted, AClearedOverrideLeavesTheContainerAsItIs) {
  auto agent = agent_with();
  agent.memory = "16g";
  EXPECT_FALSE(differences(agent).any());
  EXPECT_EQ(wanted_of(agent, {}, own).memory, "16g");
}

TEST(Wanted, AnOverrideThatIsNoSizeIsLeftAside) {
  fleet::Metadata metadata;
  metadata.memory_limit = "plenty";
  metadata.cpu_limit = "-1";
  EXPECT_FALSE(differences(agent_with(metadata)).any());
}

TEST(Wanted, TheModelKeyIsThePlatformsOrNone) {
  const auto newer = values_of({{"anthropic_api_key", "sk-newer"}});
  EXPECT_TRUE(differences(agent_with(), newer).model_key);
  EXPECT_FALSE(differences(agent_with(), values_of({{"anthropic_api_key", ""}})).any());
  fleet::Metadata metadata;
  metadata.use_platform_api_key = false;
  auto agent = agent_with(metadata);
  EXPECT_TRUE(differences(agent).model_key);
  EXPECT_EQ(wanted_of(agent, {}, own).model_key, "");
  agent.model_key = 0;
  EXPECT_FALSE(differences(agent).any());
  agent.model_key.reset();  // not told yet
  EXPECT_FALSE(differences(agent, newer).any());
}

TEST(Wanted, TheCapabilityModeIsTheStricterOfTheTwoUnlessAnAdministratorSaysOtherwise) {
  const struct {
    ChosenBy by;
    bool flag, system_wide, full;
  } rows[] = {
      {ChosenBy::nobody, false, true, true},         {ChosenBy::nobody, false, false, false},
      {ChosenBy::nobody, true, false, false},        {ChosenBy::owner, true, true, true},
      {ChosenBy::owner, false, true, false},         {ChosenBy::owner, true, false, false},
      {ChosenBy::owner, false, false, false},        {ChosenBy::administrator, true, false, true},
      {ChosenBy::administrator, false, true, false}, {ChosenBy::administrator, true, true, true},
  };
  for (const auto& row : rows) {
    fleet::Metadata metadata;
    metadata.capabilities_by = row.by;
    metadata.full_capabilities = row.flag;
    const auto agent = agent_with(metadata);
    EXPECT_EQ(wants_full_capabilities(agent, row.system_wide), row.full)
        << static_cast<int>(row.by) << row.flag << row.system_wide;
    const auto values = values_of({{"agent_full_capabilities", row.system_wide ? "true" : "false"}});
    EXPECT_EQ(differences(agent, values).capabilities, !row.full);
  }
}

TEST(Wanted, TheSystemAgentKeepsItsCapabilities) {
  auto agent = agent_with();
  agent.full_capabilities = false;
  EXPECT_TRUE(differences(agent).capabilities);
  agent.is_system = true;
  EXPECT_FALSE(differences(agent).any());
}

}  // namespace
}  // namespace trinity::agents
