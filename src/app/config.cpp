#include "app/config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <iostream>
#include <stdexcept>

#include "app/config_file.h"
#include "app/print_config.h"
#include "app/settings_table.h"
#include "base/nearest.h"

namespace trinity::app {

namespace {

constexpr int refused = 2;

/// The text that wins for one setting.
struct Given {
  std::string text;
  std::string source;
};
using Values = std::map<std::string_view, Given>;

struct Flags {
  Values values;
  std::vector<std::string> faults;
  std::optional<int> exit_code;
  bool print_config = false;
  bool print_docs = false;
  std::optional<BackupOrder> backup;
  std::optional<TakeOverOrder> take_over;
};

std::vector<std::string_view> known_keys(bool secrets) {
  std::vector<std::string_view> keys;
  for (const auto& setting : settings_table()) {
    if (secrets || !setting.secret) keys.push_back(setting.key);
  }
  return keys;
}

/// Words that no flag takes. Values are not repeated: behind a mistyped name there may be a secret.
std::vector<std::string> faults_of(const std::vector<std::string>& left_over) {
  std::vector<std::string> faults;
  bool behind_unknown = false;
  for (const auto& word : left_over) {
    if (!word.starts_with("-")) {
      if (!behind_unknown) faults.push_back(fmt::format("'{}' is no flag; settings are given as --NAME VALUE", word));
      behind_unknown = false;
      continue;
    }
    behind_unknown = word.find('=') == std::string::npos;
    const auto name = word.substr(0, word.find('='));
    const auto key = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    const auto* const setting = find_setting(key);
    if (setting != nullptr && setting->secret) {
      faults.push_back(fmt::format(
          "{} is a secret and no flag: arguments are visible to every user of the machine; use the variable {} or the "
          "configuration file",
          key, setting->variable));
    } else {
      faults.push_back(
          fmt::format("unknown setting '{}'{} (flag {})", key, did_you_mean(key, known_keys(false)), name));
    }
  }
  return faults;
}

std::string help_of(const Setting& setting) {
  const auto text = text_of(Config{}, setting);
  const auto standard = text.empty() ? std::string(setting.stands_for) : text;
  return fmt::format("{}. Must be {}.{} [{}]", setting.help, wanted(setting),
                     standard.empty() ? "" : " Default: " + standard + ".", setting.variable);
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

void add_flags(CLI::App& cli, std::deque<std::pair<const Setting*, CLI::Option*>>& options) {
  for (const auto& setting : settings_table()) {
    if (setting.secret) continue;
    auto* const option =
        cli.add_option("--" + std::string(setting.key), [](const CLI::results_t&) { return true; }, help_of(setting));
    option->group(std::string(setting.group))->expected(1);
    const bool list = type_name(setting) == "list";
    option->type_name(list ? "A,B" : "VALUE");
    if (list) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->expected(1, 100)->allow_extra_args(false);
    options.emplace_back(&setting, option);
  }
}

constexpr const char* take_over_word = "take-over";

void add_take_over(CLI::App& cli, TakeOverOrder& order) {
  auto* const redis = cli.add_option("--redis", order.redis,
                                     "With take-over: the Redis server of the deployment (password: REDIS_PASSWORD)");
  redis->type_name("URL")->expected(1);
  cli.add_flag("--dry-run", order.dry_run, "With take-over: tell what it would do, and change nothing");
}

Flags read_flags(std::vector<std::string> words, std::ostream& out, std::ostream& errors) {
  Flags flags;
  const bool takes_over = !words.empty() && words.front() == take_over_word;
  if (takes_over) words.erase(words.begin());
  CLI::App cli{
      "trinityd: the control plane of Trinity. Serves the API, the live socket and the web UI, and runs agents on a "
      "container engine. Every setting can also come from the environment (the name in brackets) or from the "
      "configuration file.",
      "trinityd"};
  cli.allow_extras();
  std::deque<std::pair<const Setting*, CLI::Option*>> options;
  add_flags(cli, options);
  cli.add_flag("--print-config", flags.print_config, "Print every setting with its value and source, and end");
  cli.add_flag("--print-config-docs", flags.print_docs, "Print the page docs/configuration.md, and end");
  std::string copy;
  bool force = false;
  auto* const backup =
      cli.add_option("--backup", copy, "Copy the database to FILE, also while a server uses it, and end");
  backup->type_name("FILE")->expected(1);
  cli.add_flag("--force", force, "With --backup: replace FILE if it exists");
  cli.footer(
      "trinityd take-over [--redis URL] [--dry-run]: take the credentials of an existing deployment over, and end");
  TakeOverOrder order;
  if (takes_over) add_take_over(cli, order);
  try {
    std::ranges::reverse(words);
    cli.parse(words);
  } catch (const CLI::ParseError& e) {
    const int status = cli.exit(e, out, errors);
    flags.exit_code = status == 0 ? 0 : refused;
    return flags;
  }
  flags.faults = faults_of(cli.remaining());
  if (takes_over) flags.take_over = std::move(order);
  if (backup->count() > 0) {
    flags.backup = BackupOrder{copy, force};
    if (copy.empty()) flags.faults.emplace_back("--backup needs the name of a file");
  } else if (force) {
    flags.faults.emplace_back("--force goes with --backup FILE only");
  }
  for (const auto& [setting, option] : options) {
    if (option->count() > 0)
      flags.values[setting->key] = {joined(option->results()), "flag --" + std::string(setting->key)};
  }
  return flags;
}

Values read_environment(const Environment& environment) {
  Values values;
  for (const auto& setting : settings_table()) {
    for (const auto variable : {setting.older_variable, setting.variable}) {
      const auto found = environment.find(std::string(variable));
      if (found != environment.end() && !found->second.empty())
        values[setting.key] = {found->second, "variable " + std::string(variable)};
    }
  }
  return values;
}

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string_view after_prefix(std::string_view name) {
  constexpr std::string_view ours = "TRINITY_";
  return name.starts_with(ours) ? name.substr(ours.size()) : name;
}

/// The variable of the table that `name` was probably meant to be, with or without TRINITY_ in front.
std::string nearest_variable(std::string_view name) {
  std::vector<std::string_view> endings;
  for (const auto& setting : settings_table()) endings.push_back(after_prefix(setting.variable));
  const auto near = nearest(after_prefix(name), endings);
  if (!near) return {};
  const auto row = std::ranges::find(endings, *near) - endings.begin();
  return fmt::format("; did you mean '{}'?", settings_table()[static_cast<std::size_t>(row)].variable);
}

std::vector<std::string> warnings_of(const Environment& environment) {
  std::vector<std::string> warnings;
  std::vector<std::string> idle;
  for (const auto& [name, value] : environment) {
    if (value.empty()) continue;
    if (has(variables_without_effect(), name)) idle.push_back(name);
    const bool known = std::ranges::find(settings_table(), name, &Setting::variable) != settings_table().end();
    if (!name.starts_with("TRINITY_") || known || has(variables_without_effect(), name) ||
        has(variables_of_others(), name)) {
      continue;
    }
    warnings.push_back(fmt::format("the variable {} is set, but nothing reads it{}", name, nearest_variable(name)));
  }
  if (!idle.empty()) warnings.push_back(fmt::format("variables without effect in this version: {}", joined(idle)));
  return warnings;
}

/// Puts the sources together.
class Resolution {
 public:
  Resolution(Values flags, Values environment) : values_(std::move(flags)) { values_.merge(environment); }

  void read_file() {
    const auto path = file();
    if (path.empty()) return;
    try {
      take(read_config_file(path), path.string());
    } catch (const std::runtime_error& e) {
      faults.push_back(fmt::format("configuration file: {}", e.what()));
    }
  }

  void assign_all() {
    for (const auto& setting : settings_table()) {
      const auto found = values_.find(setting.key);
      if (found == values_.end()) {
        if (std::holds_alternative<ForAgents>(setting.target)) (void)assign_default(setting);
        continue;
      }
      const auto& [text, source] = found->second;
      origins[setting.key] = source;
      if (const auto must_be = assign(config, setting, text)) {
        const auto shown = setting.secret ? std::string() : fmt::format(" '{}'", printable(text));
        faults.push_back(fmt::format("bad value{} for {} ({}): must be {}", shown, setting.key, source, *must_be));
      }
    }
    if (config.database.empty()) config.database = config.home / "trinity.db";
    if (config.ssh_port_last < config.ssh_port_first) {
      faults.push_back(fmt::format("bad value '{}' for ssh-port-last ({}): must not be below ssh-port-first ({})",
                                   config.ssh_port_last, origin("ssh-port-last"), config.ssh_port_first));
    }
  }

  Config config;
  Origins origins;
  std::vector<std::string> faults;

 private:
  [[nodiscard]] std::string origin(std::string_view key) const {
    const auto found = origins.find(key);
    return found == origins.end() ? "default" : found->second;
  }

  bool assign_default(const Setting& setting) {
    return !assign(config, setting, std::string(setting.stands_for)).has_value();
  }

  static std::string printable(std::string text) {
    constexpr std::size_t most = 100;
    if (text.size() > most) text = text.substr(0, most) + "...";
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text;
  }

  [[nodiscard]] std::filesystem::path home() const {
    const auto found = values_.find("home");
    return found == values_.end() ? Config{}.home : std::filesystem::path(found->second.text);
  }

  /// Empty when there is none.
  std::filesystem::path file() {
    if (const auto named = values_.find("config"); named != values_.end()) {
      named_file_ = !named->second.text.empty();
      if (named_file_) return named->second.text;
    }
    auto path = home() / "trinity.conf";
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    return status.type() == std::filesystem::file_type::not_found ? std::filesystem::path() : path;
  }

  void take(const ConfigFile& file, const std::string& path) {
    for (const auto& fault : file.faults) faults.push_back(fmt::format("{}, {}", path, fault));
    std::string secrets;
    for (const auto& entry : file.entries) {
      auto source = fmt::format("file {}, line {}", path, entry.line);
      const auto* const setting = find_setting(entry.key);
      if (setting == nullptr) {
        faults.push_back(fmt::format("unknown setting '{}'{} ({})", printable(entry.key),
                                     did_you_mean(entry.key, known_keys(true)), source));
      } else if (!setting->in_file) {
        faults.push_back(fmt::format("'{}' cannot be set in a file ({})", entry.key, source));
      } else if (entry.key == "home" && !named_file_ && !same_folder(entry.value)) {
        faults.push_back(fmt::format(
            "'home' cannot move the folder that this file was found in ({}): use --home or TRINITY_HOME", source));
      } else {
        if (setting->secret) secrets += (secrets.empty() ? "" : ", ") + entry.key;
        values_.try_emplace(setting->key, Given{entry.value, std::move(source)});
      }
    }
    if (secrets.empty() || file.for_owner_only) return;
    faults.push_back(
        fmt::format("{} holds secrets ({}) and must be for its owner alone, who runs the server: its mode is {:04o}; "
                    "run chmod 600 {}",
                    path, secrets, file.mode, path));
  }

  [[nodiscard]] bool same_folder(const std::string& text) const {
    std::error_code fault;
    return std::filesystem::equivalent(text, home(), fault) && !fault;
  }

  Values values_;
  bool named_file_ = false;
};

}  // namespace

Parsed parse_command_line(const std::vector<std::string>& words, const Environment& environment, std::ostream& out,
                          std::ostream& errors) {
  Parsed parsed;
  auto flags = read_flags(words, out, errors);
  if (flags.exit_code) {
    parsed.exit_code = flags.exit_code;
    return parsed;
  }
  Resolution resolution(std::move(flags.values), read_environment(environment));
  resolution.faults = std::move(flags.faults);
  if (flags.print_docs && resolution.faults.empty()) {
    out << config_docs();
    parsed.exit_code = 0;
    return parsed;
  }
  resolution.read_file();
  resolution.assign_all();
  for (const auto& fault : resolution.faults) errors << "trinityd: " << fault << '\n';
  parsed.warnings = warnings_of(environment);
  if (!resolution.faults.empty()) {
    parsed.exit_code = refused;
  } else if (flags.print_config) {
    for (const auto& warning : parsed.warnings) errors << "trinityd: " << warning << '\n';
    out << print_config(resolution.config, resolution.origins);
    parsed.exit_code = 0;
  }
  parsed.backup = std::move(flags.backup);
  parsed.take_over = std::move(flags.take_over);
  parsed.config = std::move(resolution.config);
  return parsed;
}

Parsed parse_command_line(int argc, char** argv) {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto mark = text.find('=');
    if (mark != std::string_view::npos) environment.emplace(text.substr(0, mark), text.substr(mark + 1));
  }
  return parse_command_line(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), environment, std::cout,
                            std::cerr);
}

}  // namespace trinity::app
