
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub_fixture.h"

namespace trinity::live {
namespace {

using testing::agent;
using testing::caller;
using ::testing::ElementsAre;
using testing::FakeFleet;
using testing::FakeSubscriber;
using testing::figures;
using ::testing::IsEmpty;
using testing::moment;
using testing::text;
using testing::json::object;

using HubTest = testing::HubFixture;

// ---- topic agents

TEST_F(HubTest, SnapshotHoldsWhatTheViewerMaySee) {
  publish(fleet_.add(agent("anns", 1)));
  publish(fleet_.add(agent("bobs", 2, "stopped")));
  const auto ann = connect(ann_);
  const auto answers = subscribe(ann, "agents");
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(text(answers[0], "type"), "subscribed");
  EXPECT_EQ(text(answers[0], "topic"), "agents");
  const auto& snapshot = answers[0].at("snapshot").as_object();
  ASSERT_EQ(snapshot.at("agents").as_array().size(), 1U);
  const auto& item = snapshot.at("agents").as_array()[0].as_object();
  EXPECT_EQ(item.at("name"), "anns");
  EXPECT_EQ(item.at("is_owner"), true);
  EXPECT_EQ(item.at("is_shared"), false);
  EXPECT_EQ(item.at("started_at"), "2026-01-09T23:05:00.000Z");
  EXPECT_EQ(snapshot.at("engine").as_object().at("state"), "ok");

  const auto root = connect(root_);
  const auto all = subscribe(root, "agents")[0].at("snapshot").as_object().at("agents").as_array();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[1].as_object().at("started_at").is_null());
  EXPECT_EQ(all[1].as_object().at("is_owner"), false);
}

TEST_F(HubTest, EventsPerViewerWithoutGaps) {
  const auto ann = connect(ann_);
  const auto bob = connect(bob_);
  auto ann_seq = subscribe(ann, "agents")[0].at("seq").to_number<std::uint64_t>();
  auto bob_seq = subscribe(bob, "agents")[0].at("seq").to_number<std::uint64_t>();
  publish(fleet_.add(agent("a1", 1)));
  publish(fleet_.add(agent("b1", 2)));
  publish(fleet_.add(agent("a2", 1)));
  publish(fleet_.change("b1", [](fleet::Agent& a) { a.status = "stopped"; }));
  publish(fleet_.remove("a1"));
  for (const auto& frame : ann.socket->frames) EXPECT_EQ(frame.at("seq").to_number<std::uint64_t>(), ++ann_seq);
  for (const auto& frame : bob.socket->frames) EXPECT_EQ(frame.at("seq").to_number<std::uint64_t>(), ++bob_seq);
  EXPECT_THAT(events(ann.socket->frames), ElementsAre("agent_created", "agent_created", "agent_deleted"));
  EXPECT_THAT(events(bob.socket->frames), ElementsAre("agent_created", "agent_status"));
  const auto& item = ann.socket->frames[0].at("data").as_object();
  EXPECT_EQ(item.at("name"), "a1");
  EXPECT_EQ(item.at("is_owner"), true);
  EXPECT_TRUE(item.contains("resources"));
  EXPECT_EQ(ann.socket->frames[2].at("data"), (object{{"name", "a1"}}));
}

TEST_F(HubTest, StatusTellsWhy) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  publish(fleet_.change(
      "bot",
      [](fleet::Agent& a) {
        a.status = "stopped";
        a.exit_code = 137;
        a.started_at = std::nullopt;
      },
      "oom"));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_status"));
  EXPECT_EQ(frames[0].at("data"), (object{{"name", "bot"},
                                          {"status", "stopped"},
                                          {"previous_status", "running"},
                                          {"reason", "oom"},
                                          {"exit_code", 137},
                                          {"started_at", nullptr},
                                          {"changed_at", nullptr}}));
}

TEST_F(HubTest, StatusWithOtherChangesIsFollowedByThem) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  publish(fleet_.change("bot", [](fleet::Agent& a) {
    a.status = "stopped";
    a.port = 3333;
  }));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_status", "agent_updated"));
  EXPECT_EQ(frames[1].at("data"), (object{{"name", "bot"}, {"port", 3333}}));
}

