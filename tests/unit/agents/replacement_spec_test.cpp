#include "agents/replacement_spec.h"

#include <gtest/gtest.h>

#include "fleet/types.h"

namespace trinity::agents {
namespace {

namespace label = fleet::label;

/// As an earlier deployment made it: host paths beside volumes, no period and quota, no limit of processes.
engine::Description old_one() {
  engine::Description old;
  old.image_id = "sha256:1";
  old.spec.image = "trinity-agent-base:latest";
  old.spec.hostname = "agent-bot";
  old.spec.env = {{"ANTHROPIC_API_KEY", "sk-old"}, {"PATH", "/bin"}, {"GITHUB_PAT", "secret"}};
  old.spec.labels = {{label::agent_name, "bot"},   {label::ssh_port, "2290"},   {label::cpu, "2"},
                     {label::memory, "4g"},        {label::key_nonce, "nonce"}, {"of.others", "kept"},
                     {label::instance, "instance"}};
  old.spec.network = "trinity-agent-network";
  old.spec.volumes = {{"agent-bot-workspace", "/home/developer", false}};
  old.spec.binds = {{"/tmp/agent-bot.yaml", "/config/agent-config.yaml", true}};
  old.spec.ports = {{22, 2290, "127.0.0.1"}};
  old.spec.memory = 4LL << 30;
  old.spec.restart_policy = "no";
  return old;
}

TEST(ReplacementSpec, KeepsWhatTheSettingsDoNotConcern) {
  const auto old = old_one();
  const auto spec = replacement_spec(old, {"8g", "4", "sk-new", true}, "trinity-agent-base:latest", false);
  EXPECT_EQ(spec.image, old.spec.image);
  EXPECT_EQ(spec.hostname, "agent-bot");
  EXPECT_EQ(spec.env, (std::map<std::string, std::string>{
                          {"ANTHROPIC_API_KEY", "sk-new"}, {"PATH", "/bin"}, {"GITHUB_PAT", "secret"}}));
  EXPECT_EQ(spec.network, "trinity-agent-network");
  EXPECT_EQ(spec.restart_policy, "no");
  ASSERT_EQ(spec.volumes.size(), 1U);
  EXPECT_EQ(spec.volumes[0].volume, "agent-bot-workspace");
  ASSERT_EQ(spec.binds.size(), 1U);
  EXPECT_TRUE(spec.binds[0].read_only);
  ASSERT_EQ(spec.ports.size(), 1U);
  EXPECT_EQ(spec.ports[0].host, 2290);
  EXPECT_EQ(spec.ports[0].address, "127.0.0.1");
  auto labels = old.spec.labels;
  labels[label::cpu] = "4";
  labels[label::memory] = "8g";
  labels[label::full_capabilities] = "true";
  EXPECT_EQ(spec.labels, labels);
}

TEST(ReplacementSpec, EnforcesTheLimits) {
  const auto spec = replacement_spec(old_one(), {"8g", "0.5", "", true}, "i", false);
  EXPECT_EQ(spec.memory, 8LL << 30);
  EXPECT_EQ(spec.cpu_period, 100'000);
  EXPECT_EQ(spec.cpu_quota, 50'000);
  EXPECT_EQ(spec.pids_limit, 4096);
}

TEST(ReplacementSpec, TakesTheModelKeyOut) {
  EXPECT_FALSE(replacement_spec(old_one(), {"4g", "2", "", true}, "i", false).env.contains("ANTHROPIC_API_KEY"));
}

TEST(ReplacementSpec, ChangesTheRightsWithTheMode) {
  const auto restricted = replacement_spec(old_one(), {"4g", "2", "", false}, "i", false);
  EXPECT_EQ(restricted.cap_drop, std::vector<std::string>{"ALL"});
  EXPECT_EQ(restricted.cap_add.size(), 6U);
  EXPECT_EQ(restricted.tmpfs.at("/tmp"), "noexec,nosuid,size=100m");
  EXPECT_EQ(restricted.labels.at(label::full_capabilities), "false");
  const auto full = replacement_spec({restricted, "sha256:1"}, {"4g", "2", "", true}, "i", false);
  EXPECT_TRUE(full.cap_drop.empty() && full.cap_add.empty() && full.security_opt.empty());
  EXPECT_EQ(full.tmpfs.at("/tmp"), "exec,size=100m");
}

TEST(ReplacementSpec, TheSystemAgentKeepsItsRights) {
  auto old = old_one();
  old.spec.cap_add = {"NET_ADMIN"};
  const auto spec = replacement_spec(old, {"4g", "2", "", false}, "i", true);
  EXPECT_EQ(spec.cap_add, std::vector<std::string>{"NET_ADMIN"});
  EXPECT_TRUE(spec.cap_drop.empty() && spec.tmpfs.empty());
  EXPECT_FALSE(spec.labels.contains(label::full_capabilities));
}

TEST(ReplacementSpec, FilesThatAreMountedNeedNoCopy) {
  const auto paths = [](const engine::ContainerSpec& spec) {
    std::vector<std::string> all;
    for (const auto& files : files_to_copy(spec)) all.push_back(files.path);
    return all;
  };
  EXPECT_EQ(paths({}), (std::vector<std::string>{"/etc/trinity", "/config", "/template"}));
  EXPECT_EQ(paths(old_one().spec), (std::vector<std::string>{"/etc/trinity", "/template"}));
}

TEST(ReplacementSpec, TheNameSaysWhatItIsAndNoScriptTakesItForAnAgent) {
  const auto name = replacement_name("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(name, "trinity-replacement-0123456789ab");
  EXPECT_EQ(name.find("agent-"), std::string::npos);
}

}  // namespace
}  // namespace trinity::agents
