// What a change has answered, every later read shows: on another connection, of another thread, ten thousand times.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "unit/app/server_house.h"

namespace trinity::app {
namespace {

using test::HttpAnswer;
using test::ServerHouse;

/// A connection that stays.
class Kept {
 public:
  explicit Kept(std::uint16_t port) : socket_(port) {}

  HttpAnswer ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    socket_.send(ServerHouse::request_text(method, path, authorization_, body, true));
    auto text = socket_.read_until("\r\n\r\n");
    const auto at = text.find("Content-Length: ");
    if (at != std::string::npos) text += socket_.read_exactly(std::stoul(text.substr(at + 16)));
    return ServerHouse::read(std::move(text));
  }

 private:
  http::RawSocket socket_;
  std::string authorization_ = ServerHouse::token("ann");
};

/// Every way in which a client can see an agent: each must say the same.
class View {
 public:
  explicit View(Kept& connection) : connection_(connection) {}

  /// The status that the `turn`th way shows; "gone" when there is no such agent.
  std::string status(const std::string& name, int turn) {
    if (turn % 2 == 0) {
      const auto answer = connection_.ask("GET", "/api/agents/" + name);
      if (answer.status == 404) return "gone";
      return std::string(boost::json::parse(answer.body()).at("status").as_string());
    }
    const auto answer = connection_.ask("GET", "/api/agents");
    const auto list = boost::json::parse(answer.body());
    for (const auto& item : list.as_array()) {
      if (item.at("name").as_string() == name) return std::string(item.at("status").as_string());
    }
    return "gone";
  }

 private:
  Kept& connection_;
};

TEST(ReadYourWrites, TenThousandPairsOverTwoConnections) {
  constexpr int pairs = 10'000;
  const ServerHouse house(2);
  // Connections go to the I/O threads in turn: these two never share one.
  Kept changing(house.server->port());
  Kept reading(house.server->port());
  View view(reading);
  int stale = 0;
  int refused = 0;
  const auto pair = [&](int turn, const std::string& method, const std::string& path, const std::string& body,
                        const std::string& name, const std::string& expected) {
    const auto answer = changing.ask(method, path, body);
    if (answer.status != 200) ++refused;
    const auto seen = view.status(name, turn);
    if (seen != expected) {
      ++stale;
      ADD_FAILURE() << method << ' ' << path << " was answered " << answer.status << ", then read: " << seen;
    }
  };
  for (int i = 0; i < pairs && stale + refused < 10; i += 2) {
    if (i % 40 == 0) {
      // Its name is free again by then.
      pair(i / 40, "POST", "/api/agents", R"({"name": "brief"})", "brief", "running");
      pair(i / 40, "DELETE", "/api/agents/brief", {}, "brief", "gone");
    } else {
      pair(i / 2, "POST", "/api/agents/hers/stop", {}, "hers", "stopped");
      pair(i / 2, "POST", "/api/agents/hers/start", {}, "hers", "running");
    }
  }
  EXPECT_EQ(stale, 0);
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace trinity::app
