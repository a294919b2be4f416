#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kTold = R"({"as_of":"2026-01-14T12:00:00.000Z","agents":[
  {"name":"postman","attention":[{"kind":"failed","since":"2026-01-14T11:58:00.000Z","detail":"boom","execution_id":"r"},
     {"kind":"slow","since":"2026-01-14T11:00:00.000Z","detail":"Its CPU limit holds it back","execution_id":null}]},
  {"name":"clerk","attention":[{"kind":"waiting","since":"2026-01-14T11:59:00.000Z","detail":"Asks: Which?","execution_id":"q"}]}]})";

struct AttentionTest : ProgramTest {
  AttentionTest() { sign_in(); }
  static json::object snapshot(const std::string& rows) {
    return frame(fmt::format(
        R"({{"type":"subscribed","topic":"agents:stats","seq":1,"snapshot":{{"agents":[],"attention":[{}]}}}})", rows));
  }
  static json::object update(const std::string& rows) {
    return frame(fmt::format(
        R"({{"event":"agents_attention_update","topic":"agents:stats","seq":2,"data":{{"agents":[{}]}}}})", rows));
  }
  static std::string row(const std::string& name, const std::string& kind) {
    return fmt::format(
        R"({{"name":"{}","attention":[{{"kind":"{}","since":"2026-01-14T11:59:00.000Z","detail":"why"}}]}})", name,
        kind);
  }
};

TEST_F(AttentionTest, TheMostUrgentStandFirst) {
  server.answer("GET /api/agents/attention", 200, kTold);
  EXPECT_EQ(trinityctl({"attention"}), 0) << err;
  EXPECT_EQ(out,
            "AGENT    WHY              FOR  DETAIL\n"
            "clerk    waits for you     1m  Asks: Which?\n"
            "postman  failed            2m  boom\n"
            "postman  slow           1h 0m  Its CPU limit holds it back\n");
}

TEST_F(AttentionTest, NobodyIsSaid) {
  server.answer("GET /api/agents/attention", 200, R"({"as_of":"2026-01-14T12:00:00.000Z","agents":[]})");
  EXPECT_EQ(trinityctl({"attention"}), 0);
  EXPECT_EQ(out, "No agent needs you.\n");
}

TEST_F(AttentionTest, ScriptsGetTheAnswerAsItIs) {
  server.answer("GET /api/agents/attention", 200, kTold);
  EXPECT_EQ(trinityctl({"attention", "--json"}), 0);
  EXPECT_EQ(json::parse(out), json::parse(kTold));
}

TEST_F(AttentionTest, EachChangeIsALine) {
  server.sockets = {{snapshot(row("clerk", "waiting")),
                     frame(R"({"event":"agents_stats_update","topic":"agents:stats","seq":3,"data":{"agents":[]}})"),
                     update(row("postman", "failed")), update(R"({"name":"clerk","attention":[]})")}};
  EXPECT_NE(trinityctl({"attention", "--watch"}), 0);
  EXPECT_THAT(err, HasSubstr("end of script"));
  EXPECT_THAT(out, HasSubstr("clerk  waits for you"));
  EXPECT_THAT(out, HasSubstr("postman  failed"));
  EXPECT_THAT(out, HasSubstr("clerk  nothing any more\n"));
}

TEST_F(AttentionTest, AWatchedChangeIsAnObjectForScripts) {
  server.sockets = {{snapshot(row("clerk", "waiting")), update(R"({"name":"clerk","attention":[]})")}};
  EXPECT_NE(trinityctl({"attention", "-w", "--json"}), 0);
  EXPECT_EQ(std::ranges::count(out, '\n'), 2);
  EXPECT_THAT(out, HasSubstr(R"({"name":"clerk","attention":[]})"));
}

}  // namespace
}  // namespace trinity::cli
