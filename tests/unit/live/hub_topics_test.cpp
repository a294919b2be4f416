// Options, hidden tabs, and topics whose content comes from elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub_fixture.h"

namespace trinity::live {
namespace {

using testing::agent;
using testing::caller;
using ::testing::ElementsAre;
using testing::figures;
using ::testing::IsEmpty;
using testing::moment;
using testing::number;
using testing::text;
using ::testing::UnorderedElementsAre;
using testing::json::object;

using HubTopicsTest = testing::HubFixture;

Options every(int seconds) {
  Options made;
  made.interval = std::chrono::seconds(seconds);
  return made;
}

// ---- options

TEST_F(HubTopicsTest, EachIntervalIsAStreamOfItsOwn) {
  publish(fleet_.add(agent("bot", 1)));
  publish(fleet_.sample("bot", figures(1, 100'000'000, moment(0))));
  const auto fast = connect(ann_);
  const auto slow = connect(ann_);
  subscribe(fast, "agent:bot:stats");
  subscribe(slow, "agent:bot:stats", std::nullopt, every(15));
  EXPECT_EQ(watched_["bot"], 2);
  for (int second = 1; second <= 30; ++second) {
    publish(fleet_.sample("bot", figures(second * 5, 100'000'000, moment(second))));
    go_to(second);
  }
  EXPECT_EQ(fast.socket->take().size(), 6U);
  EXPECT_EQ(slow.socket->take().size(), 2U);
}

TEST_F(HubTopicsTest, HistoryIsAsLongAsAsked) {
  publish(fleet_.add(agent("bot", 1)));
  auto sampled = std::make_shared<fleet::Figures>(*figures(1, 100, moment(0)));
  for (int i = 1; i < 20; ++i) sampled->history.push_back({1000 + i, static_cast<double>(i), 1});
  publish(fleet_.sample("bot", sampled));
  Options few;
  few.history = 3;
  const auto answers = subscribe(connect(ann_), "agent:bot:stats", std::nullopt, few);
  const auto& history = answers[0].at("snapshot").as_object().at("history").as_array();
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[2].as_array()[0], 1019);
  few.history = 0;
  EXPECT_THAT(subscribe(connect(ann_), "agent:bot:stats", std::nullopt, few)[0]
                  .at("snapshot")
                  .as_object()
                  .at("history")
                  .as_array(),
              IsEmpty());
}

TEST_F(HubTopicsTest, OtherOptionsGetAWholeSnapshotOfTheirStream) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  ann.socket->take();
  hub_.choose(ann.id, {"agent:bot:stats", every(60)}, at_);
  auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[subscribed]"));
  EXPECT_TRUE(frames[0].at("snapshot").is_object());
  EXPECT_EQ(hub_.counts().subscriptions, 1U);
  EXPECT_EQ(watched_["bot"], 1);
  // Without options it keeps those that it has, so the number fits the stream.
  const auto seq = frames[0].at("seq").to_number<std::uint64_t>();
  EXPECT_TRUE(subscribe(ann, "agent:bot:stats", seq)[0].at("snapshot").is_null());
  // Another stream's number fits none of this one's.
  EXPECT_TRUE(subscribe(ann, "agent:bot:stats", seq, every(5))[0].at("snapshot").is_object());
  EXPECT_EQ(hub_.counts().subscriptions, 1U);
}

TEST_F(HubTopicsTest, OptionsOfWhatIsNotSubscribed) {
  const auto ann = connect(ann_);
  hub_.choose(ann.id, {"agents", {}}, at_);
  const auto frames = ann.socket->take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].at("status"), 404);
  EXPECT_EQ(text(frames[0], "topic"), "agents");
}

// ---- hidden tabs

TEST_F(HubTopicsTest, HiddenTabsRestAfterAMinuteAndGetOneResync) {
  publish(fleet_.add(agent("bot", 1)));
  publish(fleet_.sample("bot", figures(1, 100'000'000, moment(0))));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  subscribe(ann, "agents");
  ann.socket->take();
  hub_.visibility(ann.id, true, at_);
  for (int second = 5; second <= 55; second += 5) {
    publish(fleet_.sample("bot", figures(second, 100'000'000, moment(second))));
    go_to(second);
  }
  EXPECT_EQ(ann.socket->take().size(), 11U);
  EXPECT_EQ(watched_["bot"], 1);
  go_to(60);
  EXPECT_EQ(watched_["bot"], 0) << "nobody looks";
  for (int second = 65; second <= 90; second += 5) {
    publish(fleet_.sample("bot", figures(second, 100'000'000, moment(second))));
    go_to(second);
  }
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.port = 4; }));
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("agent_updated")) << "the list does not rest";
  hub_.visibility(ann.id, false, at_);
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[resync]"));
  EXPECT_EQ(text(frames[0], "topic"), "agent:bot:stats");
  EXPECT_EQ(number(frames[0].at("snapshot").as_object(), "cpu"), 90);
  EXPECT_EQ(watched_["bot"], 1);
  publish(fleet_.sample("bot", figures(7, 100'000'000, moment(96))));
  go_to(96);
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("agent_stats_update"));
}

