#include "files/service.h"

#include <gtest/gtest.h>

#include "unit/agents/house.h"
#include "unit/files/daemon.h"

namespace trinity::files {
namespace {

using test::AgentHouse;
using test::eventually;
using Refusal = AgentHouse::Refusal;

/// A body of so many pieces of a thousand bytes.
class Pieces final : public http::BodySource {
 public:
  explicit Pieces(std::size_t count) : left_(count) {}
  Task<std::string> read() override {
    if (left_ == 0) co_return std::string();
    --left_;
    co_return std::string(1000, 'b');
  }

 private:
  std::size_t left_;
};

Task<std::string> whole(std::shared_ptr<http::BodySource> source) {
  std::string all;
  for (bool more = true; more;) {
    const auto piece = co_await source->read();
    all += piece;
    more = !piece.empty();
  }
  co_return all;
}

/// Reads a file and its bytes on one thread, as a connection does.
struct ReadFile {
  Answer answer;
  std::string bytes;
};
Task<ReadFile> read_whole(FileService* service, Call call, CallerPtr caller, Reading kind, http::Headers asked) {
  ReadFile made;
  made.answer = co_await service->read(call, caller, "bot", kind, "a b.txt", asked);
  if (made.answer.content.source) made.bytes = co_await whole(made.answer.content.source);
  co_return made;
}

/// Ann's agent `bot`, shared with Bob, runs.
class FileServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.engine.address = "127.45.0.1";
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
        "'bob@example.org', 7, 't')");
    house.house.fleet.reload();
    ASSERT_TRUE(eventually([this] {
      const auto snapshot = house.house.held_by(0);
      const auto* entry = snapshot->find("bot");
      return entry != nullptr && entry->agent->metadata && !entry->agent->metadata->shared_with.empty();
    }));
  }

  static CallerPtr key_of(const std::string& agent) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, agent});
  }
  static CallerPtr stranger() {
    return std::make_shared<const Caller>(Caller{9, "dora", "dora@example.org", Role::user});
  }
  static Writing writing(std::size_t pieces, std::optional<std::uint64_t> length) {
    Writing made;
    made.path = "sub/a.txt";
    made.body = {std::make_shared<Pieces>(pieces), length};
    return made;
  }
  Answer list(const CallerPtr& caller, ListWish wish = {}) {
    return house.run(service.list(house.call, caller, "bot", std::move(wish)));
  }
  ReadFile read(const CallerPtr& caller, Reading kind, http::Headers asked = {}) {
    return house.run(read_whole(&service, house.call, caller, kind, std::move(asked)));
  }
  static std::string header(const Answer& answer, std::string_view name) {
    return std::string(answer.headers.find(name).value_or("-"));
  }

  test::FileDaemon daemon{"127.45.0.1"};
  AgentHouse house;
  FileService service{house.service, house.house.fleet, house.link};
};

TEST_F(FileServiceTest, AListIsTheAgents) {
  daemon.says(200, R"({"tree":[]})");
  EXPECT_EQ(list(AgentHouse::ann()).body, R"({"tree":[]})");
  EXPECT_EQ(daemon.asked().line, "GET /api/files show_hidden=false");
  EXPECT_TRUE(daemon.asked().headers.find("Authorization")->starts_with("Bearer "));
  list(AgentHouse::bob(), {"/home/developer/a&b=c d", true, 2});
  EXPECT_EQ(daemon.asked().line, "GET /api/files show_hidden=true path=/home/developer/a&b=c d depth=2");
}

TEST_F(FileServiceTest, WhoMayReadAndWhoMayWrite) {
  const auto reads = [this](const CallerPtr& caller) {
    return house.refusal(service.list(house.call, caller, "bot", {}));
  };
  const auto writes = [this](const CallerPtr& caller) {
    return house.refusal(service.remove(house.call, caller, "bot", "x"));
  };
  for (const auto& caller : {AgentHouse::ann(), AgentHouse::bob(), AgentHouse::admin(), key_of("bot")}) {
    EXPECT_EQ(reads(caller).text, "");
    EXPECT_EQ(writes(caller).text, "");
  }
  for (const auto& caller : {stranger(), key_of("other")}) {
    EXPECT_EQ(reads(caller).text, agents::no_permission);
    EXPECT_EQ(writes(caller).kind, ErrorKind::forbidden);
  }
  house.create(AgentHouse::ann(), AgentHouse::named("helper"));
  // Agents of one owner may call each other.
  EXPECT_TRUE(eventually([&] { return reads(key_of("helper")).text.empty(); }));
  EXPECT_EQ(writes(key_of("helper")).text, agents::no_permission) << "it may call it, no more";
}