TEST_F(HubTest, UpdateHoldsChangedFieldsOnly) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->autonomy_enabled = true; }));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->github_repo = "o/r"; }));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.address = "10.0.0.9"; }));  // nobody sees it
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->tags = {"prod"}; }));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_updated", "agent_updated", "agent_updated"));
  EXPECT_EQ(frames[2].at("data"), (object{{"name", "bot"}, {"tags", boost::json::array{"prod"}}}));
  EXPECT_EQ(frames[0].at("data"), (object{{"name", "bot"}, {"autonomy_enabled", true}}));
  EXPECT_EQ(frames[1].at("data"), (object{{"name", "bot"}, {"github_repo", "o/r"}}));
}

TEST_F(HubTest, ExitCodeThatComesLaterIsSent) {
  publish(fleet_.add(agent("bot", 1, "stopped")));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.exit_code = 9; }, "exit"));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_updated"));
  EXPECT_EQ(frames[0].at("data"), (object{{"name", "bot"}, {"exit_code", 9}, {"reason", "exit"}}));
}

TEST_F(HubTest, AccessGainedAndLost) {
  publish(fleet_.add(agent("bot", 1)));
  const auto bob = connect(bob_);
  const auto root = connect(root_);
  subscribe(bob, "agents");
  subscribe(root, "agents");
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->shared_with = {"bob@example.com"}; }));
  auto frames = bob.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_created"));
  EXPECT_EQ(frames[0].at("data").as_object().at("is_shared"), true);
  EXPECT_THAT(root.socket->take(), IsEmpty());

  EXPECT_EQ(text(subscribe(bob, "agent:bot:stats")[0], "type"), "subscribed");
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->shared_with.clear(); }));
  frames = bob.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[unsubscribed]", "agent_deleted"));
  EXPECT_EQ(text(frames[0], "topic"), "agent:bot:stats");
  EXPECT_EQ(text(frames[0], "reason"), "access_revoked");
  EXPECT_EQ(watched_["bot"], 0);
}

TEST_F(HubTest, RevokedAccessGetsNoLastFigures) {
  publish(fleet_.add(agent("bot", 1)));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.metadata->shared_with = {"bob@example.com"}; }));
  const auto bob = connect(bob_);
  subscribe(bob, "agent:bot:stats");
  publish(fleet_.change("bot", [](fleet::Agent& a) {
    a.metadata->shared_with.clear();
    a.status = "stopped";
  }));
  EXPECT_THAT(events(bob.socket->take()), ElementsAre("[unsubscribed]"));
}

TEST_F(HubTest, NewOwner) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  const auto bob = connect(bob_);
  const auto root = connect(root_);
  for (const auto& client : {ann, bob, root}) subscribe(client, "agents");
  publish(fleet_.change("bot", [](fleet::Agent& a) {
    a.metadata->owner_id = 2;
    a.metadata->owner = "bob";
    a.metadata->shared_with = {"ann@example.com"};
  }));
  auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_updated"));
  EXPECT_EQ(frames[0].at("data"),
            (object{{"name", "bot"}, {"owner", "bob"}, {"is_owner", false}, {"is_shared", true}}));
  frames = bob.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_created"));
  EXPECT_EQ(frames[0].at("data").as_object().at("is_owner"), true);
  EXPECT_EQ(root.socket->take()[0].at("data"), (object{{"name", "bot"}, {"owner", "bob"}}));
}

TEST_F(HubTest, OrphansAreForAdministrators) {
  const auto ann = connect(ann_);
  const auto root = connect(root_);
  subscribe(ann, "agents");
  subscribe(root, "agents");
  auto orphan = agent("lost", 1);
  orphan->metadata = std::nullopt;
  testing::refresh(*orphan);
  publish(fleet_.add(orphan));
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  EXPECT_THAT(events(root.socket->take()), ElementsAre("agent_created"));
}

TEST_F(HubTest, EngineStatus) {
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  publish(fleet_.engine_lost(moment(5)));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("engine_status"));
  EXPECT_EQ(frames[0].at("data"), (object{{"state", "unreachable"}, {"since", "2026-01-09T23:06:45.000Z"}}));
}

