#pragma once
#include <map>
#include <string>
#include <string_view>

#include "app/config.h"

namespace trinity::app {

/// Where the value of a setting came from: "flag --port", "variable TRINITY_PORT", "file x.conf, line 3". Settings that
/// are not named have their default.
using Origins = std::map<std::string_view, std::string>;

/// Every setting with its value and source, in the form of a configuration file. Secrets show as stars, and only
/// whether they are set.
[[nodiscard]] std::string print_config(const Config& config, const Origins& origins);

/// The page docs/configuration.md.
[[nodiscard]] std::string config_docs();

}  // namespace trinity::app
