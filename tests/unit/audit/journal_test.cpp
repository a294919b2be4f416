#include "audit/journal.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "audit/routes.h"
#include "base/io_threads.h"
#include "db/migrations.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::audit {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    db::migrate(database);
    log::redirect([](const std::string&) {});
    router.add(routes(journal));
  }
  ~JournalTest() override {
    stop();
    log::redirect(nullptr);
  }
  void start() {
    journal.load(job.call());
    journal.start();
    writers.start();
  }
  void stop() {
    writers.stop();
    writers.join();
    pool.join();
  }
  template <class T>
  T run(Task<T> task) {
    return http::run(io, std::move(task));
  }
  std::vector<Entry> find(Search search = {}) { return run(journal.find(job.call(), std::move(search))); }
  json::object get(const std::string& query) {
    const auto match = router.match(http::Method::get, "/api/audit");
    http::Request request(job.call());
    request.query = http::parse_query(query);
    return json::parse(run(match.route->handler(std::move(request))).bytes()).as_object();
  }
  [[nodiscard]] std::int64_t rows() {
    auto job_of = [](db::Session& session) {
      return std::get<0>(session.query("SELECT count(*) FROM trinity_audit").one<std::int64_t>().value());
    };
    return database.read_now(job.call(), std::move(job_of));
  }
  void note(const std::string& action, const std::string& agent = {}) { audit::note(job.call(), ann, action, agent); }

  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 2};
  IoThreads writers{1};
  AuditStore store{database};
  Journal journal{store, writers[0].get_executor()};
  asio::io_context io{1};
  BackgroundCall job{"a1-2"};
  Caller ann{3, "ann", "ann@example.com"};
  http::Router router;
};

TEST_F(JournalTest, SaysWhoDidWhatToWhat) {
  start();
  ann.scope = Scope::agent_key;
  ann.agent_name = "helper";
  audit::note(job.call(), ann, "credential_assign", "bot", {{"credential", "k1"}, {"name", "API_KEY"}}, "failed");
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  const auto& entry = found[0];
  EXPECT_EQ(entry.id, 1);
  EXPECT_TRUE(parse_time(entry.at));
  EXPECT_EQ(entry.request_id, "a1-2");
  EXPECT_EQ(entry.user, "ann");
  EXPECT_EQ(entry.user_id, 3);
  EXPECT_EQ(entry.by, "agent_key");
  EXPECT_EQ(entry.by_agent, "helper");
  EXPECT_EQ(entry.action, "credential_assign");
  EXPECT_EQ(entry.object_kind, "credential");
  EXPECT_EQ(entry.object_id, "k1");
  EXPECT_EQ(entry.agent, "bot");
  EXPECT_EQ(entry.result, "failed");
  EXPECT_EQ(entry.detail, R"({"name":"API_KEY"})");
}

TEST_F(JournalTest, AnAgentAloneIsTheObjectAndTheServerHasNoName) {
  start();
  note("stop", "bot");
  audit::note(job.call(), Caller(), "push", "bot");
  const auto found = find();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].by, "server");
  EXPECT_EQ(found[1].object_kind, "agent");
  EXPECT_EQ(found[1].object_id, "bot");
}

TEST_F(JournalTest, WritesByItselfAndManyAtOnce) {
  start();
  for (int i = 0; i < 1'200; ++i) note("step");
  for (int i = 0; i < 500 && rows() < 1'200; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(rows(), 1'200);
  EXPECT_EQ(journal.lost(), 0U);
}

TEST_F(JournalTest, ManyThreadsLoseNothing) {
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this] {
      for (int i = 0; i < 250; ++i) note("step");
    });
  for (auto& thread : threads) thread.join();
  Search all;
  all.limit = 2'000;
  const auto found = find(all);
  ASSERT_EQ(found.size(), 1'000U);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].id, 1'000 - static_cast<std::int64_t>(i));
}

TEST_F(JournalTest, WhatWaitsAtTheEndIsStoredAndTheNextLifeCountsOn) {
  journal.load(job.call());
  note("early");
  note("late");
  journal.flush_now(job.call());
  EXPECT_EQ(rows(), 2);
  Journal next(store, writers[0].get_executor());
  next.load(job.call());
  audit::note(job.call(), ann, "again", "");
  next.flush_now(job.call());
  const auto found = find();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].id, 3);
  EXPECT_EQ(found[0].action, "again");
}

