#include "app/settings_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "app/print_config.h"

namespace trinity::app {
namespace {

std::string name_of(const Setting& setting) {
  return std::string(setting.key);
}

const Setting& row(std::string_view key) {
  const auto* const found = find_setting(key);
  if (found == nullptr) throw std::logic_error("no such row: " + std::string(key));
  return *found;
}

TEST(SettingsTable, EveryRowIsWhole) {
  std::set<std::string_view> keys, variables, groups;
  std::string_view group;
  for (const auto& setting : settings_table()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << name_of(setting);
    EXPECT_TRUE(variables.insert(setting.variable).second) << setting.variable;
    if (setting.group != group) {
      EXPECT_TRUE(groups.insert(setting.group).second) << setting.group << " is torn apart";
    }
    group = setting.group;
    EXPECT_FALSE(setting.help.empty()) << name_of(setting);
    EXPECT_EQ(setting.help.find('|'), std::string_view::npos) << name_of(setting);
    EXPECT_EQ(setting.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << name_of(setting);
    EXPECT_LE(setting.limits.least, setting.limits.most) << name_of(setting);
  }
}

TEST(SettingsTable, NumbersHaveLimitsAndTheirUnitInTheName) {
  for (const auto& setting : settings_table()) {
    const auto unit = setting.limits.unit;
    static const std::map<std::string_view, std::string_view> endings{
        {"seconds", "-seconds"}, {"milliseconds", "-ms"}, {"bytes", "-bytes"}, {"days", "-days"}, {"MiB", "-mib"}};
    const auto found = endings.find(unit);
    const auto ending = found == endings.end() ? std::string_view("?") : found->second;
    if (!unit.empty() && !std::holds_alternative<ForAgents>(setting.target)) {
      EXPECT_TRUE(setting.key.ends_with(ending)) << name_of(setting);
    }
    const auto holds_number = std::visit(
        []<class T>(T) {
          return std::is_same_v<T, std::uint16_t Config::*> || std::is_same_v<T, std::uint32_t Config::*> ||
                 std::is_same_v<T, std::size_t Config::*>;
        },
        setting.target);
    if (holds_number) {
      EXPECT_GT(setting.limits.most, 0U) << name_of(setting);
    }
    if (std::holds_alternative<std::uint16_t Config::*>(setting.target)) {
      EXPECT_LE(setting.limits.most, 65535U) << name_of(setting);
    }
    if (std::holds_alternative<std::uint32_t Config::*>(setting.target)) {
      EXPECT_LE(setting.limits.most, 4'294'967'295U) << name_of(setting);
    }
  }
}

TEST(SettingsTable, EveryDefaultIsAllowedAndComesBack) {
  for (const auto& setting : settings_table()) {
    Config config;
    auto text = text_of(config, setting);
    if (std::holds_alternative<ForAgents>(setting.target)) text = setting.stands_for;
    EXPECT_EQ(assign(config, setting, text), std::nullopt) << name_of(setting) << " = '" << text << "'";
    EXPECT_EQ(text_of(config, setting), text) << name_of(setting);
  }
}

TEST(SettingsTable, NumbersEndAtTheirLimits) {
  for (const auto& setting : settings_table()) {
    const auto [least, most] = std::pair(setting.limits.least, setting.limits.most);
    if (most == 0) continue;
    Config config;
    for (const auto value : {least, most}) {
      EXPECT_EQ(assign(config, setting, std::to_string(value)), std::nullopt) << name_of(setting);
      EXPECT_EQ(text_of(config, setting), std::to_string(value)) << name_of(setting);
    }
    const auto before = text_of(config, setting);
    std::vector<std::string> bad{std::to_string(most + 1), "-1", "", " 1", "1x", "1.5", "0x10", "+1",
                                 "99999999999999999999999"};
    if (least > 0) bad.push_back(std::to_string(least - 1));
    for (const auto& text : bad) {
      const auto must_be = assign(config, setting, text);
      ASSERT_TRUE(must_be) << name_of(setting) << " = '" << text << "'";
      EXPECT_NE(must_be->find(std::to_string(most)), std::string::npos) << *must_be;
      EXPECT_EQ(text_of(config, setting), before) << name_of(setting) << " is kept";
    }
  }
}

TEST(SettingsTable, TextsAreChecked) {
  struct Case {
    std::string_view key;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const Case all[] = {
      {"bind", {"0.0.0.0", "::1", "10.1.2.3"}, {"", "localhost", "1.2.3", "1.2.3.4:80"}},
      {"ssh-address", {"", "127.0.0.1"}, {"everywhere"}},
      {"subnet", {"", "172.28.0.0/16", "10.0.0.0/8"}, {"172.28.0.0", "172.28.0.1/16", "10.0.0.0/30", "0.0.0.0/0", "x"}},
      {"engine", {"unix:///run/x.sock", "tcp://127.0.0.1:2375"}, {"", "http://x", "tcp://x:1"}},
      {"network", {"a", "trinity-agent-network", "N_1.x"}, {"", "-a", "a b", std::string(101, 'a')}},
      {"container-prefix", {"agent-", "x"}, {"", "Agent-", "-x", ".x", std::string(41, 'a')}},
      {"log-level", {"debug", "info", "warn", "error"}, {"", "loud", "debug|info", "Info"}},
      {"log-format", {"text", "json"}, {"", "xml"}},
      {"email-auth", {"true", "FALSE", "1", "0", "Yes", "no", "on", "off"}, {"", "maybe", "2", "true "}},
      {"images", {"a", "a,b", " a , b "}, {"", ",", " , "}},
      {"cors-origins", {"", "https://a.example"}, {"a\nb"}},
      {"admin-username", {"root"}, {"", "a\nb", std::string("a\0b", 3)}},
      {"redis",
       {"", "redis://redis", "redis://:pw@redis:7000/3", "unix:///run/redis.sock"},
       {"redis", "http://redis", "rediss://redis", "redis://redis/x"}},
      {"vault-key", {"", std::string(64, 'a'), std::string(42, 'A') + "A="}, {"x", std::string(63, 'a')}},
      {"home", {"/data"}, {"", "/da\nta"}},
      {"anthropic-base-url",
       {"", "http://127.0.0.1:9/x", "https://gateway/@"},
       {"gateway", "https://", "https://me:hush@gateway/"}},
  };
  for (const auto& [key, good, bad] : all) {
    for (const auto& text : good) {
      Config config;
      EXPECT_EQ(assign(config, row(key), text), std::nullopt) << key << " = '" << text << "'";
    }
    for (const auto& text : bad) {
      Config config;
      const auto before = text_of(config, row(key));
      EXPECT_TRUE(assign(config, row(key), text)) << key << " = '" << text << "'";
      EXPECT_EQ(text_of(config, row(key)), before) << key;
    }
  }
}

TEST(SettingsTable, ListsHaveCommas) {
  Config config;
  EXPECT_EQ(assign(config, row("images"), " one , two,,three "), std::nullopt);
  EXPECT_EQ(config.images, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(text_of(config, row("images")), "one,two,three");
}

TEST(SettingsTable, VariablesForNobodyAreNoSettings) {
  for (const auto list : {variables_without_effect(), variables_of_others()}) {
    EXPECT_TRUE(std::ranges::is_sorted(list));
    for (const auto name : list)
      EXPECT_EQ(std::ranges::find(settings_table(), name, &Setting::variable), settings_table().end()) << name;
  }
}

/// The program may have been built anywhere: upwards from it, else from the working directory.
std::filesystem::path page() {
  for (auto folder : {std::filesystem::read_symlink("/proc/self/exe").parent_path(), std::filesystem::current_path()}) {
    for (; folder != folder.root_path(); folder = folder.parent_path()) {
      if (exists(folder / "docs" / "configuration.md")) return folder / "docs" / "configuration.md";
    }
  }
  return {};
}

TEST(ConfigurationPage, IsMadeFromTheTable) {
  const auto path = page();
  ASSERT_FALSE(path.empty()) << "docs/configuration.md is missing";
  std::ifstream in(path);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(text, config_docs()) << "run: trinityd --print-config-docs > docs/configuration.md";
}

TEST(ConfigurationPage, NamesEverySetting) {
  const auto text = config_docs();
  for (const auto& setting : settings_table()) {
    const auto begin = text.find("| `" + name_of(setting) + "`");
    ASSERT_NE(begin, std::string::npos) << name_of(setting);
    const auto line = text.substr(begin, text.find('\n', begin) - begin);
    EXPECT_NE(line.find(setting.variable), std::string::npos) << line;
    EXPECT_EQ(line.find("(secret)") != std::string::npos, setting.secret) << line;
    EXPECT_EQ(std::ranges::count(line, '|'), 6) << "five cells: " << line;
  }
}

}  // namespace
}  // namespace trinity::app
