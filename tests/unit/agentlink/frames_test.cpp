#include "agentlink/frames.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "agentlink/reading.h"
#include "base/masking.h"

namespace trinity::agentlink {
namespace {

boost::json::object object_of(std::string_view text) {
  return boost::json::parse(text).as_object();
}

TEST(Frames, AreReadByTheirType) {
  using Kind = Frame::Kind;
  const auto hello =
      read_frame(R"({"type":"hello","version":1,"stream":"s","seq":41,"resumed":true,"heartbeat_ms":15000})");
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->kind, Kind::hello);
  EXPECT_EQ(hello->stream, "s");
  EXPECT_EQ(hello->seq, 41U);
  EXPECT_TRUE(hello->resumed);
  EXPECT_EQ(hello->heartbeat.count(), 15000);
  EXPECT_EQ(read_frame(R"({"type":"heartbeat","seq":7})")->kind, Kind::heartbeat);
  EXPECT_EQ(read_frame(R"({"type":"snapshot","seq":7,"state":{"a":1}})")->body.at("a"), 1);
  EXPECT_EQ(read_frame(R"({"type":"log","seq":7,"text":"x"})")->kind, Kind::event);
  EXPECT_EQ(read_frame(R"({"type":"weather"})")->kind, Kind::other);
}

TEST(Frames, WhatIsNoneGivesTheReason) {
  for (const auto* text :
       {"", "{", "[]", "5", "null", "{}", R"({"type":5})", R"({"type":""})", R"({"type":"hello"})",
        R"({"type":"hello","stream":5})", R"({"type":"snapshot","seq":1})", R"({"type":"snapshot","seq":1,"state":[]})",
        R"({"type":"heartbeat"})", R"({"type":"heartbeat","seq":-1})", "{\"type\":\"\xff\xfe\"}"}) {
    const auto frame = read_frame(text);
    ASSERT_FALSE(frame) << text;
    EXPECT_FALSE(frame.error().empty());
  }
  EXPECT_FALSE(read_frame(R"({"type":"x","a":)" + std::string(100, '[') + std::string(100, ']') + "}"));
  EXPECT_EQ(read_frame(R"({"type":"hello","stream":"s","heartbeat_ms":1})")->heartbeat.count(), 100);
  EXPECT_EQ(read_frame(R"({"type":"hello","stream":"s","heartbeat_ms":99999999999})")->heartbeat.count(), 60'000);
}

constexpr const char* state = R"({"runtime":"claude-code","runtime_available":true,
  "startup":{"workspace":"ok","workspace_error":null,"setup":"none"},
  "session":{"session_started":true,"message_count":4,"total_cost_usd":0.25,"context_tokens":9100,
             "context_window":200000,"context_percent":4.6,"model":"sonnet"},
  "activity":{"status":"running","active_tool":{"name":"Bash","input_summary":"ls","started_at":"t"},
    "tool_counts":{"Bash":3},"timeline":[{"id":"b","tool":"Bash","status":"running","execution_id":"e"},
    {"id":"a","tool":"Read","status":"completed","success":true,"duration_ms":5}],
    "totals":{"calls":3,"duration_ms":5,"started_at":"t0"}},
  "running":[{"execution_id":"e","started_at":"t","metadata":{"type":"task","message_preview":"hi"}}],"ended":[]})";

