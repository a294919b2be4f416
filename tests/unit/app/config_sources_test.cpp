#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "app/config.h"
#include "app/config_file.h"
#include "app/settings_table.h"
#include "unit/db/temp_dir.h"

namespace trinity::app {
namespace {

using Words = std::vector<std::string>;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class ConfigSources : public testing::Test {
 protected:
  Parsed parse(Words words, Environment environment = {}) {
    out.str({});
    errors.str({});
    if (!environment.contains("TRINITY_HOME")) environment["TRINITY_HOME"] = dir.path();
    return parse_command_line(words, environment, out, errors);
  }
  void write(const std::string& text, mode_t mode = 0600) const { write(file, text, mode); }
  static void write(const std::filesystem::path& path, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
  /// The line of `--print-config` for this setting.
  std::string printed(const std::string& key) const {
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(key + " =") || line.starts_with("# " + key + " =")) return line;
    }
    return {};
  }
  test::TempDir dir;
  const std::filesystem::path file = dir / "trinity.conf";
  std::ostringstream out, errors;
};

TEST_F(ConfigSources, FlagsThenEnvironmentThenFileThenDefaults) {
  struct Case {
    bool in_file, in_environment, in_flag;
    std::uint16_t port;
    std::string source;
  };
  const Case all[] = {{false, false, false, 8000, "default"},
                      {true, false, false, 9001, "file " + file.string() + ", line 2"},
                      {false, true, false, 9002, "variable TRINITY_PORT"},
                      {true, true, false, 9002, "variable TRINITY_PORT"},
                      {false, false, true, 9003, "flag --port"},
                      {true, false, true, 9003, "flag --port"},
                      {false, true, true, 9003, "flag --port"},
                      {true, true, true, 9003, "flag --port"}};
  for (const auto& [in_file, in_environment, in_flag, port, source] : all) {
    write(in_file ? "# here\nport = 9001\n" : "");
    Words words;
    if (in_flag) words = {"--port", "9003"};
    Environment environment;
    if (in_environment) environment["TRINITY_PORT"] = "9002";
    const auto parsed = parse(words, environment);
    ASSERT_FALSE(parsed.exit_code) << errors.str();
    EXPECT_EQ(parsed.config.port, port) << source;
    words.emplace_back("--print-config");
    EXPECT_EQ(parse(words, environment).exit_code, 0);
    EXPECT_TRUE(printed("port").ends_with("# " + source)) << printed("port") << " / " << source;
    EXPECT_TRUE(printed("port").starts_with("port = " + std::to_string(port))) << printed("port");
  }
}

TEST_F(ConfigSources, EverySettingComesFromEverySource) {
  for (const auto& setting : settings_table()) {
    if (!setting.in_file || setting.key == "home") continue;
    auto text = text_of(Config{}, setting);
    if (type_name(setting) == "path") text = "/some/where";
    if (setting.limits.most > 0) text = std::to_string(setting.limits.most);
    if (setting.limits.choices.starts_with("debug")) text = "debug";
    if (setting.limits.choices.starts_with("text")) text = "json";
    if (type_name(setting) == "true or false") text = "false";
    if (setting.limits.choices.empty() && setting.limits.check == nullptr && type_name(setting) == "text")
      text = "some text";
    if (setting.limits.rule.starts_with("an http")) text = "http://127.0.0.1:1";
    const auto key = std::string(setting.key);
    write(key + " = " + file_value(text) + "\n");
    EXPECT_EQ(text_of(parse({"--ssh-port-last", "65535"}).config, setting), text) << key << ": " << errors.str();
    EXPECT_EQ(errors.str(), "");
    write("");
    EXPECT_EQ(
        text_of(parse({}, {{std::string(setting.variable), text}, {"TRINITY_SSH_PORT_LAST", "65535"}}).config, setting),
        text)
        << key;
    if (setting.secret || key == "ssh-port-last") continue;
    EXPECT_EQ(text_of(parse({"--" + key, text, "--ssh-port-last", "65535"}).config, setting), text)
        << key << errors.str();
  }
}

TEST_F(ConfigSources, TheFileIsNamedOrLiesInTheHome) {
  const auto other = dir / "other.conf";
  write("port = 9001\n");
  write(other, "port = 9002\n");
  EXPECT_EQ(parse({}).config.port, 9001);
  EXPECT_EQ(parse({"--config", other}).config.port, 9002) << "instead, not in addition";
  EXPECT_EQ(parse({}, {{"TRINITY_CONFIG", other}}).config.port, 9002);
  EXPECT_EQ(parse({"--home", dir / "elsewhere"}).config.port, 8000);
  EXPECT_EQ(parse({"--home", dir.path()}, {{"TRINITY_HOME", dir / "elsewhere"}}).config.port, 9001);
  EXPECT_TRUE(parse({"--config", dir / "missing.conf"}).exit_code);
  EXPECT_TRUE(holds(errors.str(), "missing.conf: No such file")) << errors.str();
}

TEST_F(ConfigSources, AHomeCannotBeMovedByAFileInIt) {
  write("home = /elsewhere\n");
  EXPECT_TRUE(parse({}).exit_code);
  EXPECT_TRUE(holds(errors.str(), "'home' cannot move the folder")) << errors.str();
  write("home = " + dir.path().string() + "\n");
  EXPECT_FALSE(parse({}).exit_code) << errors.str();
  const auto other = dir / "other.conf";
  write(other, "home = /elsewhere\n");
  const auto parsed = parse_command_line({"--config", other}, {}, out, errors);
  ASSERT_FALSE(parsed.exit_code) << errors.str();
  EXPECT_EQ(parsed.config.home, "/elsewhere");
  EXPECT_EQ(parsed.config.database, "/elsewhere/trinity.db");
  write(other, "config = x\n");
  EXPECT_TRUE(parse({"--config", other}).exit_code);
  EXPECT_TRUE(holds(errors.str(), "'config' cannot be set in a file")) << errors.str();
}

TEST_F(ConfigSources, UnknownNamesAreRefusedWithTheNearest) {
  struct Case {
    Words words;
    std::string file;
    std::string text;
  };
  const Case all[] = {
      {{"--prot", "1"}, "", "unknown setting 'prot'; did you mean 'port'? (flag --prot)"},
      {{"--prot=1"}, "", "unknown setting 'prot'; did you mean 'port'? (flag --prot)"},
      {{"--no-such-thing"}, "", "unknown setting 'no-such-thing' (flag --no-such-thing)"},
      {{"stray"}, "", "'stray' is no flag"},
      {{}, "prot = 1", "unknown setting 'prot'; did you mean 'port'? (file " + file.string() + ", line 1)"},
      {{},
       "\nsecret_key = x",
       "unknown setting 'secret_key'; did you mean 'secret-key'? (file " + file.string() + ", line 2)"},
      {{}, "TRINITY_PORT = 1", "unknown setting 'TRINITY_PORT'"},
      {{}, "port", file.string() + ", line 1: expected 'key = value'"},
  };
  for (const auto& [words, text, wanted] : all) {
    write(text);
    const auto parsed = parse(words);
    EXPECT_EQ(parsed.exit_code, 2) << wanted;
    EXPECT_TRUE(errors.str().starts_with("trinityd: " + wanted)) << errors.str();
    EXPECT_EQ(std::ranges::count(errors.str(), '\n'), 1) << errors.str();
  }
}

TEST_F(ConfigSources, BadValuesAreNamedWithLimitsAndSource) {
  write("idle-seconds = 5\nlog-level = loud\n");
  const auto parsed = parse({"--port", "70000"}, {{"TRINITY_THREADS", "many"}});
  EXPECT_EQ(parsed.exit_code, 2);
  for (const std::string& line :
       {std::string("bad value '70000' for port (flag --port): must be a whole number from 0 to 65535\n"),
        std::string("bad value 'many' for threads (variable TRINITY_THREADS): must be a whole number from 0 to 64\n"),
        "bad value '5' for idle-seconds (file " + file.string() +
            ", line 1): must be a whole number from 30 to 3600 (seconds)\n",
        "bad value 'loud' for log-level (file " + file.string() +
            ", line 2): must be one of debug, info, warn, error\n"})
    EXPECT_TRUE(holds(errors.str(), line)) << line << errors.str();
  EXPECT_EQ(std::ranges::count(errors.str(), '\n'), 4) << "all of them at once";
}

TEST_F(ConfigSources, AValueThatDoesNotCountIsNotChecked) {
  write("port = x\n");
  EXPECT_EQ(parse({"--port", "9003"}, {{"TRINITY_PORT", "y"}}).config.port, 9003) << errors.str();
  EXPECT_EQ(errors.str(), "");
}

TEST_F(ConfigSources, ThePortsOfSshAreInOrder) {
  EXPECT_TRUE(parse({"--ssh-port-first", "3000"}).exit_code);
  EXPECT_TRUE(holds(errors.str(), "ssh-port-last (default): must not be below ssh-port-first (3000)")) << errors.str();
  EXPECT_FALSE(parse({"--ssh-port-first", "3000", "--ssh-port-last", "3000"}).exit_code) << errors.str();
}

TEST_F(ConfigSources, ShownValuesAreShortAndOneLine) {
  EXPECT_TRUE(parse({"--bind", "a\nb" + std::string(1000, 'x')}).exit_code);
  EXPECT_EQ(std::ranges::count(errors.str(), '\n'), 1);
  EXPECT_LT(errors.str().size(), 300U);
}

/// A value that this secret takes, and that must not be seen.
std::string hushed(const Setting& setting) {
  if (setting.key == "redis") return "redis://:hush-hush@127.0.0.1:6379";
  if (setting.key == "vault-key") return "hushhushhushhushhushhushhushhushhushhushhus";  // base64 of 32 bytes
  return "hush-hush";
}

TEST_F(ConfigSources, ASecretNeedsAPrivateFile) {
  for (const auto& setting : settings_table()) {
    if (!setting.secret) continue;
    const auto key = std::string(setting.key);
    const auto value = hushed(setting);
    write("port = 9001\n" + key + " = " + value + "\n", 0644);
    EXPECT_EQ(parse({}).exit_code, 2) << key;
    EXPECT_TRUE(holds(errors.str(), "holds secrets (" + key + ")")) << errors.str();
    EXPECT_TRUE(holds(errors.str(), "its mode is 0644; run chmod 600 " + file.string())) << errors.str();
    EXPECT_FALSE(holds(errors.str(), "hush")) << errors.str();
    write("port = 9001\n" + key + " = " + value + "\n", 0600);
    const auto parsed = parse({});
    ASSERT_FALSE(parsed.exit_code) << errors.str();
    EXPECT_EQ(text_of(parsed.config, setting), value);
  }
  write("port = 9001\n", 0644);
  EXPECT_FALSE(parse({}).exit_code) << "without secrets anybody may read it";
}

TEST_F(ConfigSources, ASecretIsNoFlag) {
  for (const auto& setting : settings_table()) {
    if (!setting.secret) continue;
    const auto flag = "--" + std::string(setting.key);
    for (const auto& words : {Words{flag, "hush"}, Words{flag + "=hush"}}) {
      EXPECT_EQ(parse(words).exit_code, 2) << flag;
      EXPECT_TRUE(holds(errors.str(), "is a secret and no flag")) << errors.str();
      EXPECT_TRUE(holds(errors.str(), setting.variable)) << errors.str();
      EXPECT_FALSE(holds(errors.str(), "hush")) << errors.str();
    }
  }
}

TEST_F(ConfigSources, PrintedSecretsAreMasked) {
  Environment environment;
  for (const auto& setting : settings_table()) {
    if (setting.secret) environment[std::string(setting.variable)] = hushed(setting);
  }
  EXPECT_EQ(parse({"--print-config"}, environment).exit_code, 0) << errors.str();
  EXPECT_FALSE(holds(out.str() + errors.str(), "hush")) << out.str();
  for (const auto& setting : settings_table()) {
    const auto line = printed(std::string(setting.key));
    EXPECT_FALSE(line.empty()) << setting.key;
    EXPECT_EQ(holds(line, "= ********"), setting.secret) << line;
  }
  EXPECT_EQ(parse({"--print-config"}).exit_code, 0);
  EXPECT_FALSE(holds(out.str(), "****")) << "nothing is set, and that shows";
  write("secret-key = \"hush\nadmin-password = hush\x01\n");
  EXPECT_EQ(parse({"--print-config"}).exit_code, 2);
  EXPECT_FALSE(holds(out.str() + errors.str(), "hush")) << errors.str();
}

TEST_F(ConfigSources, WhatIsPrintedIsAFile) {
  const Words words{"--port", "9100", "--images", "a,b", "--images", "c", "--subnet", "", "--build-date", " x # y "};
  const auto first = parse(words).config;
  auto printing = words;
  printing.emplace_back("--print-config");
  EXPECT_EQ(parse(printing).exit_code, 0);
  const auto copy = dir / "copy.conf";
  write(copy, out.str());
  const auto again = parse({"--config", copy});
  ASSERT_FALSE(again.exit_code) << errors.str();
  EXPECT_EQ(first.images, (Words{"a", "b", "c"}));
  EXPECT_EQ(first.subnet, "");
  for (const auto& setting : settings_table()) {
    if (!setting.in_file) continue;
    EXPECT_EQ(text_of(again.config, setting), text_of(first, setting)) << setting.key;
  }
}

TEST_F(ConfigSources, VariablesThatNothingReadsAreWarnedOf) {
  const auto parsed = parse({}, {{"TRINITY_PROT", "1"},
                                 {"TRINITY_ADMIN_PASSWORD", "hush"},
                                 {"TRINITY_QQQQQQ", "1"},
                                 {"TRINITY_CACHE", "/x"},
                                 {"TRINITY_PORT", "9000"},
                                 {"TRINITY_EMPTY", ""},
                                 {"SMTP_PASSWORD", "hush"},
                                 {"RESEND_API_KEY", "hush"},
                                 {"PATH", "/bin"}});
  ASSERT_FALSE(parsed.exit_code) << errors.str();
  EXPECT_EQ(parsed.warnings,
            (Words{"the variable TRINITY_ADMIN_PASSWORD is set, but nothing reads it; did you mean 'ADMIN_PASSWORD'?",
                   "the variable TRINITY_PROT is set, but nothing reads it; did you mean 'TRINITY_PORT'?",
                   "the variable TRINITY_QQQQQQ is set, but nothing reads it",
                   "variables without effect in this version: RESEND_API_KEY,SMTP_PASSWORD"}));
  EXPECT_TRUE(parse({}).warnings.empty());
}

TEST_F(ConfigSources, AnOlderVariableCountsWhereTheNewOneIsNotSet) {
  auto parsed = parse({"--print-config"}, {{"REDIS_URL", "redis://me:hush@one"}});
  EXPECT_EQ(parsed.config.redis, "redis://me:hush@one");
  EXPECT_TRUE(holds(printed("redis"), "variable REDIS_URL")) << out.str();
  EXPECT_FALSE(holds(out.str() + errors.str(), "hush"));
  parsed = parse({}, {{"REDIS_URL", "redis://one"}, {"TRINITY_REDIS_URL", "redis://two"}});
  EXPECT_EQ(parsed.config.redis, "redis://two");
  parsed = parse({}, {{"REDIS_URL", "http://hush@x"}});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_TRUE(holds(errors.str(), "bad value for redis (variable REDIS_URL)")) << errors.str();
  EXPECT_FALSE(holds(errors.str(), "hush"));
}

TEST_F(ConfigSources, ATakeOverIsOrdered) {
  auto parsed = parse({"take-over", "--redis", "redis://old", "--dry-run", "--port", "9000"});
  ASSERT_FALSE(parsed.exit_code) << errors.str();
  ASSERT_TRUE(parsed.take_over);
  EXPECT_EQ(parsed.take_over->redis, "redis://old");
  EXPECT_TRUE(parsed.take_over->dry_run);
  EXPECT_EQ(parsed.config.port, 9000);
  parsed = parse({"take-over"});
  ASSERT_TRUE(parsed.take_over);
  EXPECT_FALSE(parsed.take_over->dry_run);
  EXPECT_FALSE(parse({}).take_over);
  EXPECT_EQ(parse({"--redis", "redis://old"}).exit_code, 2) << "no flag of the server: it may hold a password";
  EXPECT_EQ(parse({"--dry-run"}).exit_code, 2);
  EXPECT_EQ(parse({"take-over", "--redis"}).exit_code, 2);
}

TEST_F(ConfigSources, AgentsGetWhatIsSetAndTheTelemetryDefaults) {
  write("google-api-key = from-file\notel-enabled = 0\n");
  const auto config = parse({}, {{"ANTHROPIC_API_KEY", "sk"}, {"ANTHROPIC_BASE_URL", ""}}).config;
  const std::map<std::string, std::string> wanted{{"ANTHROPIC_API_KEY", "sk"},
                                                  {"GOOGLE_API_KEY", "from-file"},
                                                  {"OTEL_ENABLED", "0"},
                                                  {"OTEL_COLLECTOR_ENDPOINT", "http://trinity-otel-collector:4317"},
                                                  {"OTEL_METRICS_EXPORTER", "otlp"},
                                                  {"OTEL_LOGS_EXPORTER", "otlp"},
                                                  {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                                                  {"OTEL_METRIC_EXPORT_INTERVAL", "60000"}};
  EXPECT_EQ(config.agent_environment, wanted);
}

TEST_F(ConfigSources, HelpNamesEveryFlagAndVariable) {
  EXPECT_EQ(parse({"--help"}).exit_code, 0);
  for (const auto& setting : settings_table()) {
    // The word take-over has a flag of that name.
    if (setting.key == "redis") continue;
    EXPECT_EQ(holds(out.str(), "--" + std::string(setting.key) + " "), !setting.secret) << setting.key;
    if (setting.secret) continue;
    EXPECT_TRUE(holds(out.str(), "[" + std::string(setting.variable) + "]")) << setting.variable;
  }
}

}  // namespace
}  // namespace trinity::app
