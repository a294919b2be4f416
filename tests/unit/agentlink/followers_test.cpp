#include "agentlink/followers.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "unit/agentlink/daemons.h"

namespace trinity::agentlink {
namespace {

using namespace std::chrono_literals;
using test::Daemons;

template <class F>
bool eventually(F condition, std::chrono::milliseconds within = 10s) {
  const auto until = steady_now() + within;
  while (!condition()) {
    if (steady_now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

/// A fleet that a test puts together, and everything that was told of it.
class FollowersTest : public testing::Test {
 protected:
  explicit FollowersTest(std::chrono::milliseconds heartbeat = 15s) : daemons(heartbeat) {
    FollowPace pace;
    pace.port = daemons.port();
    pace.first_retry = 10ms;
    pace.last_retry = 100ms;
    pace.last_blind_retry = 100ms;
    make(pace);
    io.start();
  }
  ~FollowersTest() override {
    followers->stop();
    io.stop();
    io.join();
  }
  void make(FollowPace pace) {
    auto target_of = [](const fleet::Agent& agent) {
      return Target{agent.address, agent.key_nonce.empty() ? agent.name : agent.key_nonce, false};
    };
    followers = std::make_unique<Followers>(
        std::vector<asio::any_io_executor>{io[0].get_executor(), io[1].get_executor()}, target_of, pace);
    followers->on_news([this](const News& news) {
      const std::lock_guard lock(mutex);
      told.push_back(news);
    });
  }
  static fleet::Agent agent(const std::string& name, const std::string& status = "running") {
    fleet::Agent made;
    made.name = name;
    made.container_id = "c-" + name;
    made.status = status;
    if (status == "running") made.address = "127.46.0.1";
    return made;
  }
  void publish(const std::vector<fleet::Agent>& agents) {
    auto snapshot = std::make_shared<fleet::Snapshot>();
    snapshot->loaded = true;
    fleet::Publication publication;
    for (const auto& one : agents) {
      const auto shared = std::make_shared<const fleet::Agent>(one);
      snapshot->entries.push_back({shared, nullptr});
      publication.changes.push_back({fleet::Change::Kind::updated, one.name, shared, shared, {}});
    }
    for (const auto& name : std::exchange(names, {}))
      publication.changes.push_back({fleet::Change::Kind::deleted, name, nullptr, nullptr, {}});
    for (const auto& one : agents) names.push_back(one.name);
    snapshot->by_name = fleet::index_of(snapshot->entries);
    publication.snapshot = snapshot;
    followers->follow(publication);
  }
  bool is_up(const std::string& name) {
    const auto live = followers->find(name);
    return live && live->connection == Connection::up;
  }
  std::vector<std::string> calls(const std::string& name) {
    std::vector<std::string> ids;
    const auto live = followers->find(name);
    for (const auto& call : live->activity->timeline) ids.push_back(call->id);
    return ids;
  }
  /// Ids of calls in the order in which they were told to have begun.
  std::vector<std::string> begun(const std::string& name) {
    const std::lock_guard lock(mutex);
    std::vector<std::string> ids;
    ActivityPtr before;
    for (const auto& news : told) {
      if (news.agent != name || !news.live) continue;
      const auto& activity = news.live->activity;
      if (!news.whole && before && activity != before && !activity->timeline.empty())
        ids.push_back(activity->timeline.front()->id);
      before = activity;
    }
    return ids;
  }

  Daemons daemons;
  IoThreads io{2};
  std::unique_ptr<Followers> followers;
  std::vector<std::string> names;
  std::mutex mutex;
  std::vector<News> told;
};

TEST_F(FollowersTest, KnowsWhatHappensInsideARunningAgent) {
  EXPECT_EQ(followers->find("bot"), nullptr);
  publish({agent("bot"), agent("idle", "stopped")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  EXPECT_EQ(followers->find("idle"), nullptr);
  EXPECT_EQ(followers->find("bot")->session->message_count, 2);
  daemons.happens("bot", "activity", Daemons::activity("t1", "running"));
  ASSERT_TRUE(eventually([&] { return !calls("bot").empty(); }));
  EXPECT_TRUE(followers->find("bot")->activity->running);
  EXPECT_EQ(followers->counts().up, 1U);
}

TEST_F(FollowersTest, GoesOnWhereItWasWhenTheConnectionBreaks) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  std::vector<std::string> wanted;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i) {
      wanted.push_back("t" + std::to_string(round * 4 + i));
      daemons.happens("bot", "activity", Daemons::activity(wanted.back(), "running"));
    }
    const auto visits = daemons.visits("bot");
    daemons.cut("bot");
    ASSERT_TRUE(eventually([&] { return daemons.visits("bot") > visits; }));
  }
  ASSERT_TRUE(eventually([&] { return begun("bot").size() >= wanted.size() && is_up("bot"); }));
  EXPECT_EQ(begun("bot"), wanted) << "each once, in order";
}

TEST_F(FollowersTest, AnotherLifeOfTheDaemonReplacesEverything) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  daemons.happens("bot", "activity", Daemons::activity("old", "running"));
  daemons.happens("bot", "execution", {{"execution", {{"execution_id", "r1"}, {"phase", "began"}}}});
  ASSERT_TRUE(eventually([&] { return followers->find("bot")->runs->size() == 1; }));
  daemons.restart("bot", Daemons::state_of("new"));
  ASSERT_TRUE(eventually([&] { return is_up("bot") && calls("bot") == std::vector<std::string>{"new"}; }));
  EXPECT_TRUE(followers->find("bot")->runs->empty());
  const std::lock_guard lock(mutex);
  EXPECT_EQ(std::count_if(told.begin(), told.end(), [](const News& news) { return news.anew_since.has_value(); }), 1);
}

TEST_F(FollowersTest, AFrameThatIsNoneAndAGapBeginAnew) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  for (const std::string bad : {"{", R"({"type":"session","seq":77,"session":{}})", R"({"type":"heartbeat","seq":9})",
                                R"({"type":"hello","stream":"x","seq":0,"resumed":false})"}) {
    const auto visits = daemons.visits("bot");
    daemons.say("bot", bad);
    EXPECT_TRUE(eventually([&] { return daemons.visits("bot") > visits && is_up("bot"); })) << bad;
  }
  const auto visits = daemons.visits("bot");
  daemons.say("bot", R"({"type":"weather","sun":true})");
  daemons.happens("bot", "weather", {{"sun", true}});
  daemons.happens("bot", "activity", Daemons::activity("t1", "running"));
  ASSERT_TRUE(eventually([&] { return calls("bot") == std::vector<std::string>{"t1"}; }));
  EXPECT_EQ(daemons.visits("bot"), visits) << "what is not known yet is no fault";
}

TEST_F(FollowersTest, AStoppedAgentIsForgottenAndAStartedOneFollowed) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  publish({agent("bot", "stopped")});
  ASSERT_TRUE(eventually([&] { return followers->find("bot") == nullptr; }));
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(told.back().live, nullptr);
  }
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  publish({});
  ASSERT_TRUE(eventually([&] { return followers->find("bot") == nullptr; }));
}

