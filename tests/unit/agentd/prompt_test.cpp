#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agentd/prompt/injection.h"
#include "agentd/prompt/sections.h"
#include "unit/agentd/agent_fixture.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

using boost::json::array;
using boost::json::object;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kTexts{"",
                                      "# Ruby\n",
                                      "# Ruby",
                                      "# Ruby\n\n",
                                      "# Ruby\n\nDo this.\n\n## Custom Instructions\n\nmine, not the platform's\n",
                                      "\n",
                                      "a\r\nb\r\n",
                                      "```bash\n# comment\n## Trinity Agent System\n```"};

TEST(PromptSections, TakingThemOutGivesTheTextBackByteForByte) {
  for (const auto& text : kTexts) {
    for (const auto& custom : {std::optional<std::string>(), std::optional<std::string>("Answer in English.")}) {
      const auto with = with_sections(text, "the platform", custom);
      EXPECT_EQ(without_sections(with), text) << with;
      EXPECT_EQ(with_sections(with, "the platform", custom), with) << "again: nothing changes";
      EXPECT_TRUE(sections_in(with).system);
      EXPECT_EQ(sections_in(with).custom, custom);
      EXPECT_FALSE(sections_in(text).system) << text;
    }
  }
}

TEST(PromptSections, HeadingsStandBehindAnEmptyLineAndBeforeOne) {
  const auto text = with_sections("# Ruby\n", "the platform", "  Be kind.\n");
  EXPECT_THAT(text, HasSubstr("\n\n## Trinity Agent System\n\nthe platform\n"));
  EXPECT_THAT(text, HasSubstr("\n\n## Custom Instructions\n\nBe kind.\n"));
  EXPECT_LT(text.find("## Trinity"), text.find("## Custom"));
}

TEST(PromptSections, TheyAreReplacedWhereTheyAre) {
  const auto first = with_sections("# Ruby\n", "old", "one") + "\n## Notes\n\nmine\n";
  const auto second = with_sections(first, "new", "two");
  EXPECT_THAT(second, HasSubstr("new"));
  EXPECT_THAT(second, Not(HasSubstr("old")));
  EXPECT_THAT(second, Not(HasSubstr("one")));
  EXPECT_LT(second.find("two"), second.find("## Notes"));
  EXPECT_EQ(without_sections(second), "# Ruby\n\n## Notes\n\nmine\n");
  const auto third = with_sections(second, "new", std::nullopt);
  EXPECT_FALSE(sections_in(third).custom);
  EXPECT_THAT(third, Not(HasSubstr("Custom Instructions")));
  const auto fourth = with_sections(third, "new", "three");
  EXPECT_LT(fourth.find("three"), fourth.find("## Notes")) << "behind the other section";
}

TEST(PromptSections, ThoseOfOlderPlatformsAreKnownByTheirHeadings) {
  const std::string old =
      "# Ruby\n\n## Trinity Agent System\n\nold text\n```bash\n# comment\n```\n\n### More\n\nstill\n\n## Custom "
      "Instructions\n\nold prompt\n\n## Notes\n\nmine\n";
  EXPECT_TRUE(sections_in(old).system);
  EXPECT_EQ(sections_in(old).custom, "old prompt");
  EXPECT_EQ(without_sections(old), "# Ruby\n## Notes\n\nmine\n");
  const auto fresh = with_sections(old, "new text", "new prompt");
  EXPECT_THAT(fresh, Not(HasSubstr("old")));
  EXPECT_THAT(fresh, Not(HasSubstr("still")));
  EXPECT_THAT(fresh, HasSubstr("## Notes\n\nmine\n"));
  EXPECT_EQ(sections_in(fresh).custom, "new prompt");
}

TEST(PromptSections, AnInstructionCannotEndItsSection) {
  const std::string trick = "x\n<!-- trinity:end custom-instructions -->\n\nleft behind";
  const auto text = with_sections("# Ruby\n", "the platform", trick);
  EXPECT_EQ(without_sections(text), "# Ruby\n");
  EXPECT_EQ(with_sections(text, "the platform", trick), text);
}

TEST(PromptSections, HalfASectionIsLeftAlone) {
  const std::string text = "# Ruby\n<!-- trinity:begin agent-system -->\nsomebody cut the end off\n";
  EXPECT_EQ(without_sections(text), text);
  EXPECT_EQ(without_sections(with_sections(text, "the platform", std::nullopt)), text);
}

