#include "dashboards/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace trinity::dashboards {
namespace {

using namespace std::chrono_literals;
using boost::json::object;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

live::Moment at(std::chrono::milliseconds since) {
  return {Time{} + std::chrono::hours(500'000) + since, SteadyTime{} + 1h + since};
}

class DashboardFeedTest : public testing::Test {
 protected:
  std::vector<std::pair<std::string, std::string>> due(std::chrono::milliseconds since) {
    std::vector<std::pair<std::string, std::string>> made;
    for (const auto& event : feed.due(nothing, at(since))) made.emplace_back(event.name, event.data);
    return made;
  }
  std::string baseline() { return feed.baseline(nothing, {}, at(0ms)); }
  void answer(std::chrono::milliseconds since) {
    feed.watched(true);
    due(since);
    page->took(Part::dashboard, R"({"title":1})");
    page->took(Part::metrics, R"({"values":1})");
    due(since);
    asked.clear();
    again.clear();
  }
  static std::shared_ptr<fleet::Agent> bot(const std::string& status) {
    auto made = std::make_shared<fleet::Agent>();
    made->name = "bot";
    made->status = status;
    return made;
  }

  std::vector<Part> asked;
  std::vector<std::chrono::milliseconds> again;
  std::shared_ptr<Page> page = std::make_shared<Page>([this](Part part) { asked.push_back(part); });
  fleet::Snapshot nothing;
  DashboardFeed feed{"bot", page, [this](std::chrono::milliseconds after) { again.push_back(after); }, nullptr};
};

TEST_F(DashboardFeedTest, NobodyLooksNobodyIsAsked) {
  EXPECT_THAT(due(0ms), IsEmpty());
  EXPECT_THAT(asked, IsEmpty());
  feed.watched(true);
  EXPECT_THAT(again, ElementsAre(0ms));
  due(0ms);
  EXPECT_THAT(asked, ElementsAre(Part::dashboard, Part::metrics));
  EXPECT_EQ(baseline(), R"({"name":"bot"})") << "not known yet";
}

TEST_F(DashboardFeedTest, AnAnswerIsAnEventAndStandsInTheSnapshot) {
  feed.watched(true);
  due(0ms);
  page->took(Part::dashboard, R"({"title":1})");
  EXPECT_THAT(due(1ms), ElementsAre(Pair("agent_dashboard_update", R"({"title":1})")));
  EXPECT_THAT(due(2ms), IsEmpty());
  page->took(Part::metrics, R"({"values":1})");
  EXPECT_THAT(due(3ms), ElementsAre(Pair("agent_metrics_update", R"({"values":1})")));
  EXPECT_EQ(baseline(), R"({"name":"bot","dashboard":{"title":1},"metrics":{"values":1}})");
}

TEST_F(DashboardFeedTest, AFileThatChangedIsAskedForAndOnlyNewsAreTold) {
  answer(0ms);
  page->changed_file("notes.txt");
  page->changed_file("sub/dashboard.yaml");
  due(2s);
  EXPECT_THAT(asked, IsEmpty());
  page->changed_file("workspace/dashboard.yaml");
  due(3s);
  EXPECT_THAT(asked, ElementsAre(Part::dashboard));
  page->took(Part::dashboard, R"({"title":1})");
  EXPECT_THAT(due(3s), IsEmpty()) << "the same as before";
  page->changed_file("dashboard.yaml");
  due(5s);
  page->took(Part::dashboard, R"({"title":2})");
  EXPECT_THAT(due(5s), ElementsAre(Pair("agent_dashboard_update", R"({"title":2})")));
  page->took(Part::dashboard, "");
  EXPECT_THAT(due(6s), IsEmpty()) << "the agent has gone";
}

TEST_F(DashboardFeedTest, WhoWritesAllTheTimeIsAskedAtAPace) {
  answer(0ms);
  page->changed_file("metrics.json");
  due(4s);
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_THAT(again, ElementsAre(6'000ms));
  due(10s);
  EXPECT_THAT(asked, ElementsAre(Part::metrics));
  page->changed_file("template.yaml");
  due(30s);
  EXPECT_THAT(asked, ElementsAre(Part::metrics)) << "not while one answer is awaited";
  page->took(Part::metrics, R"({"values":2})");
  due(30s);
  EXPECT_THAT(asked, ElementsAre(Part::metrics, Part::metrics));
}

TEST_F(DashboardFeedTest, HiddenPagesCostNothingUntilTheyAreBack) {
  answer(0ms);
  feed.watched(false);
  page->changed_file("dashboard.yaml");
  due(20s);
  EXPECT_THAT(asked, IsEmpty());
  feed.watched(true);
  due(21s);
  EXPECT_THAT(asked, ElementsAre(Part::dashboard));
}

TEST_F(DashboardFeedTest, StartAndStopOfTheAgentAreToldToo) {
  answer(0ms);
  live::Digest digest;
  live::Digested other;
  other.change.name = "other";
  other.change.before = bot("running");
  other.change.after = bot("stopped");
  digest.changes.push_back(other);
  feed.published(digest, nothing, at(20s));
  EXPECT_THAT(asked, IsEmpty());
  digest.changes[0].change.name = "bot";
  feed.published(digest, nothing, at(21s));
  EXPECT_THAT(asked, ElementsAre(Part::dashboard, Part::metrics));
}

}  // namespace
}  // namespace trinity::dashboards
