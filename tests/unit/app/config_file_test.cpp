#include "app/config_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

#include "unit/db/temp_dir.h"

namespace trinity::app {
namespace {

TEST(ConfigText, LinesAndComments) {
  const auto file = parse_config_text(
      "\xEF\xBB\xBF# first\n"
      "port = 9000\r\n"
      "\n"
      "  home=/data # where it lies\n"
      "   # indented\n"
      "subnet =\n"
      "secret-key = a#b=c\n"
      "admin-password = \"  with # and blanks  \"  # quoted\n"
      "images = a, b");
  EXPECT_TRUE(file.faults.empty()) << file.faults.front();
  const std::vector<std::tuple<std::string, std::string, int>> wanted{{"port", "9000", 2},
                                                                      {"home", "/data", 4},
                                                                      {"subnet", "", 6},
                                                                      {"secret-key", "a#b=c", 7},
                                                                      {"admin-password", "  with # and blanks  ", 8},
                                                                      {"images", "a, b", 9}};
  ASSERT_EQ(file.entries.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& entry = file.entries[i];
    EXPECT_EQ(std::tuple(entry.key, entry.value, entry.line), wanted[i]);
  }
}

TEST(ConfigText, WhatIsNoSettingIsSaidWithItsLine) {
  for (const auto* text : {"port 9000", "= 9000", "[section]", "a b = c", "# fine\nport", "\n[x] = y"}) {
    const auto file = parse_config_text(text);
    EXPECT_TRUE(file.entries.empty()) << text;
    ASSERT_EQ(file.faults.size(), 1U) << text;
    EXPECT_NE(file.faults[0].find("expected 'key = value'"), std::string::npos) << file.faults[0];
  }
  EXPECT_TRUE(parse_config_text("# fine\nport").faults[0].starts_with("line 2:"));
  EXPECT_EQ(parse_config_text("hush-hush").faults[0].find("hush"), std::string::npos) << "it may be a secret";
}

TEST(ConfigText, QuotesMustClose) {
  for (const auto* text : {"a = \"x", "a = \"x\" y", "a = \""}) {
    const auto file = parse_config_text(text);
    ASSERT_EQ(file.faults.size(), 1U) << text;
    EXPECT_NE(file.faults[0].find("quotes around the value of 'a'"), std::string::npos) << file.faults[0];
    EXPECT_TRUE(file.entries.empty());
  }
}

TEST(ConfigText, AKeyComesOnce) {
  const auto file = parse_config_text("port = 1\n\nport = 2\n");
  ASSERT_EQ(file.faults.size(), 1U);
  EXPECT_EQ(file.faults[0], "line 3: 'port' was already set in line 1");
}

TEST(ConfigText, QuotedValuesComeBack) {
  for (const std::string value : {"", "plain", " a ", "x # y", "a#b", "a b", "12"}) {
    const auto file = parse_config_text("key = " + file_value(value) + "   # source");
    ASSERT_EQ(file.entries.size(), 1U) << value;
    EXPECT_EQ(file.entries[0].value, value);
  }
}

class ConfigFileTest : public testing::Test {
 protected:
  static std::string fault(const std::filesystem::path& path) {
    try {
      (void)read_config_file(path);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return {};
  }
  test::TempDir dir;
  const std::filesystem::path path = dir / "t.conf";
};

TEST_F(ConfigFileTest, KnowsWhoMayReadIt) {
  struct Case {
    mode_t mode;
    bool own;
  };
  std::ofstream(path) << "port = 1\n";
  for (const auto& [mode, own] : {Case{0600, true}, Case{0400, true}, Case{0700, true}, Case{0640, false},
                                  Case{0604, false}, Case{0620, false}, Case{0644, false}, Case{0666, false}}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto file = read_config_file(path);
    EXPECT_EQ(file.for_owner_only, own) << std::oct << mode;
    EXPECT_EQ(file.mode, mode);
    EXPECT_EQ(file.entries.size(), 1U);
  }
}

TEST_F(ConfigFileTest, WhatCannotBeReadIsSaid) {
  EXPECT_NE(fault(path).find("No such file"), std::string::npos);
  EXPECT_NE(fault(dir.path()).find("no plain file"), std::string::npos);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_NE(fault(path).find("no plain file"), std::string::npos) << "and does not wait for a writer";
  const auto large = dir / "large.conf";
  std::ofstream(large) << std::string(1'000'001, '#');
  EXPECT_NE(fault(large).find("larger than 1 MB"), std::string::npos);
}

}  // namespace
}  // namespace trinity::app