TEST_F(FileServiceTest, SecretsAreTheOwners) {
  daemon.answer_with([](const auto&) {
    auto made = http::Response::json_text("KEY=1");
    made.headers.set("Content-Type", "application/octet-stream");
    made.headers.add("X-Trinity-Secret", "1");
    return made;
  });
  EXPECT_EQ(read(AgentHouse::ann(), Reading::preview).bytes, "KEY=1");
  EXPECT_EQ(read(AgentHouse::admin(), Reading::download).bytes, "KEY=1");
  for (const auto& caller : {AgentHouse::bob(), key_of("bot")}) {
    for (const auto kind : {Reading::preview, Reading::download}) {
      const auto refusal = house.refusal(read_whole(&service, house.call, caller, kind, {}));
      EXPECT_EQ(refusal.kind, ErrorKind::forbidden);
    }
  }
}

TEST_F(FileServiceTest, BytesAndHeadersOfAFile) {
  const std::string bytes(500'000, '\xFF');
  daemon.answer_with([bytes](const test::FileDaemon::Asked& asked) {
    http::Response made;
    made.body = bytes;
    made.status = asked.headers.find("Range") ? 206 : 200;
    made.headers.add("Content-Type", "text/html");
    made.headers.add("Content-Disposition", "inline; filename=x");
    made.headers.add("Content-Range", "bytes 0-1/2");
    made.headers.add("ETag", "\"t\"");
    made.headers.add("Set-Cookie", "trinity_session=stolen");
    made.headers.add("Content-Security-Policy", "default-src *");
    return made;
  });
  http::Headers asked;
  asked.add("Range", "bytes=0-1");
  asked.add("If-Range", "\"t\"");
  asked.add("Cookie", "a=b");
  const auto preview = read(AgentHouse::ann(), Reading::preview, asked);
  EXPECT_EQ(daemon.asked().line, "GET /api/files/preview path=a b.txt");
  EXPECT_EQ(daemon.asked().headers.find("If-Range"), "\"t\"");
  EXPECT_FALSE(daemon.asked().headers.find("Cookie"));
  EXPECT_EQ(preview.answer.status, 206U);
  EXPECT_TRUE(preview.bytes == bytes);
  EXPECT_EQ(preview.answer.content.length, bytes.size());
  EXPECT_EQ(header(preview.answer, "Content-Type"), "text/html");
  EXPECT_EQ(header(preview.answer, "Content-Disposition"), "attachment") << "whatever the agent says";
  EXPECT_TRUE(header(preview.answer, "Content-Security-Policy").starts_with("sandbox"));
  EXPECT_EQ(header(preview.answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(preview.answer, "Content-Range"), "bytes 0-1/2");
  EXPECT_EQ(header(preview.answer, "Set-Cookie"), "-");
  const auto download = read(AgentHouse::ann(), Reading::download);
  EXPECT_EQ(header(download.answer, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(download.bytes == bytes) << "not changed";
}

TEST_F(FileServiceTest, RefusalsOfTheAgent) {
  const auto answer = [this](unsigned status, const std::string& body) {
    daemon.says(status, body);
    return list(AgentHouse::ann());
  };
  auto refused = answer(404, R"({"detail":"Path not found: x"})");
  EXPECT_EQ(refused.status, 404U);
  EXPECT_EQ(refused.detail, R"(Failed to list files: {"detail":"Path not found: x"})");
  EXPECT_EQ(answer(500, R"({"detail":"Failed to list files: no disk"})").detail, "Failed to list files: no disk");
  EXPECT_EQ(answer(500, R"({"detail":"x"})").status, 500U);
  EXPECT_EQ(answer(503, R"({"detail":"busy"})").status, 502U);
  EXPECT_EQ(answer(302, "").status, 502U);
  refused = answer(401, R"({"detail":"Not authenticated"})");
  EXPECT_EQ(refused.status, 502U) << "a client would sign out";
  daemon.says(403, R"({"detail":"Cannot delete protected path: .env"})");
  refused = house.run(service.remove(house.call, AgentHouse::ann(), "bot", ".env"));
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.detail, "Cannot delete protected path: .env");
  daemon.says(413, R"({"detail":"File too large"})");
  const auto preview = read(AgentHouse::ann(), Reading::preview).answer;
  EXPECT_EQ(preview.status, 413U);
  EXPECT_EQ(preview.detail, "File too large");
  EXPECT_EQ(read(AgentHouse::ann(), Reading::download).answer.detail,
            R"(Failed to download file: {"detail":"File too large"})");
}

TEST_F(FileServiceTest, WritesGoThroughAsTheyCome) {
  daemon.says(200, R"({"success":true})");
  auto wanted = writing(300, std::nullopt);
  wanted.if_match = "\"t\"";
  EXPECT_EQ(house.run(service.update(house.call, AgentHouse::bob(), "bot", std::move(wanted))).status, 200U);
  EXPECT_EQ(daemon.asked().line, "PUT /api/files path=sub/a.txt");
  EXPECT_EQ(daemon.asked().body.size(), 300'000U);
  EXPECT_EQ(daemon.asked().headers.find("If-Match"), "\"t\"");
  daemon.says(201, R"({"success":true})");
  wanted = writing(5, 5000);
  wanted.overwrite = true;
  EXPECT_EQ(house.run(service.upload(house.call, AgentHouse::ann(), "bot", std::move(wanted))).status, 201U);
  EXPECT_EQ(daemon.asked().line, "PUT /api/files/content path=sub/a.txt overwrite=true");
  EXPECT_EQ(daemon.asked().headers.find("Content-Length"), "5000");
  EXPECT_EQ(house.run(service.make_folder(house.call, AgentHouse::ann(), "bot", "a\"b")).status, 201U);
  EXPECT_EQ(daemon.asked().body, R"({"path":"a\"b"})");
  EXPECT_EQ(house.run(service.move(house.call, AgentHouse::ann(), "bot", "a", "b")).status, 201U);
  EXPECT_EQ(daemon.asked().line + daemon.asked().body, R"(POST /api/files/move{"path":"a","new_path":"b"})");
}

TEST_F(FileServiceTest, AgentsThatCannotBeAsked) {
  daemon.close();
  // A young container is waited for; this one has been there for a while.
  const auto begun = steady_now();
  const auto refusal = house.refusal(service.list(house.call, AgentHouse::ann(), "bot", {}));
  EXPECT_EQ(refusal.kind, ErrorKind::unavailable);
  EXPECT_EQ(refusal.text, "Agent server not ready. The agent may still be starting up.");
  EXPECT_GT(steady_now() - begun, std::chrono::seconds(2)) << "it is tried again";
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(house.refusal(service.list(house.call, AgentHouse::ann(), "bot", {})).text,
            "Agent must be running to browse files");
  EXPECT_EQ(house.refusal(service.update(house.call, AgentHouse::ann(), "bot", writing(1, 1000))).kind,
            ErrorKind::bad_request);
  EXPECT_EQ(house.refusal(service.list(house.call, AgentHouse::admin(), "none", {})).kind, ErrorKind::not_found);
  EXPECT_EQ(house.refusal(service.list(house.call, AgentHouse::ann(), "none", {})).kind, ErrorKind::forbidden);
}

TEST(FileOperation, WhatTroubleMeans) {
  const auto kind = [](agentlink::Trouble trouble) {
    try {
      refuse(operations::upload, trouble);
    } catch (const Error& e) {
      return std::pair(e.kind(), std::string(e.what()));
    }
  };
  EXPECT_EQ(kind(agentlink::Trouble::timeout), std::pair(ErrorKind::timeout, std::string("File upload timed out")));
  EXPECT_EQ(kind(agentlink::Trouble::unreachable).first, ErrorKind::unavailable);
  EXPECT_EQ(kind(agentlink::Trouble::lost).first, ErrorKind::bad_gateway);
}

}  // namespace
}  // namespace trinity::files
