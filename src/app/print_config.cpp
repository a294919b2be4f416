#include "app/print_config.h"

#include <fmt/format.h>

#include <string>

#include "app/config_file.h"
#include "app/settings_table.h"

namespace trinity::app {

namespace {

constexpr std::size_t source_column = 56;

std::string line_of(const Config& config, const Setting& setting) {
  const auto text = text_of(config, setting);
  if (setting.secret) return fmt::format("# {} = {}", setting.key, text.empty() ? "" : "********");
  if (!setting.in_file) return fmt::format("# {} = {}", setting.key, text);
  return fmt::format("{} = {}", setting.key, file_value(text));
}

constexpr std::string_view introduction = R"(# Configuration

This page is made from the table of settings: `trinityd --print-config-docs > docs/configuration.md`. A test fails when the two
differ.

A setting can come from four places. The first that has it wins:

1. the flag `--NAME VALUE` of `trinityd`,
2. the environment variable (an empty one counts as not set),
3. the line `NAME = VALUE` of the configuration file,
4. the default.

`trinityd --print-config` shows every setting with its value and where it came from, and starts nothing.

## The file

`--config FILE` (or `TRINITY_CONFIG`) names it; without that it is `trinity.conf` in the data folder, when it exists. Each line is
`name = value`. `#` at the begin of a line or after a blank begins a comment. A value in double quotes keeps its blanks and `#`.
Lists have commas between their items. Numbers are whole numbers in the unit that the table names.

```
# one instance among others
port = 8100
container-prefix = second-
network = second-network
subnet = 172.29.0.0/16
```

`home` in `trinity.conf` of the data folder may only repeat the folder that the file lies in.

Unknown names in flags and in the file end the start, with the nearest known name; so do values outside of their limits. Unknown
variables that begin with `TRINITY_` are only warned of in the log.

## Secrets

Secrets have no flag, because every user of the machine can read the arguments of a program. They come from the environment or the
file. A file that holds one must belong to the user of the server and have mode 0600. `--print-config` shows stars in their place.
)";

/// Bars would end a cell, and <home> would be taken for HTML.
std::string escaped(std::string text) {
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + 2)) text.insert(at, 1, '\\');
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, 1, '\\');
  return text;
}

std::string default_of(const Setting& setting) {
  const auto text = text_of(Config{}, setting);
  if (!text.empty()) return '`' + text + '`';
  if (std::holds_alternative<ForAgents>(setting.target) && !setting.stands_for.empty())
    return fmt::format("`{}`", setting.stands_for);
  return setting.stands_for.empty() ? "empty" : std::string(setting.stands_for);
}

std::string limits_of(const Setting& setting) {
  const bool free_text = setting.limits.most == 0 && setting.limits.choices.empty() && setting.limits.rule.empty();
  return free_text ? std::string(type_name(setting)) : wanted(setting);
}

std::string row(const Setting& setting) {
  const auto name = fmt::format("`{}`{}", setting.key, setting.secret ? " (secret)" : "");
  const auto older =
      setting.older_variable.empty() ? std::string() : fmt::format(", else `{}`", setting.older_variable);
  return fmt::format("| {} | `{}`{} | {} | {} | {} |\n", name, setting.variable, older, escaped(default_of(setting)),
                     escaped(limits_of(setting)), escaped(std::string(setting.help)));
}

}  // namespace

std::string print_config(const Config& config, const Origins& origins) {
  std::string page;
  std::string_view group;
  for (const auto& setting : settings_table()) {
    if (setting.group != group) page += fmt::format("{}# {}\n", page.empty() ? "" : "\n", setting.group);
    group = setting.group;
    const auto found = origins.find(setting.key);
    const auto source = found == origins.end() ? std::string("default") : found->second;
    page += fmt::format("{:<{}} # {}\n", line_of(config, setting), source_column, source);
  }
  return page;
}

std::string config_docs() {
  std::string page(introduction);
  std::string_view group;
  for (const auto& setting : settings_table()) {
    if (setting.group != group)
      page += fmt::format("\n## {}\n\n| Name | Variable | Default | Value | Meaning |\n|---|---|---|---|---|\n",
                          setting.group);
    group = setting.group;
    page += row(setting);
  }
  page +=
      "\n## Variables without effect\n\nExisting deployments may have these set. They are read by nothing in this "
      "version:\n\n";
  std::string_view separator;
  for (const auto name : variables_without_effect()) {
    page += fmt::format("{}`{}`", separator, name);
    separator = ", ";
  }
  return page + ".\n";
}

}  // namespace trinity::app