TEST_F(HubTopicsTest, WhoMissedNothingGetsNothing) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  ann.socket->take();
  hub_.visibility(ann.id, true, at_);
  go_to(61);
  hub_.visibility(ann.id, false, at_);
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  // Hidden again: the minute begins anew.
  hub_.visibility(ann.id, true, at_);
  go_to(100);
  EXPECT_EQ(watched_["bot"], 1);
  go_to(121);
  EXPECT_EQ(watched_["bot"], 0);
}

TEST_F(HubTopicsTest, AccessEndsInHiddenTabsToo) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  ann.socket->take();
  hub_.visibility(ann.id, true, at_);
  go_to(61);
  publish(fleet_.remove("bot"));
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("[unsubscribed]"));
  EXPECT_EQ(watched_["bot"], 0);
  hub_.visibility(ann.id, false, at_);
  EXPECT_EQ(watched_["bot"], 0);
}

TEST_F(HubTopicsTest, SubscribingWhileHiddenRestsFromTheStart) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  hub_.visibility(ann.id, true, at_);
  go_to(61);
  EXPECT_TRUE(subscribe(ann, "agent:bot:stats")[0].at("snapshot").is_object());
  EXPECT_EQ(watched_["bot"], 0);
  publish(fleet_.sample("bot", figures(50, 100'000'000, moment(62))));
  go_to(67);
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  // What a slow socket is owed waits until somebody looks.
  hub_.resync(ann.id, "agent:bot:stats", at_);
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  hub_.visibility(ann.id, false, at_);
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("[resync]"));
}

// ---- content from elsewhere

/// Lines that the test writes.
struct Source {
  std::vector<std::string> fresh;
  std::vector<bool> watched;
  int feeds = 0;
};

class LinesFeed final : public Feed {
 public:
  explicit LinesFeed(Source& source) : source_(source) { ++source_.feeds; }
  ~LinesFeed() override { --source_.feeds; }
  [[nodiscard]] FeedManner manner() const override {
    return {.cursor = true, .kept = ChannelBounds{2, 1000}, .linger = std::chrono::seconds(30)};
  }
  std::string baseline(const fleet::Snapshot&, const Options& options, Moment) override {
    return R"({"tail":)" + std::to_string(options.tail) + "}";
  }
  std::vector<Event> due(const fleet::Snapshot&, Moment) override {
    std::vector<Event> events;
    for (auto& line : std::exchange(source_.fresh, {})) events.push_back({"agent_logs_append", "{" + line + "}"});
    return events;
  }
  void watched(bool by_somebody) override { source_.watched.push_back(by_somebody); }

 private:
  Source& source_;
};

class FromElsewhere : public HubTopicsTest {
 protected:
  FromElsewhere() {
    hub_.serve(Topic::Kind::logs, [this](const Asked&) { return std::make_unique<LinesFeed>(source_); });
    publish(fleet_.add(agent("bot", 1)));
  }
  Source source_;
};

TEST_F(HubTopicsTest, KindsThatNobodyServesAreUnknown) {
  publish(fleet_.add(agent("bot", 1)));
  const auto answers = subscribe(connect(ann_), "agent:bot:logs");
  EXPECT_EQ(answers[0].at("status"), 404);
  EXPECT_EQ(text(answers[0], "detail"), "Unknown topic");
}

TEST_F(FromElsewhere, StirSendsWhatIsDueAtOnce) {
  const auto ann = connect(ann_);
  auto frames = subscribe(ann, "agent:bot:logs");
  const auto seq = frames[0].at("seq").to_number<std::uint64_t>();
  EXPECT_EQ(text(frames[0].at("snapshot").as_object(), "cursor"), std::to_string(seq));
  EXPECT_EQ(frames[0].at("snapshot").as_object().at("tail"), 100);
  source_.fresh = {R"("n":1)", ""};
  hub_.stir({Topic::Kind::logs, "other"}, at_);
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  hub_.stir({Topic::Kind::logs, "bot"}, at_);
  frames = ann.socket->take();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].at("data"), (object{{"cursor", std::to_string(seq + 1)}, {"n", 1}}));
  EXPECT_EQ(frames[1].at("data"), (object{{"cursor", std::to_string(seq + 2)}}));
}

