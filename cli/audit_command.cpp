#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/table.h"
#include "http/text.h"

namespace trinity::cli {

namespace {

struct AuditOptions {
  int entries = 50;
  std::string user;
  std::string agent;
  std::string action;
  std::string object;
};

std::string path_of(const AuditOptions& options) {
  auto path = fmt::format("/api/audit?limit={}", options.entries);
  const auto add = [&path](std::string_view name, const std::string& value) {
    if (!value.empty()) path += fmt::format("&{}={}", name, http::percent_encode(value));
  };
  add("user", options.user);
  add("agent", options.agent);
  add("action", options.action);
  add("object", options.object);
  return path;
}

std::string who(const json::object& entry) {
  const auto agent = text_of(entry, "by_agent");
  const auto user = text_of(entry, "user");
  if (user.empty()) return "server";
  return agent.empty() ? user : fmt::format("{} ({})", agent, user);
}

std::string object_words(const json::object& entry) {
  const auto kind = text_of(entry, "object_kind");
  const auto id = text_of(entry, "object_id");
  return id.empty() ? kind : fmt::format("{} {}", kind, id);
}

std::string detail_words(const json::object& entry) {
  std::string words;
  const auto* const detail = entry.if_contains("detail");
  if (detail == nullptr || !detail->is_object()) return words;
  for (const auto& [name, value] : detail->as_object()) {
    if (!value.is_string()) continue;
    words +=
        fmt::format("{}{}={}", words.empty() ? "" : " ", std::string_view(name), std::string_view(value.as_string()));
  }
  return words;
}

void print_entries(Terminal& terminal, const json::array& entries) {
  Table table({{"TIME (UTC)"}, {"WHO"}, {"ACTION"}, {"OBJECT"}, {"AGENT"}, {"RESULT"}, {"DETAIL"}});
  for (const auto& one : entries) {
    const auto& entry = one.as_object();
    const auto result = text_of(entry, "result");
    table.add({{text_of(entry, "at").substr(0, 19)},
               {who(entry)},
               {text_of(entry, "action")},
               {object_words(entry)},
               {text_of(entry, "agent")},
               {result, result == "ok" ? Colour::plain : Colour::yellow},
               {detail_words(entry)}});
  }
  terminal.out << table.text(terminal);
}

void audit(Session& session, const AuditOptions& options) {
  const auto answer = ask(session.api(), {.path = path_of(options)});
  if (session.as_json()) return session.print_json(answer);
  const auto& entries = answer.at("entries").as_array();
  if (entries.empty()) {
    session.terminal().err << "No entries.\n";
    return;
  }
  print_entries(session.terminal(), entries);
}

}  // namespace

void add_audit_command(CLI::App& root, Command& chosen) {
  auto options = std::make_shared<AuditOptions>();
  auto* command = root.add_subcommand("audit", "Who did what, newest first");
  command->add_option("-n,--entries", options->entries, "How many")->check(CLI::Range(1, 500))->type_name("N");
  command->add_option("--user", options->user, "Only what this user did")->type_name("NAME");
  command->add_option("--agent", options->agent, "Only what concerns this agent")->type_name(kAgentType);
  command->add_option("--action", options->action, "Only this action")->type_name("ACTION");
  command->add_option("--object", options->object, "Only this kind of object, or this object")->type_name("KIND[:ID]");
  command->footer("For administrators.");
  command->callback([options, &chosen] { chosen = [options](Session& session) { audit(session, *options); }; });
}

}  // namespace trinity::cli
