#include "agents/list_query.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/errors.h"
#include "http/text.h"
#include "unit/fleet/facts.h"

namespace trinity::agents {
namespace {

Caller admin() {
  return {1, "admin", std::nullopt, Role::admin};
}

ListQuery asked(const std::string& text) {
  const auto query = list_query(http::parse_query(text));
  if (!query) throw std::runtime_error("nothing was asked for");
  return *query;
}

/// Five agents; `day` orders them by age. echo belongs to somebody else.
fleet::Snapshot five() {
  struct One {
    const char *name, *type, *state;
    int day;
    std::int64_t owner;
    const char* tags = "";
  };
  fleet::Snapshot made;
  for (const auto& one : {One{"alpha", "writer", "running", 3, 7, "prod"}, One{"bravo", "tester", "exited", 1, 7},
                          One{"charlie", "writer", "running", 5, 7, "billing,prod"},
                          One{"delta", "Writer", "paused", 2, 7, "billing"}, One{"echo", "tester", "running", 4, 8}}) {
    auto container = test::container(std::string("c-") + one.name, one.name);
    container.labels[fleet::label::agent_type] = one.type;
    container.state = one.state;
    container.created = Time{std::chrono::hours(24 * one.day)};
    auto metadata = test::owned_by(one.owner);
    for (std::string_view rest = one.tags; !rest.empty();) metadata.tags.emplace_back(http::take_until(rest, ','));
    auto agent = std::make_shared<const fleet::Agent>(fleet::make_agent(container, metadata, test::network));
    made.entries.push_back({std::move(agent), nullptr});
  }
  return made;
}

std::string names(const ListPage& page) {
  std::string text;
  const auto items = boost::json::parse(page.text);
  for (const auto& item : items.as_array()) {
    if (!text.empty()) text += ' ';
    text += item.at("name").as_string();
  }
  return text;
}

TEST(ListQuery, APlainCallAsksForNothing) {
  EXPECT_FALSE(list_query(http::parse_query("")));
  EXPECT_FALSE(list_query(http::parse_query("unknown=1&page=2"))) << "unknown names are ignored";
  EXPECT_FALSE(list_query(http::parse_query("q=&status=&sort=&limit=&fields=&cursor=")));
}

TEST(ListQuery, SelectsAndOrders) {
  struct Case {
    const char *query, *names;
  };
  for (const auto& one : {
           Case{"sort=-created", "charlie echo alpha delta bravo"},
           Case{"sort=created", "bravo delta alpha echo charlie"},
           Case{"sort=name", "alpha bravo charlie delta echo"},
           Case{"sort=-name", "echo delta charlie bravo alpha"},
           Case{"sort=status", "delta alpha charlie echo bravo"},
           Case{"sort=-status", "bravo alpha charlie echo delta"},
           Case{"status=running", "charlie echo alpha"},
           Case{"status=stopped", "bravo"},
           Case{"status=dead", ""},
           Case{"q=WRITER", "charlie alpha delta"},
           Case{"q=lph", "alpha"},
           Case{"q=+lph+", "alpha"},
           Case{"q=writer&status=running&sort=name", "alpha charlie"},
           Case{"limit=2", "charlie echo"},
           Case{"tag=prod", "charlie alpha"},
           Case{"tag=+Prod+,&sort=name", "alpha charlie"},
           Case{"tag=prod,billing", "charlie"},
           Case{"tag=billing&status=paused", "delta"},
           Case{"tag=none", ""},
           Case{"q=bill", "charlie delta"},
       }) {
    EXPECT_EQ(names(select(five(), admin(), asked(one.query))), one.names) << one.query;
  }
}

TEST(ListQuery, ShowsOnlyWhatTheCallerMaySee) {
  const Caller ann{7, "ann", std::nullopt, Role::user};
  const auto page = select(five(), ann, asked("sort=name"));
  EXPECT_EQ(names(page), "alpha bravo charlie delta");
  EXPECT_EQ(page.total, 4U);
}

TEST(ListQuery, PagesMeetWithoutGapOrRepetition) {
  for (const std::string order : {"created", "-created", "name", "-name", "status", "-status"}) {
    const auto whole = names(select(five(), admin(), asked("sort=" + order)));
    for (const std::string limit : {"1", "2", "3", "5", "1000"}) {
      std::string joined;
      std::string cursor;
      int pages = 0;
      do {
        auto query = asked("sort=" + order + "&limit=" + limit);
        if (!cursor.empty()) query = asked("sort=" + order + "&limit=" + limit + "&cursor=" + cursor);
        const auto page = select(five(), admin(), query);
        EXPECT_EQ(page.total, 5U);
        if (!joined.empty()) joined += ' ';
        joined += names(page);
        cursor = page.next;
        ASSERT_LE(++pages, 5);
      } while (!cursor.empty());
      EXPECT_EQ(joined, whole) << order << " by " << limit;
    }
  }
}

TEST(ListQuery, ACursorOutlivesItsAgent) {
  auto fleet = five();
  const auto first = select(fleet, admin(), asked("sort=name&limit=2"));
  ASSERT_EQ(names(first), "alpha bravo");
  std::erase_if(fleet.entries, [](const auto& entry) { return entry.agent->name == "bravo"; });
  EXPECT_EQ(names(select(fleet, admin(), asked("sort=name&limit=2&cursor=" + first.next))), "charlie delta");
}

TEST(ListQuery, FieldsNarrowTheItems) {
  const auto page = select(five(), admin(), asked("fields=name,status,%20is_owner,name,&sort=name&limit=1"));
  EXPECT_EQ(page.text, R"([{"name":"alpha","status":"running","is_owner":false}])");
  EXPECT_EQ(select(five(), admin(), asked("fields=tags&tag=billing,prod")).text, R"([{"tags":["billing","prod"]}])");
}

TEST(ListQuery, BadValuesAreNamed) {
  for (const auto& [text, field] : std::vector<std::pair<std::string, std::string>>{
           {"limit=0", "limit"},
           {"limit=1001", "limit"},
           {"limit=-1", "limit"},
           {"limit=many", "limit"},
           {"sort=size", "sort"},
           {"sort=-", "sort"},
           {"fields=name,secret", "fields"},
           {"tag=prod,a%20b", "tag"},
           {"tag=-x", "tag"},
           {"tag=0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,g,h,i,j,k", "tag"},
           {"cursor=nonsense", "cursor"},
           {"cursor=" + std::string(300, 'x') + ":y", "cursor"},
       }) {
    try {
      (void)list_query(http::parse_query(text));
      ADD_FAILURE() << text;
    } catch (const Unprocessable& refused) {
      EXPECT_EQ(refused.detail().at(0).at("loc"), (boost::json::array{"query", field})) << text;
    }
  }
}

}  // namespace
}  // namespace trinity::agents