TEST_F(FromElsewhere, FeedsKnowWhetherSomebodyLooks) {
  const auto ann = connect(ann_);
  const auto root = connect(root_);
  subscribe(ann, "agent:bot:logs");
  subscribe(root, "agent:bot:logs");
  EXPECT_THAT(source_.watched, ElementsAre(true));
  hub_.visibility(ann.id, true, at_);
  go_to(61);
  EXPECT_THAT(source_.watched, ElementsAre(true));
  hub_.detach(root.id, at_);
  EXPECT_THAT(source_.watched, ElementsAre(true, false));
  hub_.visibility(ann.id, false, at_);
  EXPECT_THAT(source_.watched, ElementsAre(true, false, true));
  hub_.unsubscribe(ann.id, {"agent:bot:logs"}, at_);
  EXPECT_THAT(source_.watched, ElementsAre(true, false, true, false));
}

TEST_F(FromElsewhere, FeedsChooseTheirMemoryAndTheirLife) {
  const auto ann = connect(ann_);
  const auto seq = subscribe(ann, "agent:bot:logs")[0].at("seq").to_number<std::uint64_t>();
  hub_.detach(ann.id, at_);
  source_.fresh = {R"("n":1)", R"("n":2)", R"("n":3)"};
  go_to(29);
  EXPECT_EQ(source_.feeds, 1);
  auto again = connect(ann_);
  EXPECT_TRUE(subscribe(again, "agent:bot:logs", seq)[0].at("snapshot").is_object()) << "two frames are kept";
  EXPECT_TRUE(subscribe(again, "agent:bot:logs", seq + 1)[0].at("snapshot").is_null());
  hub_.detach(again.id, at_);
  go_to(58);
  EXPECT_EQ(source_.feeds, 1);
  go_to(60);
  EXPECT_EQ(source_.feeds, 0);
}

TEST_F(FromElsewhere, DeletedAgentEndsTheFeed) {
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:logs");
  ann.socket->take();
  publish(fleet_.remove("bot"));
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("[unsubscribed]"));
  EXPECT_EQ(source_.feeds, 0);
  EXPECT_THAT(source_.watched, ElementsAre(true, false));
}

// ---- topic agent:{n}

TEST_F(HubTopicsTest, ConfigurationChanges) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  const auto bob = connect(bob_);
  EXPECT_EQ(subscribe(bob, "agent:bot")[0].at("status"), 403);
  EXPECT_EQ(subscribe(ann, "agent:bot")[0].at("snapshot"), (object{{"name", "bot"}}));
  ann.socket->take();
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->shared_with = {"bob@example.com"}; }));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->memory_limit = "8g"; }));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.port = 7; }));
  hub_.tell({Topic::Kind::agent, "bot"}, config_changed("bot", ConfigArea::credentials, true), at_);
  hub_.tell({Topic::Kind::agent, "other"}, config_changed("other", ConfigArea::credentials, true), at_);
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_config_changed", "agent_config_changed", "agent_config_changed"));
  EXPECT_EQ(frames[0].at("data"), (object{{"name", "bot"}, {"area", "sharing"}, {"restart_required", false}}));
  EXPECT_EQ(frames[1].at("data"), (object{{"name", "bot"}, {"area", "resources"}, {"restart_required", true}}));
  EXPECT_EQ(frames[2].at("data"), (object{{"name", "bot"}, {"area", "credentials"}, {"restart_required", true}}));
  EXPECT_EQ(text(subscribe(bob, "agent:bot")[0], "type"), "subscribed") << "shared now";
  EXPECT_THAT(events(bob.socket->take()), IsEmpty());
}

TEST_F(HubTopicsTest, CapabilityModeAndModelKeyAreToldToo) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot");
  ann.socket->take();
  publish(fleet_.change("bot", [](fleet::Agent& a) {
    a.metadata->full_capabilities = true;
    a.metadata->capabilities_by = fleet::ChosenBy::owner;
  }));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->use_platform_api_key = false; }));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_config_changed", "agent_config_changed"));
  EXPECT_EQ(frames[0].at("data"), (object{{"name", "bot"}, {"area", "capabilities"}, {"restart_required", true}}));
  EXPECT_EQ(frames[1].at("data"), (object{{"name", "bot"}, {"area", "api_key"}, {"restart_required", true}}));
}