TEST(Reading, ASnapshotTellsEverything) {
  const auto live = with_snapshot(blank("bot", "c1"), object_of(state), *std::make_unique<News>());
  EXPECT_EQ(live.agent, "bot");
  EXPECT_EQ(live.runtime, "claude-code");
  EXPECT_TRUE(live.runtime_available);
  EXPECT_TRUE(live.activity->running);
  ASSERT_EQ(live.activity->timeline.size(), 2U);
  EXPECT_EQ(live.activity->timeline[0]->id, "b");
  EXPECT_TRUE(live.activity->timeline[0]->running);
  EXPECT_EQ(object_of(live.activity->timeline[1]->text).at("duration_ms"), 5);
  EXPECT_EQ(object_of(live.activity->active_tool).at("name"), "Bash");
  EXPECT_EQ(live.activity->calls, 3);
  EXPECT_EQ(live.session->context_tokens, 9100);
  EXPECT_EQ(object_of(live.session->text).at("model"), "sonnet");
  EXPECT_EQ(object_of(*live.startup).at("setup"), "none");
  ASSERT_EQ(live.runs->size(), 1U);
  EXPECT_EQ(live.runs->front().id, "e");
  EXPECT_EQ(live.runs->front().type, "task");
  EXPECT_EQ(live.runs->front().message_preview, "hi");
}

TEST(Reading, EventsChangeTheirPartOnly) {
  const auto before = with_snapshot(blank("bot", "c1"), object_of(state), *std::make_unique<News>());
  News news;
  auto live =
      with_event(before, "activity", object_of(R"({"seq":5,"status":"idle","active_tool":null,"tool_counts":{"Bash":3},
    "totals":{"calls":3,"duration_ms":9,"started_at":"t0"},
    "entry":{"id":"b","status":"completed","success":false,"execution_id":"e"}})"),
                 news);
  EXPECT_FALSE(live.activity->running);
  ASSERT_EQ(live.activity->timeline.size(), 2U);
  EXPECT_FALSE(live.activity->timeline[0]->running);
  EXPECT_EQ(live.activity->timeline[1], before.activity->timeline[1]) << "shared";
  EXPECT_EQ(live.session, before.session);

  live =
      with_event(live, "activity",
                 object_of(R"({"status":"running","entry":{"id":"b","status":"running","execution_id":"f"}})"), news);
  EXPECT_EQ(live.activity->timeline.size(), 3U) << "an id of another run is another call";
  live = with_event(live, "activity", object_of(R"({"entry":{"id":"zz","status":"completed"}})"), news);
  EXPECT_EQ(live.activity->timeline.size(), 3U) << "it is older than what is kept";
  const auto list = live.activity->list;
  EXPECT_EQ(list, before.activity->list);
  live = with_event(live, "activity", object_of(R"({"status":"idle","entry":null})"), news);
  EXPECT_TRUE(live.activity->timeline.empty());
  EXPECT_NE(live.activity->list, list);

  live = with_event(live, "session", object_of(R"({"session":{"message_count":6}})"), news);
  EXPECT_EQ(live.session->message_count, 6);
  live = with_event(live, "startup", object_of(R"({"seq":1,"type":"startup","time":"t","workspace":"failed"})"), news);
  EXPECT_EQ(*live.startup, R"({"workspace":"failed"})");
  live = with_event(live, "execution", object_of(R"({"execution":{"execution_id":"f","type":"chat","phase":"began"}})"),
                    news);
  ASSERT_EQ(live.runs->size(), 2U);
  EXPECT_EQ(live.runs->back().type, "chat");
  EXPECT_TRUE(news.ended.empty());
  live = with_event(live, "execution", object_of(R"({"execution":{"execution_id":"e","phase":"ended"}})"), news);
  EXPECT_EQ(live.runs->size(), 1U);
  EXPECT_EQ(news.ended, std::vector<std::string>{"e"});
  (void)with_event(live, "files",
                   object_of(R"({"changes":[{"path":"a"},{"path":"a"},{"path":"b/c"}],"truncated":false})"), news);
  EXPECT_EQ(news.files.paths, (std::vector<std::string>{"a", "b/c"}));
  EXPECT_FALSE(news.files.overflow);
}

