#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <thread>

#include "agentd/agent.h"
#include "agentd/process.h"
#include "base/clock.h"
#include "http/client.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {

using std::chrono::milliseconds;

inline constexpr const char* kSecret = "a-secret-for-this-test-only";

/// An agent with a temporary home on a loopback port, and a client for it.
class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    ignore_broken_pipes();
    config_.agent_name = "ruby";
    config_.bind = "127.0.0.1";
    config_.port = 0;
    config_.home = home_.path();
    config_.template_folder = template_.path();
    config_.secret_file = files_.write("agentd.secret", std::string(kSecret) + "\n");
    config_.agent_config_file = files_.write("agent-config.yaml", "agent: {mcp_servers: [mail]}");
    config_.autorun_after = milliseconds(10);
  }

  void use_command(const std::string& command, const std::string& more = "") {
    config_.template_name = "local:test";
    template_.write("template.yaml", "name: test\nruntime: {type: command, command: " + command + "}\n" + more);
  }
  void start() {
    agent_ = std::make_unique<Agent>(config_);
    agent_->start();
    client_ = std::make_unique<http::Client>(http::Endpoint{{}, "127.0.0.1", agent_->port()},
                                             std::vector<asio::io_context*>{&context_});
  }
  http::ClientResponse call(http::Method method, std::string path, std::string body = "",
                            std::string bearer = kSecret) {
    http::ClientRequest request;
    request.method = method;
    request.target = std::move(path);
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.add("Content-Type", "application/json");
    if (!bearer.empty()) request.headers.add("Authorization", "Bearer " + bearer);
    return run_on(context_, client_->request(std::move(request), std::chrono::seconds(20)));
  }
  http::ClientResponse get(std::string path) { return call(http::Method::get, std::move(path)); }
  http::ClientResponse chat(std::string body) { return call(http::Method::post, "/api/chat", std::move(body)); }
  static boost::json::value json_of(const http::ClientResponse& response) { return boost::json::parse(response.body); }
  boost::json::value health() { return json_of(call(http::Method::get, "/health", "", "")); }

  /// Requests that go on while the test does something else; await() waits for their answers.
  struct Pending {
    std::optional<http::ClientResponse> answer;
    std::exception_ptr fault;
  };
  std::shared_ptr<Pending> begin(std::string path, std::string body) {
    auto pending = std::make_shared<Pending>();
    http::ClientRequest request;
    request.method = http::Method::post;
    request.target = std::move(path);
    request.body = std::move(body);
    request.headers.add("Authorization", std::string("Bearer ") + kSecret);
    spawn("test", context_.get_executor(),
          store_result(client_->request(std::move(request), std::chrono::seconds(30)), &pending->answer,
                       &pending->fault));
    return pending;
  }
  http::ClientResponse await(const std::shared_ptr<Pending>& pending) {
    context_.restart();
    while (!pending->answer && !pending->fault) context_.run_one();
    if (pending->fault) std::rethrow_exception(pending->fault);
    return *pending->answer;
  }
  /// Asks again and again, at most 15 s.
  template <class F>
  bool comes_true(F condition) {
    const auto until = steady_now() + std::chrono::seconds(15);
    while (steady_now() < until) {
      if (condition()) return true;
      context_.restart();
      context_.poll();
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }

  TempFolder home_;
  TempFolder template_;
  TempFolder files_;
  Config config_;
  asio::io_context context_{1};
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace trinity::agentd
