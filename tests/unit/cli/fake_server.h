#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <variant>
#include <vector>

#include "cli/exit_code.h"
#include "cli/program.h"

namespace trinity::cli {

/// A server that says what a test has put in, and keeps what it was asked.
class FakeServer {
 public:
  using Read = std::variant<json::object, Fault>;

  /// Answers to a call, `GET /api/agents` for instance, one after the other; the last one stays.
  std::map<std::string, std::deque<Answer>> answers;
  /// What the live sockets read; one list per connection. At its end the program ends (Fault failed "end of script").
  std::deque<std::deque<Read>> sockets;

  std::vector<Call> calls;
  std::vector<Target> targets;
  std::vector<json::object> sent;  ///< frames, of all sockets

  void answer(const std::string& call, unsigned status, std::string body) {
    answers[call].push_back({.status = status, .body = std::move(body), .engine = {}, .engine_age = {}, .session = {}});
  }
  [[nodiscard]] Connect connect();
  /// How often this was called.
  [[nodiscard]] std::size_t count(const std::string& call) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(calls, [&](const Call& one) { return one.method + " " + one.path == call; }));
  }
};

class FakeSocket final : public LiveSocket {
 public:
  FakeSocket(FakeServer& server, std::deque<FakeServer::Read> reads) : server_(server), reads_(std::move(reads)) {}
  void send(const json::object& frame) override { server_.sent.push_back(frame); }
  json::object read() override {
    if (reads_.empty()) throw Fault(ExitCode::failed, "end of script");
    const auto next = std::move(reads_.front());
    reads_.pop_front();
    if (const auto* fault = std::get_if<Fault>(&next)) throw Fault(*fault);
    return std::get<json::object>(next);
  }

 private:
  FakeServer& server_;
  std::deque<FakeServer::Read> reads_;
};

class FakeApi final : public Api {
 public:
  FakeApi(FakeServer& server, Target target) : server_(server), target_(std::move(target)) {}
  Answer send(const Call& call) override {
    server_.calls.push_back(call);
    const auto found = server_.answers.find(call.method + " " + call.path);
    if (found == server_.answers.end())
      throw Fault(ExitCode::unreachable, "no script for " + call.method + " " + call.path);
    const auto answer = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return answer;
  }
  std::unique_ptr<LiveSocket> open_live() override {
    if (server_.sockets.empty()) throw Fault(ExitCode::unreachable, "no live connection");
    auto reads = std::move(server_.sockets.front());
    server_.sockets.pop_front();
    return std::make_unique<FakeSocket>(server_, std::move(reads));
  }
  [[nodiscard]] const std::string& address() const override { return target_.address; }

 private:
  FakeServer& server_;
  Target target_;
};

inline Connect FakeServer::connect() {
  return [this](const Target& target) -> std::unique_ptr<Api> {
    targets.push_back(target);
    return std::make_unique<FakeApi>(*this, target);
  };
}

/// A JSON object from text.
inline json::object frame(std::string_view text) {
  return json::parse(text).as_object();
}

/// A folder that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "trinityctl-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The program with a fake server, an environment of its own and its output as text.
class ProgramTest : public testing::Test {
 protected:
  ProgramTest() { environment["TRINITY_SIGN_INS"] = (folder.path() / "sign-ins.json").string(); }

  /// The exit code. `out`, `err` and `waits` are those of this run alone.
  int trinityctl(std::vector<std::string> arguments, const std::string& input = {}) {
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    std::istringstream in(input);
    Terminal terminal{.out = out_stream,
                      .err = err_stream,
                      .in = in,
                      .person_reads = person_reads,
                      .person_types = person_types,
                      .colour = person_reads,
                      .extent = [this] { return extent; }};
    waits.clear();
    const auto variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
    const auto wait = [this](std::chrono::seconds time) { waits.push_back(static_cast<int>(time.count())); };
    const int code = run(std::move(arguments), {terminal, server.connect(), variable, wait});
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
  /// With a token, so that nobody has to sign in.
  void sign_in() { environment["TRINITY_TOKEN"] = "secret-token"; }

  FakeServer server;
  Folder folder;
  std::map<std::string, std::string> environment;
  bool person_reads = false;
  bool person_types = false;
  Extent extent;
  std::string out;
  std::string err;
  std::vector<int> waits;
};

}  // namespace trinity::cli