TEST_F(FollowersTest, AnotherSecretOrContainerIsConnectedAnew) {
  auto one = agent("bot");
  one.key_nonce = "wrong";
  publish({one});
  ASSERT_TRUE(eventually([&] { return daemons.refused >= 2; })) << "it is tried again";
  EXPECT_FALSE(is_up("bot"));
  one.key_nonce = "bot";
  publish({one});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  const auto visits = daemons.visits("bot");
  publish({one});
  one.started_at = now();
  publish({one});
  ASSERT_TRUE(eventually([&] { return daemons.visits("bot") == visits + 1 && is_up("bot"); })) << "once";
}

TEST_F(FollowersTest, TellsWhichFilesHaveChanged) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  FileChanges seen;
  auto subscription = std::make_unique<FileSubscription>(
      followers->watch_files("bot", io[0].get_executor(), [&](const FileChanges& changes) {
        const std::lock_guard lock(mutex);
        seen.add(changes);
      }));
  const auto seen_so_far = [&] {
    const std::lock_guard lock(mutex);
    return seen;
  };
  daemons.happens("bot", "files", {{"changes", boost::json::array{{{"path", "a.txt"}}}}, {"truncated", false}});
  ASSERT_TRUE(eventually([&] { return !seen_so_far().paths.empty(); }));
  EXPECT_EQ(seen_so_far().paths, std::vector<std::string>{"a.txt"});
  EXPECT_FALSE(seen_so_far().overflow);
  daemons.restart("bot", Daemons::state_of());
  ASSERT_TRUE(eventually([&] { return seen_so_far().overflow; })) << "nobody knows what changed meanwhile";
  std::promise<void> ended;
  asio::post(io[0], [&] {
    subscription.reset();
    ended.set_value();
  });
  ended.get_future().get();
  const auto before = seen_so_far().paths.size();
  daemons.happens("bot", "files", {{"changes", boost::json::array{{{"path", "b.txt"}}}}, {"truncated", false}});
  daemons.happens("bot", "activity", Daemons::activity("t1", "running"));
  ASSERT_TRUE(eventually([&] { return !calls("bot").empty(); }));
  EXPECT_EQ(seen_so_far().paths.size(), before);
}

