#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "agentd/events/event_log.h"
#include "agentd/events/file_changes.h"
#include "agentd/events/file_watch.h"
#include "unit/agentd/agent_fixture.h"

namespace trinity::agentd {
namespace {

using Kind = FileChanges::Kind;

TEST(EventLog, NumbersWithoutAGapAndForgetsTheOldest) {
  EventLog log(3, 1000);
  EXPECT_TRUE(log.has_all_after(0));
  EXPECT_FALSE(log.has_all_after(1)) << "it has not happened";
  for (int i = 1; i <= 5; ++i) log.add("test", {{"n", i}});
  EXPECT_EQ(log.last(), 5U);
  EXPECT_FALSE(log.has_all_after(1));
  EXPECT_TRUE(log.has_all_after(2));
  EXPECT_TRUE(log.has_all_after(5));
  EXPECT_EQ(log.at(2), nullptr);
  EXPECT_EQ(log.at(6), nullptr);
  EXPECT_EQ(log.at(0), nullptr);
  const auto third = boost::json::parse(*log.at(3));
  EXPECT_EQ(third.at("seq"), 3);
  EXPECT_EQ(third.at("type"), "test");
  EXPECT_EQ(third.at("n"), 3);
  log.add("test", {{"text", std::string(2000, 'x')}});
  EXPECT_FALSE(log.has_all_after(4)) << "bounded in bytes, too";
  EXPECT_TRUE(log.has_all_after(5));
  EXPECT_NE(EventLog().stream(), EventLog().stream());
}

std::string told(FileChanges& changes) {
  return boost::json::serialize(changes.take());
}

TEST(FileChanges, AreMergedByPath) {
  FileChanges changes;
  changes.add("a", Kind::created, false);
  changes.add("a", Kind::modified, false);
  changes.add("b", Kind::deleted, false);
  changes.add("b", Kind::created, false);
  changes.add("c", Kind::created, false);
  changes.add("c", Kind::deleted, false);
  changes.add("d", Kind::modified, true);
  changes.add("d", Kind::deleted, true);
  EXPECT_EQ(
      told(changes),
      R"({"changes":[{"path":"a","change":"created","type":"file"},{"path":"b","change":"modified","type":"file"},)"
      R"({"path":"d","change":"deleted","type":"directory"}],"truncated":false})");
  EXPECT_TRUE(changes.empty());
}

TEST(FileChanges, AreBounded) {
  FileChanges changes(2);
  for (const auto* path : {"a", "b", "c"}) changes.add(path, Kind::modified, false);
  const auto event = changes.take();
  EXPECT_EQ(event.at("changes").as_array().size(), 2U);
  EXPECT_EQ(event.at("truncated"), true);
  changes.missed();
  EXPECT_FALSE(changes.empty());
  EXPECT_EQ(changes.take().at("truncated"), true);
}

TEST(FileWatch, TellsWhatChangesBelowTheFolder) {
  const TempFolder home;
  home.write("deep/er/old.txt", "x");
  home.write("node_modules/lib/x.js", "x");
  asio::io_context context{1};
  BlockingPool pool(1);
  std::map<std::string, std::string> seen;
  FileWatch::Changed changed = [&](boost::json::object event) {
    for (const auto& change : event.at("changes").as_array()) {
      seen[std::string(change.at("path").as_string())] = change.at("change").as_string();
    }
  };
  FileWatch watch(context.get_executor(), pool, home.path(), changed, {100, 5, milliseconds(20)});
  spawn("watch", context.get_executor(), watch.run());
  const auto comes = [&](const std::string& path, const std::string& kind) {
    const auto until = steady_now() + std::chrono::seconds(10);
    while (steady_now() < until && !(seen.contains(path) && seen[path] == kind)) {
      context.restart();
      context.run_for(milliseconds(5));
    }
    return seen.contains(path) && seen[path] == kind;
  };
  // The watch is there when a first change is seen.
  for (int i = 0; i < 500 && seen.empty(); ++i) {
    home.write("begin", std::to_string(i));
    context.restart();
    context.run_for(milliseconds(20));
  }
  home.write("new.txt", "x");
  EXPECT_TRUE(comes("new.txt", "created"));
  home.write("deep/er/old.txt", "y");
  EXPECT_TRUE(comes("deep/er/old.txt", "modified"));
  std::filesystem::remove(home.path() / "new.txt");
  EXPECT_TRUE(comes("new.txt", "deleted"));
  std::filesystem::create_directories(home.path() / "folder/inner");
  EXPECT_TRUE(comes("folder", "created"));
  home.write("node_modules/lib/x.js", "y");
  std::filesystem::create_directory(home.path() / ".git");
  // Once a new folder is watched its files are told.
  bool inside = false;
  for (int i = 0; i < 200 && !inside; ++i) {
    home.write("folder/inner/" + std::to_string(i), "x");
    context.restart();
    context.run_for(milliseconds(40));
    for (const auto& [path, kind] : seen) inside = inside || path.starts_with("folder/inner/");
  }
  EXPECT_TRUE(inside);
  for (const auto& [path, kind] : seen) {
    EXPECT_FALSE(path.starts_with("node_modules") || path.starts_with(".git")) << path;
  }
  watch.stop();
  context.restart();
  context.run_for(milliseconds(20));
  pool.join();
}

/// Reads the event stream of an agent as the control plane does: one JSON text per WebSocket frame.
class Reader {
 public:
  Reader(asio::io_context& context, std::unique_ptr<http::ClientStream> stream)
      : context_(context), stream_(std::move(stream)) {}

