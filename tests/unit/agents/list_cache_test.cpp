#include "agents/list_cache.h"

#include <gtest/gtest.h>

#include <thread>

#include "unit/fleet/facts.h"
#include "unit/http/gunzip.h"

namespace trinity::agents {
namespace {

Caller user(std::int64_t id) {
  return {id, "user" + std::to_string(id), "user" + std::to_string(id) + "@example.org", Role::user};
}
Caller admin() {
  return {1, "admin", std::nullopt, Role::admin};
}

/// Agents named a0, a1 ...; each belongs to user 7 and is shared with user 8.
fleet::Snapshot snapshot_of(std::size_t agents, std::uint64_t epoch, const std::string& type = "worker") {
  fleet::Snapshot made;
  made.agents_epoch = epoch;
  for (std::size_t i = 0; i < agents; ++i) {
    auto container = test::container("c" + std::to_string(i), "a" + std::to_string(i));
    container.labels[fleet::label::agent_type] = type;
    auto agent = std::make_shared<const fleet::Agent>(
        fleet::make_agent(container, test::owned_by(7, {"user8@example.org"}), test::network));
    made.entries.push_back({std::move(agent), nullptr});
  }
  made.by_name = fleet::index_of(made.entries);
  return made;
}

TEST(ListCache, JoinsOncePerChangeAndViewer) {
  ListCache cache;
  const auto first = cache.view(snapshot_of(3, 1), user(7));
  EXPECT_EQ(*first->plain().bytes, fleet::list_text(snapshot_of(3, 1), user(7)));
  EXPECT_EQ(cache.view(snapshot_of(3, 1), user(7)), first) << "the same snapshot";
  EXPECT_EQ(cache.view(snapshot_of(3, 2), user(7)), first) << "a newer one that shows the same";
  EXPECT_EQ(cache.counts().joined, 1U);
  const auto changed = cache.view(snapshot_of(3, 3, "tester"), user(7));
  EXPECT_NE(changed, first);
  EXPECT_NE(changed->tag(), first->tag());
  EXPECT_EQ(*changed->plain().bytes, fleet::list_text(snapshot_of(3, 3, "tester"), user(7)));
  EXPECT_EQ(cache.counts().joined, 2U);
  EXPECT_EQ(cache.counts().viewers, 1U);
}

TEST(ListCache, AThreadThatIsBehindGetsTheNewerList) {
  ListCache cache;
  const auto newer = cache.view(snapshot_of(2, 9, "tester"), user(7));
  EXPECT_EQ(cache.view(snapshot_of(3, 8), user(7)), newer);
}

TEST(ListCache, ViewersSeeTheirOwn) {
  ListCache cache;
  const auto all = snapshot_of(2, 1);
  auto agent_key = user(7);
  agent_key.scope = Scope::agent_key;
  agent_key.agent_name = "a0";
  auto other_key = agent_key;
  other_key.agent_name = "a1";
  auto promoted = user(8);
  promoted.role = Role::admin;
  auto renamed = user(8);
  renamed.email = "other@example.org";
  auto system = user(8);
  system.scope = Scope::system_key;
  std::set<std::string> seen;
  const std::vector<Caller> callers{admin(),   user(7),  user(8), user(9), agent_key,
                                    other_key, promoted, renamed, system};
  for (int round = 0; round < 2; ++round) {
    for (const auto& caller : callers) {
      const auto view = cache.view(all, caller);
      EXPECT_EQ(*view->plain().bytes, fleet::list_text(all, caller)) << caller.username;
      seen.insert(fleet::viewer_class(caller));
    }
  }
  EXPECT_EQ(seen.size(), callers.size());
  EXPECT_EQ(cache.counts().joined, callers.size());
  auto same = user(7);
  same.username = "renamed";
  EXPECT_EQ(fleet::viewer_class(same), fleet::viewer_class(user(7))) << "a name decides nothing";
}

TEST(ListCache, IsBoundedInViewersAndBytes) {
  ListCache few({.viewers = 3, .bytes = 1'000'000});
  const auto small = snapshot_of(1, 1);
  for (std::int64_t id = 100; id < 110; ++id) (void)few.view(small, user(id));
  EXPECT_EQ(few.counts().viewers, 3U);
  const auto before = few.counts().joined;
  (void)few.view(small, user(109));
  EXPECT_EQ(few.counts().joined, before) << "the newest is kept";
  (void)few.view(small, user(100));
  EXPECT_EQ(few.counts().joined, before + 1) << "the oldest was let go";

  const auto large = snapshot_of(50, 1);
  const auto length = fleet::list_text(large, admin()).size();
  ListCache tight({.viewers = 100, .bytes = length * 4});
  for (std::int64_t id = 2; id < 12; ++id) {
    auto viewer = admin();
    viewer.user_id = id;
    (void)tight.view(large, viewer);
    EXPECT_LE(tight.counts().bytes, length * 4);
  }
  EXPECT_GE(tight.counts().viewers, 2U);
}

TEST(ListView, PacksOnceAndSaysSoInItsHeaderLines) {
  ListCache cache;
  const auto view = cache.view(snapshot_of(30, 1), admin());
  EXPECT_EQ(view->packed(), nullptr);
  EXPECT_EQ(view->advice(), ListView::Advice::now);
  EXPECT_EQ(view->advice(), ListView::Advice::leave) << "said once";
  view->pack();
  const auto packed = view->packed();
  ASSERT_TRUE(packed);
  EXPECT_EQ(http::gunzip(*packed->bytes), *view->plain().bytes);
  const auto gz = view->tag().substr(0, view->tag().size() - 1) + "-gz\"";
  EXPECT_NE(packed->fields->find("ETag: " + gz + "\r\n"), std::string::npos);
  EXPECT_NE(packed->fields->find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_EQ(view->plain().fields->find("Content-Encoding"), std::string::npos);
  for (const auto* form : {packed.get(), &view->plain()}) {
    EXPECT_NE(form->fields->find("Vary: Accept-Encoding\r\n"), std::string::npos);
    EXPECT_NE(form->fields->find("Cache-Control: private, no-cache\r\n"), std::string::npos);
    EXPECT_TRUE(form->fields->ends_with("\r\n"));
  }
  view->pack();
  EXPECT_EQ(view->packed(), packed);
}

TEST(ListView, LongListsArePackedForTheSecondReader) {
  ListCache cache;
  const auto view = cache.view(snapshot_of(400, 1), admin());
  ASSERT_GT(view->plain().bytes->size(), 64U * 1024);
  EXPECT_EQ(view->advice(), ListView::Advice::leave);
  EXPECT_EQ(view->advice(), ListView::Advice::later);
  EXPECT_EQ(view->advice(), ListView::Advice::leave);
  const auto nothing = cache.view(snapshot_of(0, 2), admin());
  EXPECT_EQ(nothing->advice(), ListView::Advice::leave);
}

TEST(ListCache, ServesManyThreadsWhileTheFleetChanges) {
  ListCache cache({.viewers = 4, .bytes = 200'000});
  std::vector<fleet::Snapshot> states;
  for (std::uint64_t epoch = 1; epoch <= 20; ++epoch) {
    states.push_back(snapshot_of(5, epoch, epoch % 3 == 0 ? "tester" : "worker" + std::to_string(epoch)));
  }
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < states.size(); ++i) {
        for (std::int64_t id = 7; id < 13; ++id) {
          const auto view = cache.view(states[i], user(id));
          // Never older than what was asked for.
          bool fits = false;
          for (std::size_t later = i; later < states.size() && !fits; ++later) {
            fits = *view->plain().bytes == fleet::list_text(states[later], user(id));
          }
          if (!fits) ++wrong;
          if (view->advice() == ListView::Advice::now) view->pack();
        }
        if (t == 0) std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace trinity::agents