TEST_F(HubTopicsTest, PermissionsAreToldToBothSides) {
  publish(fleet_.add(agent("bot", 1)));
  publish(fleet_.add(agent("target", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot");
  subscribe(ann, "agent:target");
  subscribe(ann, "agents");
  ann.socket->take();
  publish(fleet_.change("target", [](fleet::Agent& a) { a.metadata->permitted_by = {"bot"}; }));
  auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_config_changed", "agent_config_changed")) << "and no word in the list";
  std::vector<std::string> told;
  for (const auto& frame : frames) {
    EXPECT_EQ(frame.at("data").at("area"), "permissions");
    told.emplace_back(frame.at("data").at("name").as_string());
  }
  EXPECT_THAT(told, UnorderedElementsAre("bot", "target"));
  publish(fleet_.change("target", [](fleet::Agent& a) { a.metadata->permitted_by = {"another", "bot"}; }));
  frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_config_changed"))
      << "another agent's: only the one it may call is told";
  EXPECT_EQ(frames[0].at("data").at("name"), "target");
  publish(fleet_.change("target", [](fleet::Agent& a) { a.metadata->permitted_by = {"another"}; }));
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("agent_config_changed", "agent_config_changed"));
}

// ---- topic user

TEST_F(HubTopicsTest, SessionOfThePerson) {
  const auto ann = connect(ann_);
  const auto answers = subscribe(ann, "user");
  EXPECT_EQ(answers[0].at("snapshot"), (object{{"username", "ann"},
                                               {"role", "user"},
                                               {"email", "Ann@Example.com"},
                                               {"expires_at", format_z(moment(86400).wall)},
                                               {"operations", boost::json::array()}}));
}

TEST_F(HubTopicsTest, RenewalAndNewRoleAreTold) {
  const auto ann = connect(ann_);
  const auto other = connect(ann_);
  subscribe(ann, "user");
  subscribe(other, "user");
  other.socket->take();
  ann.socket->take();
  hub_.identify(ann.id, {ann_, moment(90000).wall}, at_);
  auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[resync]", "session_update"));
  EXPECT_EQ(text(frames[1].at("data").as_object(), "expires_at"), format_z(moment(90000).wall));
  EXPECT_EQ(frames[1].at("seq").to_number<std::uint64_t>(), frames[0].at("seq").to_number<std::uint64_t>() + 1);
  EXPECT_THAT(other.socket->take(), IsEmpty()) << "another session";
  hub_.identify(ann.id, {caller(1, "ann", Role::admin, "Ann@Example.com"), moment(90000).wall}, at_);
  frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[resync]", "session_update"));
  EXPECT_EQ(text(frames[1].at("data").as_object(), "role"), "admin");
  EXPECT_FALSE(frames[1].at("data").as_object().contains("operations"));
}

TEST_F(HubTopicsTest, OperationsGoToTheirPersonOnly) {
  const auto ann = connect(ann_);
  const auto bob = connect(bob_);
  subscribe(ann, "user");
  subscribe(bob, "user");
  ann.socket->take();
  bob.socket->take();
  Operation operation{"o1", 1, "create_agent", "bot", "Looking for the image"};
  operation.percent = 10;
  hub_.note(operation, at_);
  auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("operation_update"));
  const object wanted{{"operation_id", "o1"}, {"kind", "create_agent"},          {"agent_name", "bot"},
                      {"percent", 10},        {"step", "Looking for the image"}, {"state", "running"},
                      {"detail", ""}};
  EXPECT_EQ(frames[0].at("data"), wanted);
  EXPECT_THAT(bob.socket->take(), IsEmpty());
  // Another tab of the same person begins with it.
  const auto answered = subscribe(connect(ann_), "user");
  const auto& running = answered[0].at("snapshot").as_object().at("operations").as_array();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0], wanted);
  operation.state = Operation::State::failed;
  operation.detail = "no image";
  hub_.note(operation, at_);
  frames = ann.socket->take();
  EXPECT_EQ(text(frames[0].at("data").as_object(), "state"), "failed");
  go_to(59);
  EXPECT_EQ(subscribe(connect(ann_), "user")[0].at("snapshot").as_object().at("operations").as_array().size(), 1U);
  go_to(61);
  EXPECT_THAT(subscribe(connect(ann_), "user")[0].at("snapshot").as_object().at("operations").as_array(), IsEmpty());
}

}  // namespace
}  // namespace trinity::live