TEST_F(HubTest, ReplacedContainerIsNoDeletion) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  subscribe(ann, "agent:bot:stats");
  const auto classic = connect(ann_);
  const auto old = fleet_.entries.at("bot").agent;
  auto fresh = agent("bot", 1);
  fresh->container_id = "id-new";
  testing::refresh(*fresh);
  fleet_.entries["bot"] = {fresh, nullptr};
  publish(fleet_.publication({{FakeFleet::Kind::created, "bot", nullptr, fresh, "user"},
                              {FakeFleet::Kind::deleted, "bot", old, nullptr, "user"}}));
  const auto frames = ann.socket->take();
  EXPECT_THAT(events(frames), ElementsAre("agent_created"));
  EXPECT_EQ(frames[0].at("data").as_object().at("container_id"), "id-new");
  EXPECT_THAT(events(classic.socket->take()), ElementsAre("agent_created"));
}

// ---- since

TEST_F(HubTest, ResumesWithoutSnapshot) {
  const auto first = connect(ann_);
  const auto seq = subscribe(first, "agents")[0].at("seq").to_number<std::uint64_t>();
  hub_.detach(first.id, at_);
  publish(fleet_.add(agent("a1", 1)));
  publish(fleet_.add(agent("a2", 1)));
  const auto again = connect(ann_);
  const auto answers = subscribe(again, "agents", seq);
  ASSERT_THAT(events(answers), ElementsAre("[subscribed]", "agent_created", "agent_created"));
  EXPECT_TRUE(answers[0].at("snapshot").is_null());
  EXPECT_EQ(answers[0].at("seq").to_number<std::uint64_t>(), seq);
  EXPECT_EQ(answers[2].at("seq").to_number<std::uint64_t>(), seq + 2);
}

TEST_F(HubTest, NumberFromElsewhereGetsASnapshot) {
  const auto ann = connect(ann_);
  for (const auto since : {std::uint64_t{0}, std::uint64_t{412}, ~std::uint64_t{0}}) {
    EXPECT_TRUE(subscribe(ann, "agents", since)[0].at("snapshot").is_object()) << since;
  }
}

TEST_F(HubTest, ChannelIsKeptForTwoMinutes) {
  const auto first = connect(ann_);
  const auto seq = subscribe(first, "agents")[0].at("seq").to_number<std::uint64_t>();
  hub_.detach(first.id, at_);
  go_to(119);
  EXPECT_EQ(hub_.counts().channels, 1U);
  go_to(121);
  EXPECT_EQ(hub_.counts().channels, 0U);
  const auto answers = subscribe(connect(ann_), "agents", seq);
  EXPECT_TRUE(answers[0].at("snapshot").is_object());
  EXPECT_GT(answers[0].at("seq").to_number<std::uint64_t>(), seq);
}

TEST_F(HubTest, FramesAreEncodedOncePerChannel) {
  publish(fleet_.add(agent("bot", 1)));
  const auto one = connect(ann_);
  const auto two = connect(ann_);
  hub_.subscribe(one.id, {{"agents", {}}}, at_);
  hub_.subscribe(two.id, {{"agents", {}}}, at_);
  publish(fleet_.remove("bot"));
  ASSERT_EQ(one.socket->shared.size(), 2U);
  EXPECT_EQ(one.socket->shared[0], two.socket->shared[0]);
  EXPECT_EQ(one.socket->shared[1], two.socket->shared[1]);
}

TEST_F(HubTest, SharedSnapshotIsNeverOld) {
  const auto one = connect(ann_);
  subscribe(one, "agents");
  publish(fleet_.add(agent("bot", 1)));
  const auto answers = subscribe(connect(ann_), "agents");
  EXPECT_EQ(answers[0].at("snapshot").as_object().at("agents").as_array().size(), 1U);
}

// ---- access

TEST_F(HubTest, RefusedSubscriptions) {
  publish(fleet_.add(agent("bot", 1)));
  const auto bob = connect(bob_);
  const auto root = connect(root_);
  const auto status = [&](const Client& client, const std::string& topic) {
    const auto answers = subscribe(client, topic);
    return answers.size() == 1 && text(answers[0], "type") == "subscribe_error" ? answers[0].at("status").as_int64()
                                                                                : 0;
  };
  EXPECT_EQ(status(bob, "agent:bot:stats"), 403);
  EXPECT_EQ(status(bob, "agent:nobody:stats"), 403);  // tells nothing about what exists
  EXPECT_EQ(status(root, "agent:nobody:stats"), 404);
  EXPECT_EQ(status(root, "agent:bot:stats"), 0);
  EXPECT_EQ(status(bob, "weather"), 404);
  EXPECT_EQ(status(bob, "no topic"), 422);
  EXPECT_EQ(status(connect(), "agents"), 401);
}

