#include <gmock/gmock.h>

#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

class SettingsTest : public ProgramTest {
 protected:
  SettingsTest() { sign_in(); }
  json::value sent() const { return json::parse(server.calls.back().body); }
};

TEST_F(SettingsTest, LimitsArePrinted) {
  server.answer("GET /api/agents/bot/resources", 200,
                R"({"memory":"8g","cpu":null,"current_memory":"4g","current_cpu":"2","restart_needed":true})");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot"}), 0) << err;
  EXPECT_EQ(out,
            "memory  4g, set: 8g\ncpu     2, set: none\n"
            "It takes effect at the next start: trinityctl agents start bot\n");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("memory"), "8g");
}

TEST_F(SettingsTest, ALimitThatIsNotNamedStays) {
  server.answer("GET /api/agents/bot/resources", 200,
                R"({"memory":"8g","cpu":null,"current_memory":"8g","current_cpu":"2","restart_needed":false})");
  server.answer("PUT /api/agents/bot/resources", 200,
                R"({"message":"Resource limits updated","memory":"8g","cpu":"4","restart_needed":true})");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot", "--cpu", "4"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"memory":"8g","cpu":"4"})"));
  EXPECT_EQ(out, "bot: memory 8g, cpu 4.\nIt takes effect at the next start: trinityctl agents start bot\n");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot", "--memory", "2g"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"memory":"2g","cpu":null})"));
}

TEST_F(SettingsTest, BothLimitsNeedNoLookAndNoneClears) {
  server.answer("PUT /api/agents/bot/resources", 200,
                R"({"message":"Resource limits updated","memory":null,"cpu":null,"restart_needed":false})");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot", "--memory", "none", "--cpu", "none"}), 0) << err;
  EXPECT_EQ(server.calls.size(), 1U);
  EXPECT_EQ(sent(), json::parse(R"({"memory":null,"cpu":null})"));
  EXPECT_EQ(out, "bot: memory none, cpu none.\n");
}

TEST_F(SettingsTest, ARefusalIsTheServersWord) {
  server.answer("PUT /api/agents/bot/resources", 400, R"({"detail":"Invalid memory value. Must be one of: 1g, 2g"})");
  EXPECT_EQ(trinityctl({"agents", "resources", "bot", "--memory", "3g", "--cpu", "2"}), 1);
  EXPECT_THAT(err, HasSubstr("Invalid memory value. Must be one of: 1g, 2g"));
}

TEST_F(SettingsTest, AutonomyIsPrintedAndSwitched) {
  server.answer("GET /api/agents/bot/autonomy", 200,
                R"({"agent_name":"bot","autonomy_enabled":false,"total_schedules":3,"enabled_schedules":1,
                    "status":"running"})");
  EXPECT_EQ(trinityctl({"agents", "autonomy", "bot"}), 0) << err;
  EXPECT_EQ(out, "off, 1 of 3 schedules enabled\n");
  server.answer(
      "PUT /api/agents/bot/autonomy", 200,
      R"({"status":"updated","agent_name":"bot","autonomy_enabled":true,"schedules_updated":3,"message":"m"})");
  EXPECT_EQ(trinityctl({"agents", "autonomy", "bot", "on"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"enabled":true})"));
  EXPECT_EQ(out, "Autonomy of bot is on.\n3 schedules switched.\n");
  EXPECT_EQ(trinityctl({"agents", "autonomy", "bot", "off", "--json"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"enabled":false})"));
  EXPECT_EQ(json::parse(out).at("status"), "updated");
}

TEST_F(SettingsTest, CapabilitiesArePrintedAndChosen) {
  server.answer("GET /api/agents/bot/capabilities", 200,
                R"({"full_capabilities":false,"current_full_capabilities":true,"next_full_capabilities":false,
                    "restart_needed":true})");
  EXPECT_EQ(trinityctl({"agents", "capabilities", "bot"}), 0) << err;
  EXPECT_EQ(out, "full, from the next start on restricted\n");
  server.answer("PUT /api/agents/bot/capabilities", 200,
                R"({"message":"Capabilities updated","full_capabilities":false,"restart_needed":true})");
  EXPECT_EQ(trinityctl({"agents", "capabilities", "bot", "restricted"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"full_capabilities":false})"));
  EXPECT_EQ(out,
            "Capability mode of bot is restricted.\n"
            "It takes effect at the next start: trinityctl agents start bot\n");
}

TEST_F(SettingsTest, ThePlatformsKeyIsPrintedAndSwitched) {
  server.answer("GET /api/agents/bot/api-key-setting", 200,
                R"({"agent_name":"bot","use_platform_api_key":true,"restart_required":false,"status":"exited"})");
  EXPECT_EQ(trinityctl({"agents", "platform-key", "bot"}), 0) << err;
  EXPECT_EQ(out, "on\n");
  server.answer("PUT /api/agents/bot/api-key-setting", 200,
                R"({"status":"updated","agent_name":"bot","use_platform_api_key":false,"restart_required":true,
                    "message":"m"})");
  EXPECT_EQ(trinityctl({"agents", "platform-key", "bot", "off"}), 0) << err;
  EXPECT_EQ(sent(), json::parse(R"({"use_platform_api_key":false})"));
  EXPECT_THAT(out, HasSubstr("next start"));
}

TEST_F(SettingsTest, OtherWordsAreNotUnderstood) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"agents", "autonomy", "bot", "maybe"},
                                                                 {"agents", "capabilities", "bot", "on"},
                                                                 {"agents", "platform-key"},
                                                                 {"agents", "resources"}}) {
    EXPECT_EQ(trinityctl(words), 2) << words.back();
  }
  EXPECT_TRUE(server.calls.empty());
}

}  // namespace
}  // namespace trinity::cli