  [[nodiscard]] unsigned status() const { return stream_->head().status; }
  /// The next event; an object without members when none comes in 10 s.
  boost::json::object next() {
    while (true) {
      if (auto payload = whole_frame()) return boost::json::parse(*payload).as_object();
      auto piece = run_on(context_, stream_->read(std::chrono::seconds(10)));
      if (piece.empty()) return {};
      buffer_ += piece;
    }
  }
  /// Events up to one of this type; the others are kept in `passed`.
  boost::json::object until(std::string_view type) {
    while (true) {
      auto event = next();
      if (event.empty() || std::string_view(event.at("type").as_string()) == type) return event;
      passed.push_back(std::move(event));
    }
  }
  std::vector<boost::json::object> passed;

 private:
  std::optional<std::string> whole_frame() {
    if (buffer_.size() < 2) return std::nullopt;
    std::size_t size = static_cast<unsigned char>(buffer_[1]) & 0x7f;
    const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (buffer_.size() < 2 + wide) return std::nullopt;
    if (wide > 0) size = 0;
    for (std::size_t i = 0; i < wide; ++i) size = size << 8 | static_cast<unsigned char>(buffer_[2 + i]);
    if (buffer_.size() < 2 + wide + size) return std::nullopt;
    auto payload = buffer_.substr(2 + wide, size);
    buffer_.erase(0, 2 + wide + size);
    return payload;
  }

