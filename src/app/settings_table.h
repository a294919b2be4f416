#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.h"

namespace trinity::app {

/// The setting is handed on in Config::agent_environment, under the name of its variable.
struct ForAgents {};

using Target = std::variant<std::string Config::*, std::filesystem::path Config::*, std::uint16_t Config::*,
                            std::uint32_t Config::*, std::size_t Config::*, bool Config::*,
                            std::vector<std::string> Config::*, ForAgents>;

/// What a value must be. Only the members that fit the type count.
struct Limits {
  std::uint64_t least = 0;
  std::uint64_t most = 0;         ///< numbers: inclusive; 0 for texts
  std::string_view unit = {};     ///< "seconds"; empty for plain numbers
  std::string_view choices = {};  ///< "text|json"
  std::string_view rule = {};     ///< what `check` wants, continues "must be"
  bool (*check)(const std::string&) = nullptr;
  bool may_be_empty = false;
};

/// One row of the table. Type and default come from the member of Config that it fills.
struct Setting {
  std::string_view key;       ///< flag `--key`, `key` in the file
  std::string_view variable;  ///< of the environment
  Target target;
  Limits limits;
  std::string_view group;  ///< heading in help and documentation
  std::string_view help;
  std::string_view stands_for = {};  ///< what an empty default means; of ForAgents: the default itself
  bool secret = false;               ///< no flag, masked, the file that holds it is private
  bool in_file = true;
  std::string_view older_variable = {};  ///< read when `variable` is not set
};

/// Every setting, by groups, in the order of documentation.
[[nodiscard]] std::span<const Setting> settings_table() noexcept;
/// Nothing when there is none.
[[nodiscard]] const Setting* find_setting(std::string_view key) noexcept;

/// Variables that existing deployments have and that change nothing here.
[[nodiscard]] std::span<const std::string_view> variables_without_effect() noexcept;
/// TRINITY_* variables that are for the script, the tests and the build, not for the server.
[[nodiscard]] std::span<const std::string_view> variables_of_others() noexcept;

/// Puts the text into its member. Returns what the value must be when it is not (nothing is changed then): continues
/// "must be". Never repeats the value.
[[nodiscard]] std::optional<std::string> assign(Config& config, const Setting& setting, const std::string& text);
/// The value as the file takes it; secrets too.
[[nodiscard]] std::string text_of(const Config& config, const Setting& setting);
/// "a whole number from 1 to 600 (seconds)".
[[nodiscard]] std::string wanted(const Setting& setting);
/// "number", "text", "path", "list", "true or false", "choice".
[[nodiscard]] std::string_view type_name(const Setting& setting);

}  // namespace trinity::app
