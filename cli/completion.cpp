#include "cli/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/commands.h"

namespace trinity::cli {

namespace {

/// Words as a shell splits them, without its quoting: names and options have no blanks. The last one may be empty.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (c != ' ' && c != '\t') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

const CLI::Option* option_named(const CLI::App& app, const std::string& word) {
  for (const auto* option : app.get_options()) {
    if (option->check_name(word)) return option;
  }
  return app.get_parent() != nullptr ? option_named(*app.get_parent(), word) : nullptr;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* command_named(const CLI::App& app, const std::string& word) {
  const auto commands = commands_of(app);
  const auto found = std::ranges::find_if(commands, [&](const CLI::App* one) { return one->check_name(word); });
  return found != commands.end() ? *found : nullptr;
}

/// How far the words lead: the command, the option that waits for its value, how many places are taken, and the server.
struct Place {
  const CLI::App* app;
  const CLI::Option* waiting = nullptr;
  std::size_t taken = 0;
  std::string server = {};
};

void take_value(Place& place, const CLI::Option& option, const std::string& value) {
  if (option.check_name("--server")) place.server = value;
}

void take_option(Place& place, const std::string& word) {
  const auto equals = word.find('=');
  const auto* option = option_named(*place.app, word.substr(0, equals));
  if (option == nullptr || !takes_value(*option)) return;
  if (equals == std::string::npos) {
    place.waiting = option;
  } else {
    take_value(place, *option, word.substr(equals + 1));
  }
}

/// The last word is the one that is being typed.
Place walk(const CLI::App& root, const std::vector<std::string>& words) {
  Place place{&root};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const auto& word = words[i];
    if (place.waiting != nullptr) {
      take_value(place, *place.waiting, word);
      place.waiting = nullptr;
    } else if (word.starts_with('-')) {
      take_option(place, word);
    } else if (const auto* below = command_named(*place.app, word)) {
      place.app = below;
      place.taken = 0;
    } else {
      ++place.taken;
    }
  }
  return place;
}

const CLI::Option* place_option(const Place& place) {
  std::size_t at = 0;
  for (const auto* option : place.app->get_options()) {
    if (!option->get_positional()) continue;
    if (at == place.taken || option->get_expected_max() > 1) return option;
    ++at;
  }
  return nullptr;
}

void add_values(const CLI::Option& option, const KnownNames& names, std::vector<std::string>& into) {
  const auto type = option.get_type_name();
  if (type == kStatusType) {
    into.insert(into.end(), {"running", "stopped", "paused"});
  } else if (type.starts_with(kRunStatusType)) {
    into.insert(into.end(), {"failed", "running", "success"});
  } else if (type == kRuntimeType) {
    into.insert(into.end(), {"claude-code", "codex", "command", "gemini-cli"});
  } else if (type.starts_with(kSwitchType)) {
    into.insert(into.end(), {"on", "off"});
  } else if (type.starts_with(kModeType)) {
    into.insert(into.end(), {"full", "restricted"});
  } else if (type == kMemoryType) {
    into.insert(into.end(), {"1g", "2g", "4g", "8g", "16g", "32g", "64g", "none"});
  } else if (type == kCoresType) {
    into.insert(into.end(), {"1", "2", "4", "8", "16", "none"});
  } else if (type.starts_with("SHELL")) {
    into.emplace_back("bash");
  } else if (type == kAgentType || type == kTagType || type == kTemplateType || type == kServerType) {
    for (auto& name : names(type)) into.push_back(std::move(name));
  }
}

void add_options(const CLI::App& app, std::vector<std::string>& into) {
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) into.push_back("--" + name);
  }
  if (app.get_parent() != nullptr) add_options(*app.get_parent(), into);
}

void sort_names(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
}

}  // namespace

std::vector<std::string> completions_at(const CLI::App& app, std::string_view begun) {
  std::vector<std::string> all;
  if (begun.starts_with('-')) {
    add_options(app, all);
  } else {
    for (const auto* below : commands_of(app)) {
      if (!below->get_name().starts_with("__")) all.push_back(below->get_name());
    }
  }
  sort_names(all);
  return all;
}

std::vector<std::string> completions(const CLI::App& root, std::string_view line, const KnownNames& names) {
  const auto words = words_of(line);
  const auto place = walk(root, words);
  std::string begun = words.size() > 1 ? words.back() : std::string();
  std::vector<std::string> all;
  const auto equals = begun.find('=');
  if (place.waiting != nullptr) {
    add_values(*place.waiting, names, all);
  } else if (begun.starts_with('-') && equals != std::string::npos) {
    // Bash takes a word to begin after an equals sign.
    if (const auto* option = option_named(*place.app, begun.substr(0, equals))) add_values(*option, names, all);
    begun.erase(0, equals + 1);
  } else {
    all = completions_at(*place.app, begun);
    const auto* option = begun.starts_with('-') ? nullptr : place_option(place);
    if (option != nullptr) add_values(*option, names, all);
  }
  sort_names(all);
  std::erase_if(all, [&](const std::string& word) { return !word.starts_with(begun); });
  // And after the last colon.
  const auto colon = begun.rfind(':');
  if (colon != std::string::npos) {
    for (auto& word : all) word.erase(0, colon + 1);
  }
  return all;
}

std::string server_on(const CLI::App& root, std::string_view line) {
  return walk(root, words_of(line)).server;
}

std::string_view bash_completion() noexcept {
  return R"(# Completion of trinityctl for bash. Use it with: source <(trinityctl completion bash)
_trinityctl() {
  if [ "${COMP_WORDS[COMP_CWORD-1]}" = --ca-file ]; then
    compopt -o default
    COMPREPLY=()
    return
  fi
  mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" __complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  # What is uploaded is a file of this machine.
  if [ ${#COMPREPLY[@]} = 0 ] && [[ "$COMP_LINE" == *" files put "* ]]; then
    compopt -o default
  fi
}
complete -F _trinityctl trinityctl
)";
}

}  // namespace trinity::cli
