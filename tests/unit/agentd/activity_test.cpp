#include "agentd/activity.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agentd/text.h"
#include "agentd/tool_words.h"

namespace trinity::agentd {
namespace {

using boost::json::object;

TEST(ToolWords, NamesAsPeopleReadThem) {
  EXPECT_EQ(display_name("Read", {}), "Read");
  EXPECT_EQ(display_name("mcp__mail__send_it", {}), "mcp:mail");
  EXPECT_EQ(display_name("mcp__mail", {}), "mcp:mail");
  EXPECT_EQ(display_name("Task", {{"subagent_type", "Explore"}}), "Task:Explore");
  EXPECT_EQ(display_name("Task", {{"subagent_type", 7}}), "Task");
}

TEST(ToolWords, SummariesOfInputs) {
  const std::string long_text(80, 'x');
  const std::tuple<const char*, object, std::string> cases[] = {
      {"Read", {}, "..."},
      {"Read", {{"file_path", "/home/developer/src/main.cpp"}}, ".../src/main.cpp"},
      {"Read", {{"file_path", "a.txt"}}, "a.txt"},
      {"Edit", {{"file_path", "src/a.txt"}}, "src/a.txt"},
      {"Write", {{"content", "x"}}, "..."},
      {"Glob", {{"pattern", "**/*.cpp"}}, "**/*.cpp"},
      {"Grep", {{"pattern", long_text}}, '"' + long_text.substr(0, 30) + '"'},
      {"Bash", {{"command", "ls"}}, "ls"},
      {"Bash", {{"command", long_text}}, long_text.substr(0, 50) + "..."},
      {"Task", {{"description", "look"}, {"prompt", "p"}}, "look"},
      {"Task", {{"prompt", long_text}}, long_text.substr(0, 50)},
      {"WebFetch", {{"url", "https://user@example.com:8443/a?b"}}, "example.com"},
      {"WebFetch", {{"url", "no address"}}, "no address"},
      {"WebSearch", {{"query", long_text}}, long_text.substr(0, 40)},
      {"Other", {{"n", 1}, {"text", "short"}}, "text: short"},
      {"Other", {{"text", long_text}}, "text: " + long_text.substr(0, 30) + "..."},
      {"Other", {{"n", 1}}, "..."},
  };
  for (const auto& [tool, input, summary] : cases) EXPECT_EQ(input_summary(tool, input), summary) << tool;
}

TEST(Text, CharactersAreNeverSplit) {
  EXPECT_EQ(first_characters("a\u00e9\u20ac\U0001F600b", 4), "a\u00e9\u20ac\U0001F600");
  EXPECT_EQ(shortened("a\u00e9b", 2), "a\u00e9...");
  EXPECT_EQ(shortened("ab", 2), "ab");
  EXPECT_EQ(first_characters("", 3), "");
}

event::ToolStart begins(const std::string& id, std::string text = "x") {
  return {id, "Read", {{"file_path", std::move(text)}}};
}

TEST(Activity, NewestOpenCallIsTheActiveOne) {
  Activity activity;
  activity.take("run", begins("1", "one"), Time{});
  activity.take("run", begins("2", "two"), Time{});
  EXPECT_EQ(activity.json().at("active_tool").at("input_summary"), "two");
  activity.take("run", event::ToolEnd{"2", "out", false}, Time{std::chrono::milliseconds(5)});
  EXPECT_EQ(activity.json().at("active_tool").at("input_summary"), "one");
  EXPECT_EQ(activity.json().at("status"), "running");
  activity.end_run("other", Time{});
  EXPECT_EQ(activity.json().at("status"), "running");
  activity.end_run("run", Time{std::chrono::milliseconds(9)});
  const auto state = activity.json();
  EXPECT_EQ(state.at("status"), "idle");
  EXPECT_EQ(state.at("totals").at("duration_ms"), 14);
  EXPECT_EQ(state.at("timeline").at(1).at("success"), false);
  EXPECT_EQ(state.at("timeline").at(0).at("success"), true);
}

TEST(Activity, TheSameIdInTwoRunsIsTwoCalls) {
  Activity activity;
  activity.take("a", begins("1"), Time{});
  activity.take("b", begins("1"), Time{});
  activity.take("a", event::ToolEnd{"1", "of a", false}, Time{});
  EXPECT_EQ(activity.json().at("timeline").at(0).at("status"), "running");
  EXPECT_EQ(activity.json().at("timeline").at(1).at("output_summary"), "of a");
}

TEST(Activity, IsBoundedInEntriesAndBytes) {
  Activity activity(Activity::Limits{10, 1000, 3000, 500, 1000});
  for (int i = 0; i < 50; ++i) {
    const auto id = std::to_string(i);
    activity.take("run", begins(id, std::string(200, 'i')), Time{});
    activity.take("run", event::ToolEnd{id, std::string(2000, 'o'), false}, Time{});
  }
  const auto state = activity.json();
  EXPECT_EQ(state.at("timeline").as_array().size(), 10U);
  EXPECT_EQ(state.at("totals").at("calls"), 50);
  std::size_t outputs = 0;
  std::size_t inputs = 0;
  for (const auto& entry : state.at("timeline").as_array()) {
    const auto id = std::string(entry.at("id").as_string());
    outputs += activity.detail(id)->at("output").as_string().size();
    if (const auto* path = entry.at("input").as_object().if_contains("file_path")) inputs += path->as_string().size();
  }
  EXPECT_LE(inputs, 1000U);
  // Two whole ones (and what tells that they were cut), eight summaries of 500.
  EXPECT_LT(outputs, 3200U + 8 * 510);
  EXPECT_GT(outputs, 2000U);
  activity.take("run", begins("huge", std::string(600, 'i')), Time{});
  EXPECT_TRUE(activity.json().at("timeline").at(0).at("input").as_object().contains("left_out"));
}

TEST(Activity, TellsItsChanges) {
  Activity activity;
  std::vector<std::string> seen;
  activity.on_change([&](const TimelineEntry* entry) { seen.push_back(entry ? entry->id + entry->status : "clear"); });
  activity.take("run", begins("1"), Time{});
  activity.take("run", event::ToolEnd{"1", "", false}, Time{});
  activity.take("run", event::ToolEnd{"unknown", "", false}, Time{});
  activity.take("run", event::Text{"x"}, Time{});
  activity.take("run", begins("2"), Time{});
  activity.end_run("run", Time{});
  activity.clear();
  EXPECT_EQ(seen, (std::vector<std::string>{"1running", "1completed", "2running", "2completed", "clear"}));
}

}  // namespace
}  // namespace trinity::agentd
