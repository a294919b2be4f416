#pragma once
// A hub that the test feeds by hand.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fixture.h"

namespace trinity::live::testing {

class HubFixture : public ::testing::Test {
 protected:
  HubFixture() { hub_.publish(fleet_.nothing(), moment(0)); }

  struct Client {
    SocketId id = 0;
    std::shared_ptr<FakeSubscriber> socket = std::make_shared<FakeSubscriber>();
  };

  Client connect(std::shared_ptr<const Caller> who = nullptr) {
    Client client{++last_id_, std::make_shared<FakeSubscriber>()};
    hub_.attach(client.id, client.socket);
    if (who) hub_.identify(client.id, {std::move(who), moment(86400).wall}, at_);
    return client;
  }
  /// Subscribes and gives the answers.
  std::vector<json::object> subscribe(const Client& client, const std::string& topic,
                                      std::optional<std::uint64_t> since = std::nullopt,
                                      std::optional<Options> options = std::nullopt) {
    client.socket->take();
    hub_.subscribe(client.id, {{topic, since, options}}, at_);
    return client.socket->take();
  }
  void publish(const fleet::Publication& publication) { hub_.publish(publication, at_); }
  void go_to(double seconds) {
    at_ = moment(seconds);
    hub_.tick(at_);
  }

  static std::vector<std::string> events(const std::vector<json::object>& frames) {
    std::vector<std::string> names;
    for (const auto& frame : frames) {
      names.push_back(frame.contains("event") ? text(frame, "event") : "[" + text(frame, "type") + "]");
    }
    return names;
  }

  std::map<std::string, int> watched_;
  HubBounds bounds_;
  Hub hub_{[this](const std::string& name, int delta) { watched_[name] += delta; }, bounds_};
  FakeFleet fleet_;
  Moment at_ = moment(0);
  SocketId last_id_ = 0;

  std::shared_ptr<const Caller> ann_ = caller(1, "ann", Role::user, "Ann@Example.com");
  std::shared_ptr<const Caller> bob_ = caller(2, "bob", Role::user, "bob@example.com");
  std::shared_ptr<const Caller> root_ = caller(3, "root", Role::admin);
};

}  // namespace trinity::live::testing
