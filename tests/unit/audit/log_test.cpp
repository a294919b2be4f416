#include "audit/log.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <vector>

namespace trinity::audit {
namespace {

class Note : public testing::Test {
 protected:
  Note() {
    log::redirect([this](std::string line) { lines.push_back(std::move(line)); });
  }
  ~Note() override {
    log::redirect(nullptr);
    log::configure(log::Level::info, false);
  }

  std::vector<std::string> lines;
  BackgroundCall job{"a1-2"};
  Caller ann{3, "ann", "ann@example.com"};
};

TEST_F(Note, SaysWhoDidWhatToWhich) {
  log::configure(log::Level::info, false);
  note(job.call(), ann, "share", "research-bot", {{"target", "bob@example.com"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(
      lines[0].ends_with("Z info  audit: [a1-2] change action=share agent=research-bot target=bob@example.com "
                         "user=ann user_id=3 by=session result=ok"))
      << lines[0];
}

TEST_F(Note, JsonLinesHaveEachPartAsAField) {
  log::configure(log::Level::info, true);
  ann.scope = Scope::agent_key;
  ann.agent_name = "helper";
  note(job.call(), ann, "create_agent", "bot");
  const auto line = boost::json::parse(lines.back()).as_object();
  EXPECT_EQ(line.at("room"), "audit");
  EXPECT_EQ(line.at("request"), "a1-2");
  EXPECT_EQ(line.at("action"), "create_agent");
  EXPECT_EQ(line.at("agent"), "bot");
  EXPECT_EQ(line.at("user"), "ann");
  EXPECT_EQ(line.at("by"), "agent_key");
  EXPECT_EQ(line.at("by_agent"), "helper");
}

TEST_F(Note, IsWrittenWhateverTheLevel) {
  log::configure(log::Level::error, false);
  note(job.call(), ann, "share", "bot");
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(Note, WhatIsLeftOutHasNoField) {
  note(job.call(), ann, "add_key", "");
  EXPECT_EQ(lines[0].find("agent="), std::string::npos) << lines[0];
}

/// A name is somebody's choice: it must not look like another line or another field.
TEST_F(Note, AValueCannotForgeAnother) {
  ann.username = "x\n2026 info  audit: change user=root";
  note(job.call(), ann, "share", "bot", {{"target", "a user=root"}, {"note", ""}});
  EXPECT_EQ(lines[0].find('\n'), std::string::npos) << "one line";
  EXPECT_NE(lines[0].find(R"( target="a user=root" note="" user="x\n2026 info  audit: change user=root" )"),
            std::string::npos)
      << lines[0];
}

}  // namespace
}  // namespace trinity::audit
