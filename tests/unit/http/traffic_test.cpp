#include "http/traffic.h"

#include <gtest/gtest.h>

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

Router two_routes() {
  const Handler handler = [](Request) -> Task<Response> { co_return Response::empty(204); };
  Router router;
  router.add({{Method::get, "/a/{name}", Access::anyone, handler}, {Method::del, "/a/{name}", Access::user, handler}});
  return router;
}

TEST(Traffic, CountsByRouteClassAndDurationOverAllLanes) {
  const auto router = two_routes();
  Traffic traffic;
  traffic.prepare(2, router);
  const auto slot = traffic.slot_of(router.routes()[1]);
  traffic.count(0, {slot, 204, 200us, 2, 1});
  traffic.count(1, {slot, 204, 250us, 0, 0});
  traffic.count(1, {slot, 503, 90s, 1, 0});
  const auto lines = traffic.read();
  ASSERT_EQ(lines.size(), 1U) << "what was never asked for is left out";
  const auto& line = lines[0];
  EXPECT_EQ(line.method, "DELETE");
  EXPECT_EQ(line.route, "/a/{name}");
  EXPECT_EQ(line.requests(), 3U);
  EXPECT_EQ(line.by_class[1], 2U);
  EXPECT_EQ(line.by_class[4], 1U);
  EXPECT_EQ(line.durations.by_class.front(), 2U) << "a bound belongs to its class";
  EXPECT_EQ(line.durations.by_class.back(), 1U);
  EXPECT_EQ(line.durations.total, 90s + 450us);
  EXPECT_EQ(line.sql, 3U);
  EXPECT_EQ(line.engine, 1U);
}

TEST(Traffic, NamesOfItsOwnForFilesAndForWhatNoRouteTakes) {
  const auto router = two_routes();
  Traffic traffic;
  traffic.prepare(1, router);
  traffic.count(0, {traffic.web_slot(), 200, 1ms, 0, 0});
  traffic.count(0, {traffic.none_slot(), 999, 1ms, 0, 0});
  const auto lines = traffic.read();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].route, "web");
  EXPECT_EQ(lines[1].route, "none");
  EXPECT_EQ(lines[1].by_class[4], 1U) << "an odd status counts as the nearest class";
}

TEST(Traffic, KnowsTheConnections) {
  Traffic traffic;
  traffic.opened();
  traffic.opened();
  traffic.closed();
  traffic.refused();
  const auto seen = traffic.connections();
  EXPECT_EQ(seen.open, 1U);
  EXPECT_EQ(seen.accepted, 2U);
  EXPECT_EQ(seen.refused, 1U);
}

}  // namespace
}  // namespace trinity::http