TEST_F(HubTest, TopicsPerSocketAreBounded) {
  const auto root = connect(root_);
  for (int i = 0; i < 65; ++i) publish(fleet_.add(agent("a" + std::to_string(i), 1)));
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(text(subscribe(root, "agent:a" + std::to_string(i) + ":stats")[0], "type"), "subscribed") << i;
  }
  EXPECT_EQ(subscribe(root, "agent:a64:stats")[0].at("status"), 429);
  EXPECT_EQ(root.socket->breaches, 1U);
  EXPECT_EQ(text(subscribe(root, "agent:a0:stats")[0], "type"), "subscribed");  // one that it has
  hub_.unsubscribe(root.id, {"agent:a0:stats"}, at_);
  EXPECT_EQ(text(subscribe(root, "agent:a64:stats")[0], "type"), "subscribed");
}

TEST_F(HubTest, SocketsPerUserAreBounded) {
  std::vector<Client> clients;
  for (int i = 0; i < 21; ++i) clients.push_back(connect(ann_));
  EXPECT_EQ(text(subscribe(clients[19], "agents")[0], "type"), "subscribed");
  EXPECT_EQ(subscribe(clients[20], "agents")[0].at("status"), 429);
  EXPECT_EQ(text(subscribe(connect(bob_), "agents")[0], "type"), "subscribed");
  hub_.detach(clients[0].id, at_);
  EXPECT_EQ(text(subscribe(clients[20], "agents")[0], "type"), "subscribed");
}

TEST_F(HubTest, ExpiredSessionEndsEverySubscription) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  subscribe(ann, "agent:bot:stats");
  hub_.identify(ann.id, {}, at_);
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[unsubscribed]", "[unsubscribed]"));
  for (const auto& frame : frames) EXPECT_EQ(text(frame, "reason"), "session_expired");
  publish(fleet_.remove("bot"));
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  EXPECT_EQ(hub_.counts().subscriptions, 0U);
}

TEST_F(HubTest, SameUserAgainKeepsSubscriptions) {
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  hub_.identify(ann.id, {caller(1, "ann", Role::user, "Ann@Example.com"), moment(86400).wall}, at_);
  EXPECT_THAT(ann.socket->take(), IsEmpty());
  publish(fleet_.add(agent("bot", 1)));
  EXPECT_THAT(events(ann.socket->take()), ElementsAre("agent_created"));
}

TEST_F(HubTest, OtherUserGetsItsOwnView) {
  publish(fleet_.add(agent("anns", 1)));
  publish(fleet_.add(agent("bobs", 2)));
  const auto client = connect(ann_);
  subscribe(client, "agents");
  subscribe(client, "agent:anns:stats");
  hub_.identify(client.id, {bob_, moment(86400).wall}, at_);
  const auto frames = client.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[unsubscribed]", "[resync]"));
  EXPECT_EQ(text(frames[0], "reason"), "access_revoked");
  const auto& agents = frames[1].at("snapshot").as_object().at("agents").as_array();
  ASSERT_EQ(agents.size(), 1U);
  EXPECT_EQ(agents[0].as_object().at("name"), "bobs");
}

TEST_F(HubTest, Unsubscribe) {
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  hub_.unsubscribe(ann.id, {"agents", "never-had"}, at_);
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[unsubscribed]", "[unsubscribed]"));
  EXPECT_EQ(text(frames[0], "reason"), "client");
  publish(fleet_.add(agent("bot", 1)));
  EXPECT_THAT(ann.socket->take(), IsEmpty());
}

// ---- topic agent:{n}:stats

TEST_F(HubTest, WatchesWhileSomebodyListens) {
  publish(fleet_.add(agent("bot", 1)));
  const auto one = connect(ann_);
  const auto two = connect(root_);
  subscribe(one, "agent:bot:stats");
  EXPECT_EQ(watched_["bot"], 1);
  subscribe(one, "agent:bot:stats");
  subscribe(two, "agent:bot:stats");
  EXPECT_EQ(watched_["bot"], 1);
  hub_.unsubscribe(one.id, {"agent:bot:stats"}, at_);
  EXPECT_EQ(watched_["bot"], 1);
  hub_.detach(two.id, at_);
  EXPECT_EQ(watched_["bot"], 0);
}

