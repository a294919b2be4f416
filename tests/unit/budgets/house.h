#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>

#include "budgets/routes.h"
#include "unit/agents/house.h"

namespace trinity::test {

namespace json = boost::json;

/// A socket whose frames are kept.
class Listener : public live::Subscriber {
 public:
  void deliver(live::Delivery delivery) override {
    const std::lock_guard lock(mutex_);
    for (const auto& outgoing : delivery.frames) frames_.push_back(json::parse(*outgoing.frame).as_object());
  }
  [[nodiscard]] std::size_t unsent() const noexcept override { return 0; }
  std::vector<json::object> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(frames_, {});
  }
  /// Data of the events of this name since the last call.
  std::vector<json::object> take(std::string_view event) {
    std::vector<json::object> found;
    for (const auto& frame : take()) {
      if (frame.contains("event") && frame.at("event").as_string() == event)
        found.push_back(frame.at("data").as_object());
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::vector<json::object> frames_;
};

/// Ann's agent `bot`, its budget and the live hub; the clock is the test's.
class BudgetHouse : public testing::Test {
 protected:
  using Method = http::Method;

  BudgetHouse() {
    house.house.listener = [this](const fleet::Publication& publication) { link.publish(publication); };
    house.store.on_forgotten([this](const std::string& agent) { budgets.forget(agent); });
  }
  ~BudgetHouse() override {
    house.house.stop();
    // Spending is stored beside; nothing here is to end before.
    house.pool.join();
  }
  void SetUp() override {
    budgets.load(house.call);
    router.add(budgets::routes(budgets));
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  }

  http::Response ask(Method method, const std::string& path, const agents::CallerPtr& caller,
                     const std::string& body = "") {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.path = path;
    request.params = match.params;
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)), 1);
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  json::object get(const std::string& path, const agents::CallerPtr& caller = AgentHouse::admin()) {
    return json::parse(ask(Method::get, path, caller).bytes()).as_object();
  }
  static std::string detail_of(const http::Response& response) {
    return std::string(json::parse(response.bytes()).at("detail").as_string());
  }
  static double cost_of(const json::object& from, std::string_view key = "spent_today") {
    return from.at(key).to_number<double>();
  }

  std::shared_ptr<Listener> listen(const agents::CallerPtr& caller, const std::string& topic) {
    auto listener = std::make_shared<Listener>();
    const auto id = link.attach(listener);
    link.identify(id, {caller, trinity::now() + std::chrono::hours(1)});
    link.subscribe(id, {{topic, std::nullopt, std::nullopt}});
    settle();
    return listener;
  }
  /// What was told before has arrived.
  void settle() {
    house.house.on_fleet([] {});
  }
  /// What was spent is stored: nothing is left to write.
  bool stored(double cost, const std::string& agent = "bot") {
    const auto where = "agent_name = '" + agent + "' AND abs(cost - " + std::to_string(cost) + ") < 0.000001";
    return eventually([&] { return house.count("trinity_spending", where) == 1; });
  }

  std::atomic<Time> clock{*parse_time("2026-01-14T22:00:00Z")};
  AgentHouse house;
  live::Hub hub{[](const std::string&, int) {}, {}};
  live::HubLink link{hub, house.house.fleet.executor()};
  budgets::BudgetStore store{house.database};
  budgets::BudgetService budgets{house.house.fleet,
                                 store,
                                 house.settings,
                                 link,
                                 house.house.io[0].get_executor(),
                                 [this] { return clock.load(); }};
  http::Router router;
};

}  // namespace trinity::test
