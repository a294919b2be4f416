#include "base/log.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <vector>

namespace trinity::log {
namespace {

class Log : public testing::Test {
 protected:
  Log() {
    redirect([this](std::string line) { lines.push_back(std::move(line)); });
  }
  ~Log() override {
    redirect(nullptr);
    configure(Level::info, false);
  }
  boost::json::object last() { return boost::json::parse(lines.back()).as_object(); }

  std::vector<std::string> lines;
};

TEST_F(Log, LinesForPeopleNameTheRequest) {
  configure(Level::info, false);
  info("fleet", "{} agents", 3);
  warn({"http", "a1-2"}, "slow");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].ends_with("Z info  fleet: 3 agents")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("Z warn  http: [a1-2] slow")) << lines[1];
}

TEST_F(Log, JsonLinesHaveTheRequestAsAField) {
  configure(Level::info, true);
  error({"http", "a1-2"}, "broken \"quote\" and\nline end");
  EXPECT_EQ(lines.back().find('\n'), std::string::npos) << "one line each";
  EXPECT_EQ(last().at("level"), "error");
  EXPECT_EQ(last().at("room"), "http");
  EXPECT_EQ(last().at("request"), "a1-2");
  EXPECT_EQ(last().at("msg"), "broken \"quote\" and\nline end");
  EXPECT_TRUE(last().contains("ts"));
  info("fleet", "nobody's request");
  EXPECT_FALSE(last().contains("request"));
}

TEST_F(Log, WhatIsBelowTheLevelIsNotWritten) {
  configure(Level::warn, false);
  info("fleet", "not this");
  EXPECT_TRUE(lines.empty());
}

}  // namespace
}  // namespace trinity::log