TEST_F(HubTest, StatsAreSharedAndPaced) {
  publish(fleet_.add(agent("bot", 1)));
  publish(fleet_.sample("bot", figures(1, 100'000'000, moment(0))));
  const auto ann = connect(ann_);
  const auto root = connect(root_);
  const auto seq = subscribe(ann, "agent:bot:stats")[0].at("seq").to_number<std::uint64_t>();
  subscribe(root, "agent:bot:stats");
  for (int second = 1; second <= 11; ++second) {
    if (second % 2 == 0) {
      publish(fleet_.sample("bot", figures(second * 10, 100'000'000, moment(second))));
    }
    go_to(second);
  }
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("agent_stats_update", "agent_stats_update"));
  EXPECT_EQ(frames[0].at("seq").to_number<std::uint64_t>(), seq + 1);
  EXPECT_EQ(text(frames[0], "ts"), "2026-01-09T23:06:45.000Z");
  EXPECT_EQ(text(frames[1], "ts"), "2026-01-09T23:06:50.000Z");
  EXPECT_EQ(root.socket->take(), frames);
}

TEST_F(HubTest, DeletedAgentEndsItsTopics) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  publish(fleet_.remove("bot"));
  const auto frames = ann.socket->take();
  ASSERT_THAT(events(frames), ElementsAre("[unsubscribed]"));
  EXPECT_EQ(text(frames[0], "reason"), "agent_deleted");
  EXPECT_EQ(watched_["bot"], 0);
  EXPECT_EQ(hub_.counts().channels, 0U);
}

TEST_F(HubTest, ResyncReplacesEverything) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agent:bot:stats");
  hub_.resync(ann.id, "agent:bot:stats", at_);
  hub_.resync(ann.id, "agents", at_);  // not subscribed
  const auto kinds = ann.socket->kinds;
  ASSERT_THAT(events(ann.socket->take()), ElementsAre("[resync]"));
  EXPECT_EQ(kinds.at(0), Outgoing::Kind::baseline);
}

// ---- classic broadcasts

TEST_F(HubTest, ClassicShapes) {
  const auto ann = connect(ann_);
  publish(fleet_.add(agent("bot", 1)));
  auto frames = ann.socket->take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], (object{{"event", "agent_created"},
                               {"data", object{{"name", "bot"},
                                               {"type", "custom"},
                                               {"status", "running"},
                                               {"port", 2222},
                                               {"created", "2026-01-13T10:15:30"},
                                               {"resources", object{{"cpu", "2"}, {"memory", "4g"}}},
                                               {"container_id", "id-bot"}}}}));

  publish(fleet_.change("bot", [](fleet::Agent& a) { a.status = "stopped"; }));
  EXPECT_EQ(ann.socket->take()[0], (object{{"event", "agent_stopped"},
                                           {"data", object{{"name", "bot"}}},
                                           {"type", "agent_status"},
                                           {"agent_name", "bot"},
                                           {"status", "stopped"}}));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.status = "running"; }));
  frames = ann.socket->take();
  // `agent_started` comes from who pushes credentials, when it is known what came of that.
  EXPECT_EQ(frames[0], (object{{"type", "agent_status"}, {"agent_name", "bot"}, {"status", "running"}}));

  publish(fleet_.change("bot", [](fleet::Agent& a) { a.status = "stopped"; }, "oom"));
  EXPECT_EQ(ann.socket->take()[0], (object{{"type", "agent_status"}, {"agent_name", "bot"}, {"status", "stopped"}}));
  publish(fleet_.change("bot", [](fleet::Agent& a) { a.port = 1; }));
  EXPECT_THAT(ann.socket->take(), IsEmpty());

  publish(fleet_.remove("bot"));
  EXPECT_EQ(ann.socket->take()[0], (object{{"event", "agent_deleted"},
                                           {"data", object{{"name", "bot"}}},
                                           {"type", "agent_deleted"},
                                           {"agent_name", "bot"}}));
}