TEST_F(JournalTest, WaitingIsBoundedAndCounted) {
  journal.load(job.call());
  for (std::size_t i = 0; i < Journal::most_waiting + 7; ++i) note("step");
  EXPECT_EQ(journal.lost(), 7U);
  journal.flush_now(job.call());
  EXPECT_EQ(rows(), static_cast<std::int64_t>(Journal::most_waiting));
}

TEST_F(JournalTest, ADatabaseThatTakesNothingKeepsNobodyWaiting) {
  auto drop = [](db::Session& session) { session.query("ALTER TABLE trinity_audit RENAME TO away").run(); };
  start();
  database.write_now(job.call(), drop);
  const auto began = steady_now();
  for (int i = 0; i < 100; ++i) note("step");
  EXPECT_LT(steady_now() - began, 1s);
  std::this_thread::sleep_for(100ms);
  auto back = [](db::Session& session) { session.query("ALTER TABLE away RENAME TO trinity_audit").run(); };
  database.write_now(job.call(), back);
  EXPECT_EQ(find().size(), 100U);
}

TEST_F(JournalTest, LongAndBrokenTextsAreCut) {
  start();
  audit::note(job.call(), ann, "x", std::string("\xFF\x01", 2),
              {{"credential", std::string(5'000, 'i')}, {"text", std::string(5'000, 'd')}});
  const auto entry = find().at(0);
  EXPECT_LE(entry.object_id.size(), 210U);
  EXPECT_LE(entry.detail.size(), 520U);
  EXPECT_EQ(entry.agent, "\xEF\xBF\xBD ");
}

TEST_F(JournalTest, IsSearchedAndReadPageByPage) {
  start();
  for (int i = 0; i < 5; ++i) note("share", "bot");
  ann.username = "bob";
  audit::note(job.call(), ann, "setting_set", "", {{"setting", "trinity_prompt"}});
  auto page = get("limit=4");
  EXPECT_EQ(page.at("entries").as_array().size(), 4U);
  EXPECT_EQ(page.at("next"), 3);
  EXPECT_EQ(page.at("entries").as_array()[0].at("detail"), json::object());
  EXPECT_TRUE(page.at("entries").as_array()[0].at("agent").is_null());
  page = get("limit=4&before=3");
  EXPECT_EQ(page.at("entries").as_array().size(), 2U);
  EXPECT_TRUE(page.at("next").is_null());
  EXPECT_EQ(page.at("lost"), 0);
  const auto count = [this](const std::string& query) { return get(query).at("entries").as_array().size(); };
  EXPECT_EQ(count("user=ann"), 5U);
  EXPECT_EQ(count("user=bob"), 1U);
  EXPECT_EQ(count("agent=bot"), 5U);
  EXPECT_EQ(count("action=share&agent=other"), 0U);
  EXPECT_EQ(count("object=setting"), 1U);
  EXPECT_EQ(count("object=setting:trinity_prompt"), 1U);
  EXPECT_EQ(count("object=agent:bot&user=ann&limit=2"), 2U);
  EXPECT_EQ(count("object=%27%20OR%201=1"), 0U);
}

TEST_F(JournalTest, BadSearchesAreRefused) {
  start();
  for (const auto* query : {"limit=0", "limit=501", "limit=x", "before=0", "before=-1"})
    EXPECT_THROW(get(query), Unprocessable) << query;
  EXPECT_THROW(get("user=" + std::string(301, 'a')), Unprocessable);
}

TEST_F(JournalTest, OnlyLinesOfTheJournalAreHeard) {
  start();
  const std::vector<log::Field> fields{{"action", "share"}, {"user", "ann"}};
  log::write_always(log::Level::info, {"other", "r"}, "change", fields);
  log::info("audit", "no change");
  EXPECT_EQ(find().size(), 0U);
  journal.flush_now(job.call());
  note("late");
  EXPECT_EQ(find().size(), 0U) << "nothing is heard after the end";
}

TEST_F(JournalTest, OldEntriesGo) {
  start();
  for (int i = 0; i < 10; ++i) note("step");
  ASSERT_EQ(find().size(), 10U);
  EXPECT_EQ(run(store.prune(job.call(), now() - 24h, 500)), 0);
  EXPECT_EQ(run(store.prune(job.call(), now() + 24h, 4)), 4);
  const auto left = find();
  ASSERT_EQ(left.size(), 6U);
  EXPECT_EQ(left.back().id, 5) << "the oldest went";
}

}  // namespace
}  // namespace trinity::audit