TEST(Reading, SecretsOfCallsGoNoFurther) {
  News news;
  const auto live = with_snapshot(blank("bot", "c1"), object_of(R"({"activity":{
        "active_tool":{"name":"Bash","input_summary":"export A_TOKEN=abcdefgh","started_at":"t"},"timeline":[
        {"id":"b","tool":"Bash","input_summary":"curl https://ann:pa55word@host/","output_summary":"A_TOKEN=abcdefgh",
         "status":"running","started_at":"2026-01-01T00:00:05.000Z","execution_id":"e"}]},
        "running":[{"execution_id":"e","started_at":"t","metadata":{"message_preview":"use A_TOKEN=abcdefgh"}}]})"),
                                  news);
  const auto told = live.activity->active_tool + live.activity->timeline.at(0)->text +
                    live.runs->at(0).message_preview + news.calls.at(0).input_summary;
  EXPECT_EQ(told.find("abcdefgh"), std::string::npos) << told;
  EXPECT_EQ(told.find("pa55word"), std::string::npos) << told;
  EXPECT_EQ(news.calls[0].input_summary, "curl https://ann:" + std::string(secret_mask) + "@host/");
}

TEST(Reading, WhoCountsTimesHearsOfCallsAndLife) {
  News news;
  auto live = with_snapshot(blank("bot", "c1"), object_of(R"({"activity":{"timeline":[
        {"id":"b","tool":"Bash","input_summary":"make","status":"running","started_at":"2026-01-01T00:00:05.000Z","execution_id":"e"},
        {"id":"a","tool":"Read","status":"completed","started_at":"2026-01-01T00:00:01.000Z","ended_at":"2026-01-01T00:00:02.500Z","execution_id":"e"},
        {"id":"no-run","status":"running","started_at":"2026-01-01T00:00:01.000Z"},
        {"id":"no-time","status":"running","started_at":"soon","execution_id":"e"},
        {"id":"no-end","status":"completed","started_at":"2026-01-01T00:00:01.000Z","ended_at":null,"execution_id":"e"}]},
        "running":[{"execution_id":"e","started_at":"2026-01-01T00:00:00.000Z","ready_at":"2026-01-01T00:00:00.500Z","heard_at":null,
                    "metadata":{"type":"chat"}},
                   {"execution_id":"old","started_at":"2026-01-01T00:00:00.000Z"}]})"),
                            news);
  ASSERT_EQ(news.calls.size(), 2U);
  EXPECT_EQ(news.calls[0].id, "b");
  EXPECT_EQ(news.calls[0].run, "e");
  EXPECT_EQ(news.calls[0].tool, "Bash");
  EXPECT_EQ(news.calls[0].input_summary, "make");
  EXPECT_FALSE(news.calls[0].ended_at);
  EXPECT_EQ(news.calls[1].ended_at, parse_time("2026-01-01T00:00:02.500Z"));
  ASSERT_EQ(news.told_runs.size(), 2U);
  EXPECT_TRUE(news.told_runs[0].tells_life);
  EXPECT_EQ(news.told_runs[0].ready_at, parse_time("2026-01-01T00:00:00.500Z"));
  EXPECT_FALSE(news.told_runs[0].heard_at);
  EXPECT_FALSE(news.told_runs[1].tells_life) << "an older daemon";
  EXPECT_FALSE(news.no_calls);

  const auto runs = live.runs;
  news = {};
  live = with_event(
      live, "turn",
      object_of(R"({"execution_id":"e","ready_at":"2026-01-01T00:00:00.500Z","heard_at":"2026-01-01T00:00:09Z"})"),
      news);
  EXPECT_EQ(live.runs, runs) << "nothing that others look at";
  ASSERT_EQ(news.told_runs.size(), 1U);
  EXPECT_EQ(news.told_runs[0].heard_at, parse_time("2026-01-01T00:00:09Z"));

  news = {};
  live =
      with_event(live, "activity",
                 object_of(R"({"status":"idle","entry":{"id":"b","tool":"Bash","status":"completed","execution_id":"e",
                        "started_at":"2026-01-01T00:00:05.000Z","ended_at":"2026-01-01T00:00:07.000Z"}})"),
                 news);
  ASSERT_EQ(news.calls.size(), 1U);
  EXPECT_EQ(news.calls[0].ended_at, parse_time("2026-01-01T00:00:07.000Z"));

  news = {};
  live = with_event(live, "activity", object_of(R"({"status":"idle","entry":null})"), news);
  EXPECT_TRUE(news.no_calls);

  news = {};
  live = with_event(live, "execution",
                    object_of(R"({"execution":{"execution_id":"f","phase":"began","ready_at":null,"heard_at":null}})"),
                    news);
  ASSERT_EQ(news.told_runs.size(), 1U);
  EXPECT_TRUE(news.told_runs[0].tells_life);
  EXPECT_FALSE(news.told_runs[0].ready_at);
  news = {};
  live = with_event(live, "execution", object_of(R"({"execution":{"execution_id":"f","phase":"ended"}})"), news);
  EXPECT_TRUE(news.told_runs.empty());
}