TEST_F(HubTest, ClassicBroadcastsGoToReadersOnly) {
  const auto ann = connect(ann_);
  const auto bob = connect(bob_);
  const auto root = connect(root_);
  const auto unknown = connect();
  publish(fleet_.add(agent("bot", 1)));
  hub_.broadcast("bot", std::make_shared<const std::string>(R"({"event":"agent_shared","data":{"name":"bot"}})"));
  publish(fleet_.remove("bot"));
  EXPECT_EQ(ann.socket->frames.size(), 3U);
  EXPECT_EQ(root.socket->frames.size(), 3U);
  EXPECT_THAT(bob.socket->frames, IsEmpty());
  EXPECT_THAT(unknown.socket->frames, IsEmpty());
}

TEST_F(HubTest, SubscribersGetNoClassicBroadcasts) {
  publish(fleet_.add(agent("bot", 1)));
  const auto ann = connect(ann_);
  subscribe(ann, "agents");
  hub_.unsubscribe(ann.id, {"agents"}, at_);
  ann.socket->take();
  publish(fleet_.remove("bot"));
  EXPECT_THAT(ann.socket->take(), IsEmpty());
}

TEST_F(HubTest, WhatIsFoundAtStartUpIsNoNews) {
  Hub hub([](const std::string&, int) {}, {});
  auto socket = std::make_shared<FakeSubscriber>();
  hub.attach(1, socket);
  hub.identify(1, {ann_, {}}, at_);
  hub.publish(fleet_.add(agent("bot", 1)), at_);
  EXPECT_THAT(socket->frames, IsEmpty());
  hub.publish(fleet_.add(agent("bot2", 1)), at_);
  EXPECT_EQ(socket->frames.size(), 1U);
}

// ---- bounds

TEST_F(HubTest, LargestSocketGoesWhenAllTogetherHoldTooMuch) {
  const auto small = connect(ann_);
  const auto large = connect(bob_);
  small.socket->unsent_bytes = 30 * 1024 * 1024;
  large.socket->unsent_bytes = 34 * 1024 * 1024;
  hub_.tick(at_);
  EXPECT_FALSE(large.socket->too_slow);
  small.socket->unsent_bytes += 1;
  hub_.tick(at_);
  EXPECT_TRUE(large.socket->too_slow);
  EXPECT_FALSE(small.socket->too_slow);
}

TEST_F(HubTest, ChannelsAreBounded) {
  HubBounds bounds;
  bounds.channels = 2;
  Hub hub([](const std::string&, int) {}, bounds);
  const std::vector<std::shared_ptr<const Caller>> users{ann_, bob_, root_};
  std::vector<std::shared_ptr<FakeSubscriber>> sockets;
  for (SocketId id = 0; id < 3; ++id) {
    sockets.push_back(std::make_shared<FakeSubscriber>());
    hub.attach(id, sockets[id]);
    hub.identify(id, {users[id], {}}, at_);
    hub.subscribe(id, {{"agents", {}}}, at_);
  }
  EXPECT_EQ(text(sockets[1]->frames[0], "type"), "subscribed");
  EXPECT_EQ(sockets[2]->frames[0].at("status"), 429);
  hub.detach(0, at_);  // its channel lingers, but gives way
  hub.subscribe(2, {{"agents", {}}}, at_);
  EXPECT_EQ(text(sockets[2]->frames[1], "type"), "subscribed");
}

TEST_F(HubTest, KeptFramesAreBounded) {
  HubBounds bounds;
  bounds.kept_bytes = 1000;
  Hub hub([](const std::string&, int) {}, bounds);
  hub.publish(fleet_.nothing(), at_);
  auto socket = std::make_shared<FakeSubscriber>();
  hub.attach(1, socket);
  hub.identify(1, {root_, {}}, at_);
  hub.subscribe(1, {{"agents", {}}}, at_);
  const auto seq = socket->take()[0].at("seq").to_number<std::uint64_t>();
  for (int i = 0; i < 10; ++i) hub.publish(fleet_.add(agent("a" + std::to_string(i), 1)), at_);
  hub.tick(at_);
  socket->take();
  hub.subscribe(1, {{"agents", seq}}, at_);
  EXPECT_TRUE(socket->take()[0].at("snapshot").is_object());
}

}  // namespace
}  // namespace trinity::live
