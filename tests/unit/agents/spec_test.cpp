#include "agents/spec.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "base/amounts.h"
#include "unit/agents/tar.h"
#include "unit/db/temp_dir.h"

namespace trinity::agents {
namespace {

Plan plan() {
  Plan made;
  made.name = "research-bot";
  made.owner_id = 7;
  made.owner = "ann";
  made.image = "trinity-agent-base:latest";
  made.cpu = "1.5";
  made.memory = "2g";
  made.cpu_quota = *parse_cpu_quota(made.cpu);
  made.memory_bytes = *parse_memory(made.memory);
  made.template_id = "local:demo";
  made.runtime = "gemini-cli";
  made.runtime_model = "gemini-pro";
  made.ssh_port = 2223;
  made.key_nonce = "00ff";
  made.api_key = "trinity_mcp_secret";
  made.platform_env = {{"ANTHROPIC_API_KEY", "sk-secret"}};
  return made;
}

Placement placement() {
  Placement made;
  made.instance = "0123456789abcdef";
  made.image_version = "0.1.0";
  return made;
}

const Time created = *parse_time("2026-01-13T10:15:30.123456Z");

PlanRepository repository() {
  PlanRepository made;
  made.name = "acme/agent";
  made.token = "ghp_secret";
  made.source_branch = "main";
  made.working_branch = "main";
  made.instance_id = "0a1b2c3d";
  return made;
}

/// The variables about the repository: NAME=value, sorted.
std::vector<std::string> repository_variables(const PlanRepository& from) {
  auto of = plan();
  of.repository = from;
  std::vector<std::string> made;
  for (const auto& [name, value] : container_spec(of, placement(), created).env) {
    if (name.starts_with("GIT")) made.push_back(name + "=" + value);
  }
  return made;
}

using Lines = std::vector<std::string>;

TEST(ContainerSpec, ARepositoryOfGitHubIsKnownByItsName) {
  auto from = repository();
  EXPECT_EQ(repository_variables(from),
            (Lines{"GITHUB_PAT=ghp_secret", "GITHUB_REPO=acme/agent", "GIT_SOURCE_BRANCH=main", "GIT_SOURCE_MODE=true",
                   "GIT_SYNC_ENABLED=true"}));
  from.base = "http://10.0.0.1:3000";
  from.source_mode = false;
  from.working_branch = "trinity/research-bot/0a1b2c3d";
  EXPECT_EQ(repository_variables(from),
            (Lines{"GITHUB_PAT=ghp_secret", "GITHUB_REPO=acme/agent", "GIT_BASE_URL=http://10.0.0.1:3000",
                   "GIT_SYNC_ENABLED=true", "GIT_WORKING_BRANCH=trinity/research-bot/0a1b2c3d"}));
}

/// Its token never has the name of GitHub's.
TEST(ContainerSpec, AnotherRepositoryIsKnownByItsAddress) {
  auto from = repository();
  from.name = "git.example.com/team/agent";
  from.url = "https://git.example.com/team/agent";
  from.source_mode = false;
  from.source_named = true;
  from.source_branch = "trunk";
  from.working_branch = "trinity/research-bot/0a1b2c3d";
  EXPECT_EQ(repository_variables(from),
            (Lines{"GITHUB_REPO=git.example.com/team/agent", "GIT_REPOSITORY_TOKEN=ghp_secret",
                   "GIT_REPOSITORY_URL=https://git.example.com/team/agent", "GIT_SOURCE_BRANCH=trunk",
                   "GIT_SYNC_ENABLED=true", "GIT_WORKING_BRANCH=trinity/research-bot/0a1b2c3d"}));
  from.token.clear();
  for (const auto& line : repository_variables(from)) EXPECT_EQ(line.find("TOKEN"), std::string::npos) << line;
}

TEST(ContainerSpec, AFolderIsMountedToBeReadOnly) {
  auto of = plan();
  EXPECT_TRUE(container_spec(of, placement(), created).binds.empty());
  of.repository = repository();
  of.repository->folder = "/srv/git/team/agent.git";
  const auto spec = container_spec(of, placement(), created);
  ASSERT_EQ(spec.binds.size(), 1U);
  EXPECT_EQ(spec.binds[0].source, "/srv/git/team/agent.git");
  EXPECT_EQ(spec.binds[0].path, "/repository/agent.git");
  EXPECT_TRUE(spec.binds[0].read_only);
}

TEST(ContainerSpec, HasTheContractsLabels) {
  const engine::Labels wanted{{"trinity.platform", "agent"},
                              {"trinity.agent-name", "research-bot"},
                              {"trinity.agent-type", "business-assistant"},
                              {"trinity.ssh-port", "2223"},
                              {"trinity.cpu", "1.5"},
                              {"trinity.memory", "2g"},
                              {"trinity.created", "2026-01-13T10:15:30.123456"},
                              {"trinity.template", "local:demo"},
                              {"trinity.agent-runtime", "gemini-cli"},
                              {"trinity.full-capabilities", "true"},
                              {"trinity.base-image-version", "0.1.0"},
                              {"trinity.instance", "0123456789abcdef"},
                              {"trinity.key-nonce", "00ff"}};
  EXPECT_EQ(container_spec(plan(), placement(), created).labels, wanted);
}

TEST(ContainerSpec, HasTheContractsEnvironment) {
  const std::map<std::string, std::string> wanted{{"AGENT_NAME", "research-bot"},
                                                  {"AGENT_TYPE", "business-assistant"},
                                                  {"CREDENTIALS_FILE", "/config/credentials.json"},
                                                  {"ANTHROPIC_API_KEY", "sk-secret"},
                                                  {"ENABLE_SSH", "true"},
                                                  {"ENABLE_AGENT_UI", "true"},
                                                  {"AGENT_SERVER_PORT", "8000"},
                                                  {"TEMPLATE_NAME", "local:demo"},
                                                  {"AGENT_RUNTIME", "gemini-cli"},
                                                  {"AGENT_RUNTIME_MODEL", "gemini-pro"},
                                                  {"TRINITY_MCP_API_KEY", "trinity_mcp_secret"}};
  EXPECT_EQ(container_spec(plan(), placement(), created).env, wanted);
}

TEST(ContainerSpec, PlatformValuesCannotReplaceTheAgentsOwn) {
  auto hostile = plan();
  hostile.platform_env["AGENT_NAME"] = "other";
  EXPECT_EQ(container_spec(hostile, placement(), created).env.at("AGENT_NAME"), "research-bot");
}

TEST(ContainerSpec, LimitsAreThoseThatLinuxEnforces) {
  const auto spec = container_spec(plan(), placement(), created);
  EXPECT_EQ(spec.memory, std::int64_t{2} * 1024 * 1024 * 1024);
  EXPECT_EQ(spec.cpu_period, 100'000);
  EXPECT_EQ(spec.cpu_quota, 150'000);
  EXPECT_GT(spec.pids_limit, 0);
  EXPECT_EQ(spec.restart_policy, "unless-stopped");
}

TEST(ContainerSpec, HasItsNetworkPortAndVolumes) {
  const auto spec = container_spec(plan(), placement(), created);
  EXPECT_EQ(spec.image, "trinity-agent-base:latest");
  EXPECT_EQ(spec.hostname, "agent-research-bot");
  EXPECT_EQ(spec.network, "trinity-agent-network");
  ASSERT_EQ(spec.ports.size(), 1U) << "8000 is not published";
  EXPECT_EQ(spec.ports[0].container, 22);
  EXPECT_EQ(spec.ports[0].host, 2223);
  EXPECT_EQ(spec.ports[0].address, "");
  ASSERT_EQ(spec.volumes.size(), 2U);
  EXPECT_EQ(spec.volumes[0].volume, "agent-research-bot-workspace");
  EXPECT_EQ(spec.volumes[0].path, "/home/developer");
  EXPECT_FALSE(spec.volumes[0].read_only);
  EXPECT_EQ(spec.volumes[1].volume, "agent-research-bot-data") << "nothing that another agent has too";
  EXPECT_EQ(spec.volumes[1].path, "/data");
  EXPECT_TRUE(spec.command.empty());
}

TEST(ContainerSpec, NoHostPathIsEverMounted) {
  for (const auto& volume : container_spec(plan(), placement(), created).volumes) {
    EXPECT_EQ(volume.volume.find('/'), std::string::npos) << volume.volume;
  }
}

TEST(ContainerSpec, FullModeHasTheEnginesCapabilities) {
  const auto spec = container_spec(plan(), placement(), created);
  EXPECT_TRUE(spec.cap_drop.empty());
  EXPECT_TRUE(spec.cap_add.empty());
  EXPECT_TRUE(spec.security_opt.empty());
  EXPECT_EQ(spec.tmpfs, (std::map<std::string, std::string>{{"/tmp", "exec,size=100m"}}));
}

TEST(ContainerSpec, RestrictedModeHasTheContractsList) {
  auto restricted = plan();
  restricted.full_capabilities = false;
  const auto spec = container_spec(restricted, placement(), created);
  EXPECT_EQ(spec.cap_drop, std::vector<std::string>{"ALL"});
  EXPECT_EQ((std::set<std::string>(spec.cap_add.begin(), spec.cap_add.end())),
            (std::set<std::string>{"NET_BIND_SERVICE", "SETGID", "SETUID", "CHOWN", "SYS_CHROOT", "AUDIT_WRITE"}));
  EXPECT_EQ(spec.security_opt, std::vector<std::string>{"apparmor:docker-default"});
  EXPECT_EQ(spec.tmpfs.at("/tmp"), "noexec,nosuid,size=100m");
  EXPECT_EQ(spec.labels.at("trinity.full-capabilities"), "false");
}

TEST(ContainerSpec, PrefixAndAddressAreConfiguration) {
  auto other = placement();
  other.container_prefix = "dev-";
  other.network = "dev-net";
  other.ssh_address = "127.0.0.1";
  const auto spec = container_spec(plan(), other, created);
  EXPECT_EQ(container_name(other, "bot"), "dev-bot");
  EXPECT_EQ(spec.hostname, "dev-research-bot");
  EXPECT_EQ(spec.network, "dev-net");
  EXPECT_EQ(spec.ports[0].address, "127.0.0.1");
  EXPECT_EQ(spec.volumes[0].volume, "dev-research-bot-workspace");
}

TEST(VolumeLabels, AreTheContractsAndTheInstance) {
  EXPECT_EQ(volume_labels(placement(), "bot", "agent-workspace"),
            (engine::Labels{{"trinity.platform", "agent-workspace"},
                            {"trinity.agent-name", "bot"},
                            {"trinity.instance", "0123456789abcdef"}}));
}

TEST(AgentConfig, IsTheContractsContent) {
  auto one = plan();
  one.custom_instructions = "Say \"hi\"\nto all: {yes}";
  one.mcp_servers = {"github"};
  const auto agent = boost::json::parse(agent_config(one)).at("agent").as_object();
  EXPECT_EQ(agent.at("type"), "business-assistant");
  EXPECT_EQ(agent.at("base_image"), "trinity-agent-base:latest");
  EXPECT_EQ(agent.at("resources"), (boost::json::object{{"cpu", "1.5"}, {"memory", "2g"}}));
  EXPECT_EQ(agent.at("tools"), (boost::json::array{"filesystem", "web_search"}));
  EXPECT_EQ(agent.at("mcp_servers"), (boost::json::array{"github"}));
  EXPECT_EQ(agent.at("custom_instructions"), "Say \"hi\"\nto all: {yes}");
  EXPECT_EQ(agent.at("credentials"), boost::json::object());
}

class ContainerFiles : public testing::Test {
 protected:
  test::TempDir dir;
};

TEST_F(ContainerFiles, TheSecretIsForTheAgentsUserOnlyAndNowhereElse) {
  const std::string secret = "the-bearer-secret-of-this-agent";
  const auto files = test::read_tar(container_files(plan(), secret));
  int holders = 0;
  for (const auto& [path, item] : files) {
    if (item.content.find(secret) == std::string::npos) continue;
    ++holders;
    EXPECT_EQ(path, "etc/trinity/agentd.secret");
    EXPECT_EQ(item.content, secret);
    EXPECT_EQ(item.mode, 0400U);
    EXPECT_EQ(item.uid, 1000);
    EXPECT_EQ(item.gid, 1000);
  }
  EXPECT_EQ(holders, 1);
  for (const auto& [key, value] : container_spec(plan(), placement(), created).env) EXPECT_NE(value, secret) << key;
}

TEST_F(ContainerFiles, ConfigurationAndCredentialsHaveTheirPlaces) {
  const auto files = test::read_tar(container_files(plan(), "s"));
  ASSERT_TRUE(files.contains("config/agent-config.yaml"));
  EXPECT_EQ(files.at("config/agent-config.yaml").content, agent_config(plan()));
  EXPECT_EQ(files.at("config/agent-config.yaml").uid, 0) << "not for the agent to change";
  ASSERT_TRUE(files.contains("config/credentials.json"));
  EXPECT_EQ(files.at("config/credentials.json").content, "{}\n");
  EXPECT_EQ(files.at("config/credentials.json").mode, 0400U);
  EXPECT_EQ(files.at("config/credentials.json").uid, 1000);
  for (const auto& [path, item] : files) {
    EXPECT_EQ(item.content.find("sk-secret"), std::string::npos) << path << " holds a platform key";
    EXPECT_FALSE(path.starts_with("template")) << "no template, no folder of it";
  }
}

TEST_F(ContainerFiles, TheTemplateComesWhole) {
  std::filesystem::create_directories(dir / "sub");
  std::ofstream(dir / "template.yaml") << "name: x\n";
  std::ofstream(dir.path() / "sub" / "deep.txt") << "deep";
  std::ofstream(dir / ".mcp.json") << "{}";
  std::filesystem::create_symlink("/etc/shadow", dir / "stolen");
  auto one = plan();
  one.template_directory = dir.path().string();
  const auto files = test::read_tar(container_files(one, "s"));
  ASSERT_TRUE(files.contains("template"));
  EXPECT_TRUE(files.at("template").directory);
  EXPECT_EQ(files.at("template/template.yaml").content, "name: x\n");
  EXPECT_EQ(files.at("template/sub/deep.txt").content, "deep");
  EXPECT_EQ(files.at("template/.mcp.json").content, "{}");
  EXPECT_EQ(files.at("template/sub/deep.txt").uid, 1000);
  EXPECT_FALSE(files.contains("template/stolen")) << "a link out of the template";
}

}  // namespace
}  // namespace trinity::agents