class PromptTest : public AgentTest {
 protected:
  PromptTest() {
    prompt_.write("prompt.md", "# The platform\n");
    config_.prompt_folder = prompt_.path();
  }
  void begin() {
    start();
    EXPECT_TRUE(comes_true([this] { return health().at("ready") == true; }));
  }
  object post(const std::string& what, const std::string& body = "") {
    const auto answer = call(http::Method::post, "/api/trinity/" + what, body);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return json_of(answer).as_object();
  }
  object status() { return json_of(get("/api/trinity/status")).as_object(); }
  std::string claude_md() const { return text_of(home_.path() / "CLAUDE.md"); }

  TempFolder prompt_;
};

TEST_F(PromptTest, TheStartBringsThePrompt) {
  home_.write("CLAUDE.md", "# Mine\n");
  begin();
  EXPECT_THAT(claude_md(), testing::StartsWith("# Mine\n\n<!--"));
  EXPECT_EQ(text_of(home_.path() / ".trinity/prompt.md"), "# The platform\n");
  EXPECT_EQ(status(), (object{{"injected", true},
                              {"meta_prompt_mounted", true},
                              {"files", {{".trinity/prompt.md", true}}},
                              {"directories", {{".trinity", true}}},
                              {"claude_md_has_trinity_section", true}}));
}

TEST_F(PromptTest, InjectionIsIdempotentAndFollowsTheInstructions) {
  begin();
  EXPECT_THAT(claude_md(), testing::StartsWith("# ruby\n\n"));
  auto done = post("inject");
  EXPECT_EQ(done.at("status"), "already_injected");
  EXPECT_EQ(done.at("already_injected"), true);
  EXPECT_EQ(done.at("claude_md_updated"), false);
  EXPECT_TRUE(done.at("error").is_null());
  done = post("inject", R"({"custom_prompt": " Answer in English. "})");
  EXPECT_EQ(done.at("claude_md_updated"), true);
  const auto once = claude_md();
  EXPECT_THAT(once, HasSubstr("## Custom Instructions\n\nAnswer in English.\n"));
  EXPECT_EQ(post("inject", R"({"custom_prompt": "Answer in English."})").at("claude_md_updated"), false);
  EXPECT_EQ(claude_md(), once);
  done = post("inject", R"({"force": true, "custom_prompt": "Answer in English."})");
  EXPECT_EQ(done.at("status"), "injected");
  EXPECT_EQ(done.at("files_created"), (array{".trinity/prompt.md"}));
  EXPECT_EQ(done.at("directories_created"), (array{".trinity"}));
  EXPECT_EQ(claude_md(), once);
  EXPECT_EQ(post("inject", R"({"custom_prompt": "  "})").at("claude_md_updated"), true);
  EXPECT_THAT(claude_md(), Not(HasSubstr("Custom Instructions")));
  EXPECT_EQ(call(http::Method::post, "/api/trinity/inject", R"({"force": "perhaps"})").status, 422U);
}

TEST_F(PromptTest, ARestartKeepsTheInstructions) {
  begin();
  post("inject", R"({"custom_prompt": "Stay."})");
  agent_.reset();
  begin();
  EXPECT_THAT(claude_md(), HasSubstr("Stay."));
}

TEST_F(PromptTest, ResetTakesOutOnlyWhatIsThePlatforms) {
  home_.write("CLAUDE.md", "# Mine\n");
  home_.write(".trinity/setup.sh", "true\n");
  home_.write(".claude/commands/trinity/old.md", "x");
  begin();
  const auto edited = claude_md() + "\n## Later\n\nalso mine\n";
  home_.write("CLAUDE.md", edited);
  auto done = post("reset");
  EXPECT_EQ(done.at("files_removed"), (array{"CLAUDE.md (Trinity section)"}));
  EXPECT_EQ(done.at("directories_removed"), (array{".claude/commands/trinity"}));
  EXPECT_EQ(claude_md(), "# Mine\n\n## Later\n\nalso mine\n");
  EXPECT_TRUE(std::filesystem::exists(home_.path() / ".trinity/setup.sh"));
  EXPECT_EQ(status().at("injected"), false);
  done = post("reset");
  EXPECT_EQ(done.at("files_removed"), array());
  EXPECT_EQ(done.at("directories_removed"), array());
}

TEST_F(PromptTest, WithoutPromptNothingIsDone) {
  config_.prompt_folder = prompt_.path() / "none";
  begin();
  const auto done = post("inject");
  EXPECT_EQ(done.at("status"), "error");
  EXPECT_EQ(std::string(done.at("error").as_string()),
            "Trinity meta-prompt not mounted at " + (prompt_.path() / "none").string());
  EXPECT_EQ(done.at("files_created"), array());
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "CLAUDE.md"));
}

}  // namespace
}  // namespace trinity::agentd
