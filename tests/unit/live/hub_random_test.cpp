// Random histories: whatever happens, a client that follows the protocol knows exactly what its user may see.
#include <gtest/gtest.h>

#include <random>

#include "client_model.h"

namespace trinity::live {
namespace {

using testing::ClientModel;
using testing::FakeFleet;
using testing::FakeSubscriber;
using testing::moment;
using testing::text;
using testing::json::object;

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    const auto user = [](std::int64_t id, std::string name) {
      return testing::caller(id, name, Role::user, name + "@example.com");
    };
    clients_.emplace_back(user(1, "ann"));
    clients_.emplace_back(user(2, "bob"));
    clients_.emplace_back(user(2, "bob"));
    clients_.emplace_back(testing::caller(3, "root", Role::admin));
    hub_.publish(fleet_.nothing(), at_);
    for (auto& client : clients_) connect(client);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      at_ = moment(step * 0.7);
      if (one_in(40)) hub_.tick(at_);
      publish_something();
      for (auto& client : clients_) {
        if (!client.socket) {
          if (one_in(one_in(3) ? 30 : 3)) connect(client);
          continue;
        }
        if (one_in(15)) {
          // Cut: what was on its way is lost.
          if (one_in(2)) client.socket->take();
          deliver(client);
          hub_.detach(client.id, at_);
          client.socket = nullptr;
        }
      }
      if (one_in(5)) check();
      if (::testing::Test::HasFatalFailure()) return;
    }
    for (auto& client : clients_) {
      if (!client.socket) connect(client);
    }
    check();
  }

  [[nodiscard]] int resumed() const {
    int all = 0;
    for (const auto& client : clients_) all += client.resumed;
    return all;
  }

 private:
  bool one_in(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_) == 0; }
  int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  void connect(ClientModel& client) {
    client.socket = std::make_shared<FakeSubscriber>();
    client.id = ++last_id_;
    hub_.attach(client.id, client.socket);
    hub_.identify(client.id, {client.who, {}}, at_);
    hub_.subscribe(client.id, {{"agents", client.seq ? std::optional(client.seq) : std::nullopt}}, at_);
  }

  static void deliver(ClientModel& client) {
    for (const auto& frame : client.socket->take()) {
      client.take(frame);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  void publish_something() {
    const auto name = "a" + std::to_string(pick(6));
    if (!fleet_.entries.contains(name)) {
      hub_.publish(fleet_.add(testing::agent(name, 1 + pick(2), one_in(2) ? "running" : "stopped")), at_);
      return;
    }
    const auto change = [&](const std::function<void(fleet::Agent&)>& edit) {
      hub_.publish(fleet_.change(name, edit), at_);
    };
    switch (pick(9)) {
      case 0:
        return hub_.publish(fleet_.remove(name), at_);
      case 1:
        return change([](fleet::Agent& a) { a.status = a.status == "running" ? "stopped" : "running"; });
      case 2:
        return change([&](fleet::Agent& a) { a.started_at = at_.wall; });
      case 3:
        return change([&](fleet::Agent& a) { a.metadata->shared_with = {"bob@example.com"}; });
      case 4:
        return change([](fleet::Agent& a) { a.metadata->shared_with.clear(); });
      case 5:
        return change([&](fleet::Agent& a) { a.metadata->owner_id = 1 + pick(2); });
      case 6:
        return change([&](fleet::Agent& a) {
          a.port = pick(3);
          if (one_in(2)) a.status = "paused";
        });
      case 7:
        return change([&](fleet::Agent& a) { a.metadata->autonomy_enabled = one_in(2); });
      default:
        return replace(name);
    }
  }

  /// A new container under the old name; the engine tells of both in one go, in either order.
  void replace(const std::string& name) {
    const auto old = fleet_.entries.at(name).agent;
    auto fresh = std::make_shared<fleet::Agent>(*old);
    fresh->container_id += "x";
    testing::refresh(*fresh);
    fleet_.entries[name] = {fresh, nullptr};
    std::vector<fleet::Change> changes{{FakeFleet::Kind::created, name, nullptr, fresh, "user"},
                                       {FakeFleet::Kind::deleted, name, old, nullptr, "user"}};
    if (one_in(2)) std::swap(changes[0], changes[1]);
    hub_.publish(fleet_.publication(std::move(changes)), at_);
  }

  void check() {
    for (auto& client : clients_) {
      if (!client.socket) continue;
      deliver(client);
      if (::testing::Test::HasFatalFailure()) return;
      std::size_t visible = 0;
      for (const auto& [name, entry] : fleet_.entries) {
        if (!fleet::can_read(*entry.agent, *client.who)) continue;
        ++visible;
        ASSERT_TRUE(client.agents.contains(name)) << name;
        std::string item;
        fleet::append_item(item, *entry.agent, *client.who);
        const auto expected = testing::object(item);
        for (const auto& [key, value] : expected) ASSERT_EQ(client.agents[name][key], value) << name << ' ' << key;
      }
      ASSERT_EQ(client.agents.size(), visible);
    }
  }

  std::mt19937 random_;
  Hub hub_{[](const std::string&, int) {}, {}};
  FakeFleet fleet_;
  Moment at_ = moment(0);
  std::vector<ClientModel> clients_;
  SocketId last_id_ = 0;
};

TEST(RandomHistories, ClientsKnowWhatTheirUsersMaySee) {
  int resumed = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    History history(seed);
    history.run(300);
    if (HasFatalFailure()) return;
    resumed += history.resumed();
  }
  EXPECT_GT(resumed, 100);  // else the test does not reach what it is for
}

/// Broken frames end in an answer or in silence, never in an exception.
TEST(RandomFrames, NeverThrow) {
  const std::vector<std::string> seeds{
      R"({"type":"subscribe","topics":["agents","agent:x:stats"],"since":{"agents":412}})",
      R"({"type":"unsubscribe","topics":["agents"]})",
      R"({"type":"ping","id":1})",
      R"({"type":"auth","token":"a.b.c"})",
      "Bearer a.b.c",
      R"({"type":"options","topic":"agent:x:logs","options":{"tail":200,"interval":10}})",
      R"({"type":"subscribe","topics":["host"],"options":{"host":{"history":3}}})",
      R"({"type":"visibility","hidden":true})"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (int i = 0; i < 20'000; ++i) {
    auto frame = seeds[below(seeds.size())];
    for (std::size_t edits = 1 + below(4); edits > 0 && !frame.empty(); --edits) {
      const auto place = below(frame.size());
      switch (below(3)) {
        case 0:
          frame[place] = static_cast<char>(below(256));
          break;
        case 1:
          frame.erase(place, 1 + below(3));
          break;
        default:
          frame.insert(place, frame.substr(below(frame.size()), below(12)));
      }
    }
    const auto command = parse_command(frame);
    if (const auto* wish = std::get_if<Subscribe>(&command)) {
      for (const auto& wanted : wish->topics) {
        (void)parse_topic(wanted.topic);
        (void)testing::object(subscribe_error(wanted.topic, 404, "Unknown topic"));
      }
    }
  }
}

}  // namespace
}  // namespace trinity::live