struct QuickHeartbeat : FollowersTest {
  QuickHeartbeat() : FollowersTest(100ms) {}
};

TEST_F(QuickHeartbeat, HeartbeatsKeepAQuietConnection) {
  publish({agent("bot")});
  ASSERT_TRUE(eventually([&] { return is_up("bot"); }));
  std::this_thread::sleep_for(600ms);
  EXPECT_EQ(daemons.visits("bot"), 1);
}

/// The system takes connections for it, but nobody answers.
TEST(SilentDaemon, ADeadConnectionIsFoundByItsSilence) {
  Daemons daemons;
  daemons.silent = true;
  IoThreads io(1);
  FollowPace pace;
  pace.port = daemons.port();
  pace.first_retry = 10ms;
  pace.first_heartbeat = 50ms;
  Follower::Sink nothing = [](const News&) {};
  const auto follower = std::make_shared<Follower>(io[0].get_executor(), "bot", pace, nothing);
  io.start();
  Aim aim;
  aim.target = {"127.0.0.1", "bot", false};
  follower->aim(aim);
  EXPECT_TRUE(eventually([&] { return daemons.visits("bot") >= 3; }));
  follower->aim(std::nullopt);
  io.stop();
  io.join();
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}
double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// Two hundred agents, both ends of every connection in this process.
TEST_F(FollowersTest, TwoHundredAgentsCostLittle) {
  constexpr int many = 200;
  const auto name = [](int i) { return "agent-" + std::to_string(i); };
  {
    const std::lock_guard lock(mutex);
    told.reserve(100'000);
  }
  std::vector<fleet::Agent> agents;
  for (int i = 0; i < many; ++i) agents.push_back(agent(name(i)));
  const auto before = resident_bytes();
  publish(agents);
  ASSERT_TRUE(eventually([&] { return followers->counts().up == many; }, 30s));
  const auto quiet = processor_seconds();
  std::this_thread::sleep_for(500ms);
  EXPECT_LT(processor_seconds() - quiet, 0.1) << "quiet agents cost nothing";
  constexpr int rounds = 100;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < many; ++i)
      daemons.happens(name(i), "activity", Daemons::activity("t" + std::to_string(round), "running"));
    const std::lock_guard lock(mutex);
    told.clear();
  }
  const auto last = [&](int i) {
    const auto ids = calls(name(i));
    return !ids.empty() && ids.front() == "t" + std::to_string(rounds - 1);
  };
  for (int i = 0; i < many; ++i) ASSERT_TRUE(eventually([&] { return last(i); }, 60s)) << i;
  EXPECT_EQ(calls(name(7)).size(), most_calls);
  EXPECT_EQ(followers->counts().up, many);
  for (int i = 0; i < many; ++i) ASSERT_EQ(daemons.visits(name(i)), 1) << i;
  RecordProperty("bytes_per_agent", std::to_string((resident_bytes() - before) / many));
  RecordProperty("cpu_us_per_event", std::to_string((processor_seconds() - quiet) * 1e6 / (many * rounds)));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(resident_bytes() - before, std::size_t{many} * 256 * 1024);
#endif
}

}  // namespace
}  // namespace trinity::agentlink