TEST(Reading, NothingAnAgentSendsBreaksTheBounds) {
  boost::json::object bad = object_of(state);
  boost::json::array timeline;
  for (int i = 0; i < 1000; ++i)
    timeline.push_back(boost::json::object{
        {"id", "c" + std::to_string(i)}, {"tool", std::string(100'000, 'x')}, {"status", "running"}});
  bad["activity"].as_object()["timeline"] = std::move(timeline);
  boost::json::object counts;
  for (int i = 0; i < 20'000; ++i) counts["tool-" + std::to_string(i)] = i;
  bad["activity"].as_object()["tool_counts"] = std::move(counts);
  bad["startup"] = {{"text", std::string(1'000'000, 'y')}};
  boost::json::array runs;
  for (int i = 0; i < 1000; ++i) runs.push_back(boost::json::object{{"execution_id", std::string(10'000, 'z')}});
  bad["running"] = std::move(runs);
  News news;
  const auto live = with_snapshot(blank("bot", "c"), bad, news);
  EXPECT_LE(news.calls.size(), most_calls);
  EXPECT_LE(news.told_runs.size(), 64U);
  EXPECT_EQ(live.activity->timeline.size(), most_calls);
  std::size_t bytes = live.activity->tool_counts.size() + live.startup->size() + live.session->text.size();
  for (const auto& call : live.activity->timeline) bytes += call->text.size();
  for (const auto& run : *live.runs) bytes += run.id.size();
  EXPECT_LT(bytes, 512U * 1024);
}

TEST(Reading, OddTypesAreLeftOut) {
  for (const auto* odd : {R"({})", R"({"activity":5,"session":[],"startup":"x","running":{}})",
                          R"({"activity":{"timeline":[1,null,{},{"id":5}],"totals":[],"tool_counts":{"a":"b"}},
                              "session":{"message_count":-4,"total_cost_usd":1e308,"context_percent":"many"},"running":[1]})"}) {
    const auto live = with_snapshot(blank("bot", "c"), object_of(odd), *std::make_unique<News>());
    EXPECT_TRUE(live.activity->timeline.empty());
    EXPECT_EQ(live.session->message_count, 0);
    EXPECT_NO_THROW((void)object_of(live.session->text));
    EXPECT_NO_THROW((void)object_of(live.activity->totals));
    EXPECT_NO_THROW((void)object_of(live.activity->tool_counts));
  }
  const auto cut =
      with_event(blank("b", "c"), "files", object_of(R"({"changes":5,"truncated":true})"), *std::make_unique<News>());
  EXPECT_EQ(cut.agent, "b");
}

TEST(FileChanges, AreBoundedWhenTheyAreMerged) {
  FileChanges all;
  for (int i = 0; i < 300; ++i) all.add({{"f" + std::to_string(i)}, false});
  EXPECT_EQ(all.paths.size(), FileChanges::most);
  EXPECT_TRUE(all.overflow);
}

}  // namespace
}  // namespace trinity::agentlink