  asio::io_context& context_;
  std::unique_ptr<http::ClientStream> stream_;
  std::string buffer_;
};

class EventStreamTest : public AgentTest {
 protected:
  Reader read(const std::string& query = "", const std::string& bearer = kSecret) {
    http::ClientRequest request;
    request.target = "/api/events" + query;
    request.headers.add("Upgrade", "websocket");
    request.headers.add("Connection", "Upgrade");
    request.headers.add("Sec-WebSocket-Version", "13");
    request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    if (!bearer.empty()) request.headers.add("Authorization", "Bearer " + bearer);
    return {context_, run_on(context_, client_->open(std::move(request), std::chrono::seconds(10)))};
  }
};

TEST_F(EventStreamTest, BeginsWithTheStateAndGoesOnWithWhatHappens) {
  use_command(
      R"([sh, -c, 'echo {\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"Bash\",\"input\":{\"command\":\"ls\"}}]}}'])");
  start();
  ASSERT_TRUE(comes_true([&] { return health().at("workspace") == "ok"; }));
  auto reader = read();
  ASSERT_EQ(reader.status(), 101U);
  const auto hello = reader.next();
  EXPECT_EQ(hello.at("type"), "hello");
  EXPECT_EQ(hello.at("resumed"), false);
  EXPECT_EQ(hello.at("heartbeat_ms"), 15'000);
  const auto snapshot = reader.next();
  EXPECT_EQ(snapshot.at("type"), "snapshot");
  EXPECT_EQ(snapshot.at("state").at("agent_name"), "ruby");
  EXPECT_EQ(snapshot.at("state").at("startup").at("workspace"), "ok");
  EXPECT_EQ(snapshot.at("state").at("session").at("message_count"), 0);
  EXPECT_EQ(snapshot.at("state").at("activity").at("status"), "idle");

  const auto run = begin("/api/chat", R"({"message":"hi","execution_id":"run-1"})");
  const auto began = reader.until("execution");
  EXPECT_EQ(began.at("execution").at("phase"), "began");
  EXPECT_EQ(began.at("execution").at("execution_id"), "run-1");
  EXPECT_EQ(began.at("execution").at("message_preview"), "hi");
  EXPECT_TRUE(began.at("execution").at("ready_at").is_null());
  EXPECT_TRUE(began.at("execution").at("heard_at").is_null());
  const auto life = reader.until("turn");
  EXPECT_EQ(life.at("execution_id"), "run-1");
  const auto ready = parse_time(std::string(life.at("ready_at").as_string()));
  ASSERT_TRUE(ready);
  EXPECT_GE(*ready, *parse_time(std::string(began.at("execution").at("started_at").as_string())));
  EXPECT_EQ(life.at("heard_at"), life.at("ready_at"));
  const auto tool = reader.until("activity");
  EXPECT_EQ(tool.at("status"), "running");
  EXPECT_EQ(tool.at("active_tool").at("input_summary"), "ls");
  EXPECT_EQ(tool.at("entry").at("execution_id"), "run-1");
  const auto closed = reader.until("activity");
  EXPECT_EQ(closed.at("status"), "idle");
  EXPECT_EQ(closed.at("entry").at("success"), false);
  EXPECT_EQ(reader.until("session").at("session").at("message_count"), 2);
  const auto ended = reader.until("execution");
  EXPECT_EQ(ended.at("execution").at("phase"), "ended");
  EXPECT_EQ(ended.at("execution").at("status"), "success");
  EXPECT_EQ(ended.at("execution").at("metadata").at("tool_count"), 1);
  EXPECT_EQ(await(run).status, 200U);
  // No number is left out.
  auto last = snapshot.at("seq").as_int64();
  auto all = reader.passed;
  for (const auto& event : {began, life, tool, closed, ended}) all.push_back(event);
  std::set<std::int64_t> numbers;
  for (const auto& event : all) numbers.insert(event.at("seq").as_int64());
  EXPECT_GE(static_cast<std::int64_t>(numbers.size()), ended.at("seq").as_int64() - last - 1);
}

TEST_F(EventStreamTest, AProgramThatSaysMuchFillsNoLog) {
  use_command(
      R"([sh, -c, 'for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.01; done; cat >/dev/null; sleep 0.2'])");
  start();
  auto reader = read();
  (void)reader.until("snapshot");
  const auto run = begin("/api/task", R"({"message":"hi","execution_id":"run-1"})");
  (void)reader.until("turn");
  auto another = read();
  const auto state = another.until("snapshot");
  const auto& running = state.at("state").at("running").as_array();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_TRUE(running[0].at("ready_at").is_string());
  EXPECT_TRUE(running[0].at("heard_at").is_string());
  (void)reader.until("execution");
  std::vector<std::string> later;
  for (const auto& event : reader.passed) later.emplace_back(event.at("type").as_string());
  EXPECT_EQ(std::count(later.begin(), later.end(), "turn"), 0) << "its first word, then every ten seconds";
  EXPECT_EQ(await(run).status, 200U);
}

TEST_F(EventStreamTest, GoesOnWhereTheReaderWas) {
  use_command("[cat]");
  start();
  ASSERT_EQ(chat(R"({"message":"one"})").status, 200U);
  std::string stream;
  std::int64_t seen = 0;
  {
    auto reader = read();
    stream = std::string(reader.next().at("stream").as_string());
    const auto snapshot = reader.next();
    seen = snapshot.at("seq").as_int64();
    EXPECT_EQ(snapshot.at("state").at("ended").as_array().size(), 1U);
  }
  ASSERT_EQ(chat(R"({"message":"two","execution_id":"run-2"})").status, 200U);
  auto reader = read("?stream=" + stream + "&after=" + std::to_string(seen));
  EXPECT_EQ(reader.next().at("resumed"), true);
  const auto first = reader.next();
  EXPECT_EQ(first.at("seq"), seen + 1);
  std::vector<boost::json::object> events{first};
  while (events.back().at("type") != "execution" || events.back().at("execution").at("phase") != "ended") {
    events.push_back(reader.next());
    ASSERT_FALSE(events.back().empty());
    EXPECT_EQ(events.back().at("seq").as_int64(), seen + static_cast<std::int64_t>(events.size()));
  }
  EXPECT_EQ(events.back().at("execution").at("execution_id"), "run-2");
}

TEST_F(EventStreamTest, UnknownPlacesGetTheStateAnew) {
  start();
  for (const auto* query : {"?after=0", "?stream=other&after=0", "?after=x&stream=", "?stream=other&after=99999999"}) {
    auto reader = read(query);
    EXPECT_EQ(reader.next().at("resumed"), false) << query;
    EXPECT_EQ(reader.next().at("type"), "snapshot") << query;
  }
}

TEST_F(EventStreamTest, FilesOfTheHomeFolderAreTold) {
  start();
  auto reader = read();
  (void)reader.until("snapshot");
  // The watch begins after the start-up.
  boost::json::object event;
  for (int i = 0; i < 100 && event.empty(); ++i) {
    home_.write("notes.md", std::to_string(i));
    std::this_thread::sleep_for(milliseconds(20));
    if (i == 20) event = reader.until("files");
  }
  ASSERT_FALSE(event.empty());
  EXPECT_EQ(event.at("changes").at(0).at("path"), "notes.md");
}

TEST_F(EventStreamTest, NeedsTheSecret) {
  start();
  for (const auto* bearer : {"", "wrong-secret-of-some-length"}) EXPECT_EQ(read("", bearer).status(), 401U);
}

/// Every route that there is, whatever its method: only health answers without the secret.
TEST_F(EventStreamTest, NothingButHealthAnswersWithoutTheSecret) {
  start();
  std::size_t open = 0;
  for (const auto& route : agent_->routes()) {
    auto path = route.path;
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "x");
    }
    const auto body = route.method == http::Method::get ? "" : R"({"message":"x","model":"opus"})";
    const auto answer = call(route.method, path, body, "");
    if (route.path == "/health" || route.path == "/api/health") {
      EXPECT_EQ(answer.status, 200U);
      ++open;
    } else {
      EXPECT_EQ(answer.status, 401U) << http::name_of(route.method) << " " << path;
      EXPECT_EQ(answer.body, R"({"detail":"Not authenticated"})");
    }
  }
  EXPECT_EQ(open, 2U);
  EXPECT_GE(agent_->routes().size(), 24U);
}

}  // namespace
}  // namespace trinity::agentd
