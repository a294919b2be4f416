#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

/// The container has it from the next start on; one that runs is made anew then.
constexpr std::string_view kNextStart = "It takes effect at the next start: trinityctl agents start {}\n";

struct Switch {
  std::string path;   ///< "/autonomy"
  std::string field;  ///< in questions and answers
  std::string on;     ///< the words for it
  std::string off;
  std::string what;  ///< "Autonomy"
};

const Switch& autonomy() {
  static const Switch made{"/autonomy", "enabled", "on", "off", "Autonomy"};
  return made;
}
const Switch& capabilities() {
  static const Switch made{"/capabilities", "full_capabilities", "full", "restricted", "Capability mode"};
  return made;
}
const Switch& platform_key() {
  static const Switch made{"/api-key-setting", "use_platform_api_key", "on", "off", "The platform's model key"};
  return made;
}

json::value get(Session& session, const std::string& name, const std::string& path) {
  return ask_about(session.api(), name, {.path = path});
}

json::value put(Session& session, const std::string& name, const std::string& path, const json::object& body) {
  return ask_about(session.api(), name, {.method = "PUT", .path = path, .body = json::serialize(body)});
}

void say_restart(Session& session, const std::string& name, bool needed) {
  if (needed) session.terminal().out << fmt::format(kNextStart, harmless(name, false));
}

std::string shown(const json::object& from, std::string_view field) {
  const auto text = text_of(from, field);
  return text.empty() ? "none" : harmless(text, false);
}

void show_limits(Session& session, const std::string& name) {
  const auto answer = get(session, name, "/resources");
  if (session.as_json()) return session.print_json(answer);
  const auto& limits = answer.as_object();
  session.terminal().out << fmt::format("memory  {}, set: {}\ncpu     {}, set: {}\n", shown(limits, "current_memory"),
                                        shown(limits, "memory"), shown(limits, "current_cpu"), shown(limits, "cpu"));
  say_restart(session, name, flag_of(limits, "restart_needed"));
}

/// The server writes both limits each time: what was not named stays.
json::value wanted(const std::string& given, const json::object& now, std::string_view field) {
  if (given == "none") return nullptr;
  if (!given.empty()) return json::value(given);
  const auto kept = text_of(now, field);
  return kept.empty() ? json::value(nullptr) : json::value(kept);
}

void set_limits(Session& session, const std::string& name, const std::string& memory, const std::string& cpu) {
  json::object now;
  if (memory.empty() || cpu.empty()) now = get(session, name, "/resources").as_object();
  const auto answer = put(session, name, "/resources",
                          json::object{{"memory", wanted(memory, now, "memory")}, {"cpu", wanted(cpu, now, "cpu")}});
  if (session.as_json()) return session.print_json(answer);
  const auto& set = answer.as_object();
  session.terminal().out << fmt::format("{}: memory {}, cpu {}.\n", harmless(name, false), shown(set, "memory"),
                                        shown(set, "cpu"));
  say_restart(session, name, flag_of(set, "restart_needed"));
}

void show_switch(Session& session, const std::string& name, const Switch& one) {
  const auto answer = get(session, name, one.path);
  if (session.as_json()) return session.print_json(answer);
  const auto& set = answer.as_object();
  auto& out = session.terminal().out;
  if (one.path == "/autonomy") {
    out << fmt::format("{}, {} of {} schedules enabled\n", flag_of(set, "autonomy_enabled") ? one.on : one.off,
                       number_of(set, "enabled_schedules"), number_of(set, "total_schedules"));
  } else if (one.path == "/capabilities") {
    const bool now = flag_of(set, "current_full_capabilities");
    const bool next = flag_of(set, "next_full_capabilities");
    out << (now ? one.on : one.off);
    if (now != next) out << ", from the next start on " << (next ? one.on : one.off);
    out << '\n';
  } else {
    out << (flag_of(set, one.field) ? one.on : one.off) << '\n';
    say_restart(session, name, flag_of(set, "restart_required"));
  }
}

void set_switch(Session& session, const std::string& name, const Switch& one, const std::string& word) {
  const auto answer = put(session, name, one.path, json::object{{one.field, word == one.on}});
  if (session.as_json()) return session.print_json(answer);
  const auto& set = answer.as_object();
  session.terminal().out << fmt::format("{} of {} is {}.\n", one.what, harmless(name, false), word);
  if (one.path == "/autonomy") {
    session.terminal().out << fmt::format("{} schedules switched.\n", number_of(set, "schedules_updated"));
  }
  say_restart(session, name, flag_of(set, "restart_needed") || flag_of(set, "restart_required"));
}

void add_switch(CLI::App& agents, const std::string& verb, const std::string& help, const char* type, const Switch& one,
                Command& chosen) {
  auto name = std::make_shared<std::string>();
  auto word = std::make_shared<std::string>();
  auto* command = agents.add_subcommand(verb, help);
  command->add_option("agent", *name, "Its name")->required()->type_name(kAgentType);
  command->add_option("state", *word, fmt::format("{} or {}; without it, what is set is printed", one.on, one.off))
      ->check(CLI::IsMember({one.on, one.off}))
      ->type_name(type);
  command->callback([name, word, &one, &chosen] {
    chosen = [name, word, &one](Session& s) {
      if (word->empty()) return show_switch(s, *name, one);
      set_switch(s, *name, one, *word);
    };
  });
}

void add_limits(CLI::App& agents, Command& chosen) {
  struct Given {
    std::string name;
    std::string memory;
    std::string cpu;
  };
  auto given = std::make_shared<Given>();
  auto* command = agents.add_subcommand("resources", "Print or change the limits of an agent");
  command->add_option("agent", given->name, "Its name")->required()->type_name(kAgentType);
  command->add_option("--memory", given->memory, "1g, 2g, 4g, 8g, 16g, 32g or 64g; none: as it was made")
      ->type_name(kMemoryType);
  command->add_option("--cpu", given->cpu, "Cores: 1, 2, 4, 8 or 16; none: as it was made")->type_name(kCoresType);
  command->callback([given, &chosen] {
    chosen = [given](Session& s) {
      if (given->memory.empty() && given->cpu.empty()) return show_limits(s, given->name);
      set_limits(s, given->name, given->memory, given->cpu);
    };
  });
}

}  // namespace

void add_settings_commands(CLI::App& agents, Command& chosen) {
  add_limits(agents, chosen);
  add_switch(agents, "autonomy", "Print or switch an agent's autonomy and all its schedules", kSwitchType, autonomy(),
             chosen);
  add_switch(agents, "capabilities", "Print or choose the capability mode of an agent's container", kModeType,
             capabilities(), chosen);
  add_switch(agents, "platform-key", "Print or switch whether an agent uses the platform's model key", kSwitchType,
             platform_key(), chosen);
}

}  // namespace trinity::cli
