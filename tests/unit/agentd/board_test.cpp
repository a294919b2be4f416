#include "agentd/board/board.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "agentd/board/dashboard_rules.h"
#include "unit/agentd/fixtures.h"
#include "yaml/yaml.h"

namespace trinity::agentd {
namespace {

using boost::json::object;
using boost::json::value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> faults_of(const std::string& text) {
  const auto root = yaml::to_json(text);
  EXPECT_TRUE(root) << text;
  return dashboard_faults(*root);
}

TEST(DashboardRules, EveryKindWithWhatItNeedsIsGood) {
  EXPECT_THAT(faults_of(R"(
title: All
refresh: 5
sections:
  - layout: list
    columns: 4
    widgets:
      - {type: metric, label: a, value: 1}
      - {type: status, label: a, value: up, color: green}
      - {type: progress, label: a, value: 50}
      - {type: text, content: hello}
      - {type: markdown, content: '# hi'}
      - {type: table, columns: [{key: a, label: A}], rows: [{a: 1}]}
      - {type: list, items: [a, b]}
      - {type: link, label: a, url: https://example.org}
      - {type: image, src: /files/a.png, alt: a}
      - {type: divider}
      - {type: spacer}
  - widgets: []
)"),
              IsEmpty());
}

TEST(DashboardRules, MessagesComeInTheOrderOfTheDocument) {
  EXPECT_THAT(faults_of("sections: []\nrefresh: 4"),
              ElementsAre("Missing required 'title' field", "'refresh' must be a number >= 5, got 4"));
  EXPECT_THAT(faults_of("title: a"), ElementsAre("Missing required 'sections' field"));
  EXPECT_THAT(faults_of("title: a\nsections: ~\nrefresh: 1"), ElementsAre("Missing required 'sections' field"));
  EXPECT_THAT(faults_of("title: a\nsections: {a: 1}"), ElementsAre("'sections' must be a list"));
  EXPECT_THAT(
      faults_of(R"(
title: a
refresh: soon
sections:
  - title: no widgets
  - widgets: many
    layout: odd
  - {widgets: [], layout: odd, columns: 5}
  - widgets:
      - label: a
      - type: chart
      - {type: status, label: a}
      - {type: status, label: a, value: ~}
)"),
      ElementsAre("'refresh' must be a number >= 5, got soon", "Section 0: missing required 'widgets' field",
                  "Section 1: 'widgets' must be a list", "Section 2: invalid layout 'odd'. Valid values: grid, list",
                  "Section 2: columns must be 1-4, got 5", "Section 3, Widget 0: missing 'type' field",
                  "Section 3, Widget 1: invalid type 'chart'. Valid types: metric, status, progress, text, "
                  "markdown, table, list, link, image, divider, spacer",
                  "Section 3, Widget 2 (status): missing required 'value' field",
                  "Section 3, Widget 3 (status): missing required 'color' field"));
}

TEST(DashboardRules, NullWhereATextIsWantedIsThere) {
  EXPECT_THAT(faults_of("title: ~\nsections: [{widgets: [{type: text, content: ~}]}]"), IsEmpty());
}

TEST(DashboardRules, WhatIsNoMappingIsTold) {
  EXPECT_THAT(faults_of("- a"), ElementsAre("The document must be a mapping"));
  EXPECT_THAT(faults_of("title: a\nsections: [x, {widgets: [1]}]"),
              ElementsAre("Section 0: must be a mapping", "Section 1, Widget 0: must be a mapping"));
}

TEST(DashboardRules, MessagesAreBounded) {
  std::string text = "title: a\nsections:\n";
  for (int i = 0; i < 500; ++i) text += "  - x\n";
  EXPECT_THAT(faults_of(text), SizeIs(100));
}

class BoardTest : public testing::Test {
 protected:
  [[nodiscard]] Config config() const {
    Config made;
    made.home = home_.path();
    made.template_folder = template_.path();
    return made;
  }
  object metrics() { return run_on(context_, board_.metrics()); }
  object dashboard() { return run_on(context_, board_.dashboard()); }
  /// Versions are told apart by their times, which the kernel takes in steps of milliseconds.
  void write(const std::string& name, std::string_view text) {
    const auto file = home_.write(name, text);
    const timespec times[] = {{0, UTIME_OMIT}, {1'700'000'000 + ++writes_, 0}};
    ::utimensat(AT_FDCWD, file.c_str(), times, 0);
  }

  TempFolder home_;
  TempFolder template_;
  Config config_ = config();
  BlockingPool pool_{1};
  asio::io_context context_{1};
  Board board_{config_, pool_};
  int writes_ = 0;
};

constexpr const char* kGood = "title: Ops\nsections: [{widgets: [{type: metric, label: Users, value: 12}]}]\n";

TEST_F(BoardTest, ADashboardIsTheWholeDocumentWithARefresh) {
  write("dashboard.yaml", kGood);
  const auto card = dashboard();
  EXPECT_EQ(card.at("has_dashboard"), true);
  EXPECT_EQ(card.at("config").at("refresh"), 30);
  EXPECT_EQ(card.at("config").at("sections").at(0).at("widgets").at(0).at("value"), 12);
  EXPECT_EQ(card.at("last_modified"), "2023-11-14T22:13:21.000Z");
  EXPECT_TRUE(card.at("error").is_null());
}

TEST_F(BoardTest, WithoutDashboardTheAnswerSaysWhy) {
  const auto fault = [this] {
    const auto card = dashboard();
    EXPECT_EQ(card.at("has_dashboard"), false);
    EXPECT_TRUE(card.at("config").is_null());
    EXPECT_TRUE(card.at("last_modified").is_null());
    return std::string(card.at("error").as_string());
  };
  const auto home = home_.path().string();
  EXPECT_EQ(fault(), "No dashboard.yaml found in " + home + "/ or " + home + "/workspace/");
  write("dashboard.yaml", "# nothing\n");
  EXPECT_EQ(fault(), "dashboard.yaml is empty");
  write("dashboard.yaml", "title: [\n");
  EXPECT_THAT(fault(), StartsWith("YAML parse error at line 2, column 1: "));
  write("dashboard.yaml", "title: a\n");
  EXPECT_EQ(fault(), "Validation errors: Missing required 'sections' field");
  write("dashboard.yaml", std::string(1'100'000, '#'));
  EXPECT_THAT(fault(), StartsWith("Failed to read dashboard.yaml: larger than"));
  std::filesystem::remove(home_.path() / "dashboard.yaml");
  std::filesystem::create_directory(home_.path() / "dashboard.yaml");
  EXPECT_EQ(fault(), "Failed to read dashboard.yaml: not a regular file");
}

TEST_F(BoardTest, TheFolderWorkspaceIsTheSecondPlace) {
  write("workspace/dashboard.yaml", kGood);
  EXPECT_EQ(dashboard().at("has_dashboard"), true);
  write("dashboard.yaml", "title: [\n");
  EXPECT_EQ(dashboard().at("has_dashboard"), false);
}

TEST_F(BoardTest, AHalfWrittenDashboardDoesNotTakeAwayTheLastGoodOne) {
  write("dashboard.yaml", kGood);
  dashboard();
  write("dashboard.yaml", "title: [\n");
  auto card = dashboard();
  EXPECT_EQ(card.at("has_dashboard"), true);
  EXPECT_EQ(card.at("config").at("title"), "Ops");
  EXPECT_EQ(card.at("last_modified"), "2023-11-14T22:13:21.000Z");
  EXPECT_THAT(card.at("error").as_string().c_str(), StartsWith("YAML parse error"));
  write("dashboard.yaml", "title: New\nsections: []\n");
  card = dashboard();
  EXPECT_EQ(card.at("config").at("title"), "New");
  EXPECT_TRUE(card.at("error").is_null());
}

TEST_F(BoardTest, AFileThatIsWholeAMomentLaterIsRead) {
  write("dashboard.yaml", "title: [\n");
  asio::steady_timer soon(context_, std::chrono::milliseconds(20));
  soon.async_wait([this](const boost::system::error_code&) { write("dashboard.yaml", kGood); });
  EXPECT_EQ(dashboard().at("has_dashboard"), true);
}

TEST_F(BoardTest, MetricsNeedDefinitions) {
  EXPECT_EQ(metrics(), (object{{"has_metrics", false}, {"message", "No template.yaml found"}}));
  home_.write("template.yaml", "name: [\n");
  EXPECT_THAT(metrics().at("message").as_string().c_str(), StartsWith("Failed to read template.yaml: "));
  for (const auto* text : {"", "name: a", "metrics: ~", "metrics: []", "metrics: {a: 1}", "- a"}) {
    home_.write("template.yaml", text);
    EXPECT_EQ(metrics().at("message"), "No metrics defined in template.yaml") << text;
  }
}

TEST_F(BoardTest, MetricsAreDefinitionsAndValues) {
  template_.write("template.yaml", "metrics: [{name: cycles, type: counter, label: Cycles}, odd]");
  auto card = metrics();
  EXPECT_EQ(card.at("has_metrics"), true);
  EXPECT_EQ(card.at("definitions").as_array().size(), 2U);
  EXPECT_EQ(card.at("values"), object());
  EXPECT_TRUE(card.at("last_updated").is_null());
  EXPECT_FALSE(card.contains("error"));
  write("metrics.json", R"({"cycles": 5, "more": "x", "last_updated": "2026-01-10T10:30:00Z"})");
  card = metrics();
  EXPECT_EQ(card.at("values"), (object{{"cycles", 5}, {"more", "x"}}));
  EXPECT_EQ(card.at("last_updated"), "2026-01-10T10:30:00Z");
}

TEST_F(BoardTest, BrokenMetricsArePassedOverAndTold) {
  template_.write("template.yaml", "metrics: [{name: cycles, type: counter, label: Cycles}]");
  write("metrics.json", R"({"cycles": 5)");
  write("workspace/metrics.json", R"({"cycles": 6})");
  EXPECT_EQ(metrics().at("values"), (object{{"cycles", 6}}));
  std::filesystem::remove(home_.path() / "workspace/metrics.json");
  auto card = metrics();
  EXPECT_EQ(card.at("values"), object());
  EXPECT_THAT(card.at("error").as_string().c_str(), StartsWith("metrics.json: not JSON"));
  write("metrics.json", R"({"cycles": 7})");
  EXPECT_EQ(metrics().at("values"), (object{{"cycles", 7}}));
  write("metrics.json", "[1]");
  card = metrics();
  EXPECT_EQ(card.at("values"), (object{{"cycles", 7}})) << "the last good ones";
  EXPECT_THAT(card.at("error").as_string().c_str(), HasSubstr("not one flat object"));
}

}  // namespace
}  // namespace trinity::agentd
