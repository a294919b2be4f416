#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

constexpr std::size_t kLargestValue = 1'000'000;
constexpr std::size_t kLargestImport = 1'000'000;

struct Wish {
  std::string agent;
  std::string credential;  ///< name or id
  std::string name;
  std::string service = "custom";
  std::string type = "api_key";
  std::string description;
  std::string member;
  std::string file;  ///< local; - is standard input
  std::string file_path;
  std::vector<std::string> credentials;
  bool preview = false;
  bool yes = false;
};

/// Values are never arguments, as those can be read by everyone on the machine.
std::string read_all(Session& session, const std::string& file, std::size_t most) {
  const auto read = [most](std::istream& in) {
    std::string text(most + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
  };
  std::string text;
  if (file == "-") {
    text = read(session.terminal().in);
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Fault(ExitCode::usage, "the file " + file + " cannot be read");
    text = read(in);
  }
  if (text.size() > most) throw Fault(ExitCode::usage, fmt::format("more than {} bytes are not taken", most));
  return text;
}

/// Asked for without showing it on a terminal; a file or standard input otherwise, without the end of its last line.
std::string read_value(Session& session, const Wish& wish) {
  if (wish.file.empty() && session.terminal().person_types) return ask_secret(session.terminal(), "Value: ");
  auto value = read_all(session, wish.file.empty() ? "-" : wish.file, kLargestValue);
  if (wish.type != "file") {
    while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
  }
  if (value.empty()) throw Fault(ExitCode::usage, "there is no value");
  return value;
}

json::array all_of(Session& session) {
  return ask(session.api(), {.path = "/api/credentials"}).as_array();
}

/// Of a name, when it is the name of one only.
std::string id_of(const json::array& all, const std::string& wanted) {
  std::vector<std::string> found;
  for (const auto& one : all) {
    const auto& item = one.as_object();
    if (text_of(item, "id") == wanted) return wanted;
    if (text_of(item, "name") == wanted) found.push_back(text_of(item, "id"));
  }
  if (found.empty())
    throw Fault(ExitCode::not_found, "you have no credential \"" + harmless(wanted, false) + "\"",
                "See: trinityctl credentials list");
  if (found.size() > 1)
    throw Fault(ExitCode::usage, fmt::format("you have {} credentials of that name", found.size()),
                "Use the id: trinityctl credentials list");
  return found.front();
}

std::string names_in(const json::object& from, const char* field) {
  std::string text;
  const auto* list = from.if_contains(field);
  if (list == nullptr || !list->is_array()) return text;
  for (const auto& one : list->get_array()) {
    if (!one.is_string()) continue;
    text += (text.empty() ? "" : ", ") + std::string(one.get_string());
  }
  return text;
}

void list(Session& session, const Wish&) {
  const auto all = all_of(session);
  if (session.as_json()) return session.print_json(all);
  auto& terminal = session.terminal();
  if (all.empty()) {
    terminal.err << "None. Add one: trinityctl credentials add NAME\n";
    return;
  }
  Table table({{"NAME"}, {"SERVICE"}, {"TYPE"}, {"AGENTS"}, {"WAITS FOR A PUSH"}, {"ID"}});
  for (const auto& one : all) {
    const auto& item = one.as_object();
    table.add({{text_of(item, "name")},
               {text_of(item, "service")},
               {text_of(item, "type")},
               {names_in(item, "agents")},
               {names_in(item, "pending_agents"), Colour::yellow},
               {text_of(item, "id"), Colour::dim}});
  }
  terminal.out << table.text(terminal);
}

void add(Session& session, const Wish& wish) {
  const bool is_file = wish.type == "file";
  const auto member = !wish.member.empty()   ? wish.member
                      : is_file              ? "content"
                      : wish.type == "token" ? "token"
                                             : "api_key";
  if (is_file && wish.file_path.empty())
    throw Fault(ExitCode::usage, "a file needs --path, where it lies below the agent's home folder");
  json::object body{{"name", wish.name}, {"service", wish.service}, {"type", wish.type}};
  if (!wish.description.empty()) body["description"] = wish.description;
  if (is_file) body["file_path"] = wish.file_path;
  body["credentials"] = json::object{{member, read_value(session, wish)}};
  const auto made = ask(session.api(), {.method = "POST", .path = "/api/credentials", .body = json::serialize(body)});
  if (session.as_json()) return session.print_json(made);
  session.terminal().out << fmt::format("{} is stored ({}).\n", harmless(wish.name, false),
                                        harmless(text_of(made.as_object(), "id"), false));
}

void print_preview(Session& session, const json::object& preview) {
  Table table({{"LINE", Table::Align::right}, {"NAME"}, {"SERVICE"}, {"TYPE"}, {"WHAT HAPPENS"}});
  for (const auto& one : preview.at("pairs").as_array()) {
    const auto& pair = one.as_object();
    const auto status = text_of(pair, "status");
    const auto* what = status == "new"    ? "new"
                       : status == "same" ? "skipped, it is there"
                                          : "a second one of that name";
    table.add({{std::to_string(static_cast<long>(number_of(pair, "line")))},
               {text_of(pair, "name")},
               {text_of(pair, "service")},
               {text_of(pair, "type")},
               {what}});
  }
  for (const auto& one : preview.at("ignored").as_array()) {
    const auto& line = one.as_object();
    table.add({{std::to_string(static_cast<long>(number_of(line, "line")))},
               {},
               {},
               {},
               {"passed over: " + text_of(line, "reason"), Colour::dim}});
  }
  session.terminal().out << table.text(session.terminal());
}

void import_lines(Session& session, const Wish& wish) {
  const auto body = json::serialize(json::object{{"content", read_all(session, wish.file, kLargestImport)}});
  const std::string path = wish.preview ? "/api/credentials/bulk/preview" : "/api/credentials/bulk";
  const auto answer = ask(session.api(), {.method = "POST", .path = path, .body = body});
  if (session.as_json()) return session.print_json(answer);
  const auto& made = answer.as_object();
  if (wish.preview) return print_preview(session, made);
  for (const auto& fault : made.at("errors").as_array())
    session.terminal().err << harmless(std::string(fault.as_string()), false) << '\n';
  session.terminal().out << fmt::format("{} made, {} skipped.\n", number_of(made, "created"),
                                        number_of(made, "skipped"));
}

void remove(Session& session, const Wish& wish) {
  const auto id = id_of(all_of(session), wish.credential);
  auto& terminal = session.terminal();
  if (!wish.yes) {
    if (!terminal.person_types) throw Fault(ExitCode::usage, "without a terminal this needs --yes");
    if (!confirm(terminal, "Delete " + harmless(wish.credential, false) + ", for all agents that have it?")) return;
  }
  const auto done = ask(session.api(), {.method = "DELETE", .path = "/api/credentials/" + path_segment(id)});
  if (session.as_json()) return session.print_json(done);
  terminal.out << harmless(wish.credential, false) << " is deleted.\n";
}

void say_apply(Session& session, const std::string& agent) {
  session.terminal().out << fmt::format("A running agent gets it with: trinityctl credentials apply {}\n",
                                        harmless(agent, false));
}

void assign(Session& session, const Wish& wish) {
  const auto all = all_of(session);
  json::array ids;
  for (const auto& one : wish.credentials) ids.emplace_back(id_of(all, one));
  Call call{.method = "POST", .path = "/credentials/assign/bulk"};
  call.body = json::serialize(json::object{{"credential_ids", ids}});
  const auto done = ask_about(session.api(), wish.agent, std::move(call));
  if (session.as_json()) return session.print_json(done);
  session.terminal().out << fmt::format("{} assigned to {}.\n", number_of(done.as_object(), "assigned_count"),
                                        harmless(wish.agent, false));
  say_apply(session, wish.agent);
}

void unassign(Session& session, const Wish& wish) {
  const auto all = all_of(session);
  for (const auto& one : wish.credentials) {
    const auto path = "/credentials/assign/" + path_segment(id_of(all, one));
    ask_about(session.api(), wish.agent, {.method = "DELETE", .path = path});
    if (!session.as_json()) session.terminal().out << harmless(one, false) << " is no longer assigned.\n";
  }
  if (session.as_json()) return session.print_json(json::object{{"unassigned", wish.credentials.size()}});
  say_apply(session, wish.agent);
}

void apply(Session& session, const Wish& wish) {
  const auto done = ask_about(session.api(), wish.agent, {.method = "POST", .path = "/credentials/apply"});
  if (session.as_json()) return session.print_json(done);
  const auto& made = done.as_object();
  session.terminal().out << fmt::format("{} has {} variables and {} files now.\n", harmless(wish.agent, false),
                                        number_of(made, "credential_count"), number_of(made, "file_count"));
  if (const auto note = text_of(made, "note"); !note.empty()) session.terminal().out << harmless(note, false) << '\n';
}

using Step = void (*)(Session&, const Wish&);
using WishPtr = std::shared_ptr<Wish>;

CLI::App* add_verb(CLI::App& parent, const std::string& verb, const std::string& help, const WishPtr& wish, Step step,
                   Command& chosen) {
  auto* command = parent.add_subcommand(verb, help);
  command->callback([wish, step, &chosen] { chosen = [wish, step](Session& session) { step(session, *wish); }; });
  return command;
}

void add_assigning(CLI::App& parent, const WishPtr& wish, Command& chosen) {
  auto* give = add_verb(parent, "assign", "Give an agent some of your credentials", wish, assign, chosen);
  auto* take = add_verb(parent, "unassign", "Take that back", wish, unassign, chosen);
  for (auto* command : {give, take}) {
    command->add_option("agent", wish->agent, "Its name")->required()->type_name(kAgentType);
    command->add_option("credentials", wish->credentials, "Names or ids")->required()->type_name("CREDENTIAL");
  }
  auto* push = add_verb(parent, "apply", "Bring what is assigned to an agent that runs", wish, apply, chosen);
  push->add_option("agent", wish->agent, "Its name")->required()->type_name(kAgentType);
}

}  // namespace

void add_credentials_commands(CLI::App& root, Command& chosen) {
  auto* parent = root.add_subcommand("credentials", "Store credentials and give them to agents");
  parent->alias("credential");
  parent->require_subcommand(1);
  parent->fallthrough();
  const auto wish = std::make_shared<Wish>();
  add_verb(*parent, "list", "Your credentials, without their values", wish, list, chosen);
  auto* fresh = add_verb(*parent, "add", "Store one; its value is asked for, or read", wish, add, chosen);
  fresh->add_option("name", wish->name, "Its name; a variable's name makes it that variable")->required();
  fresh->add_option("--service", wish->service, "Whose it is (default: custom)");
  fresh->add_option("--type", wish->type, "api_key, token, basic_auth, file (default: api_key)");
  fresh->add_option("--description", wish->description, "A few words");
  fresh->add_option("--member", wish->member, "Name of the value (default: by the type)");
  fresh->add_option("--from", wish->file, "File with the value; - is standard input")->type_name("FILE");
  fresh->add_option("--path", wish->file_path, "Of a file: where it lies below the agent's home folder");
  auto* lines = add_verb(*parent, "import", "Store KEY=VALUE lines", wish, import_lines, chosen);
  lines->add_option("file", wish->file, "File with the lines; - is standard input")->required()->type_name("FILE");
  lines->add_flag("--preview", wish->preview, "Only say what would happen");
  auto* gone = add_verb(*parent, "remove", "Delete one, for all agents that have it", wish, remove, chosen);
  gone->add_option("credential", wish->credential, "Its name or id")->required();
  gone->add_flag("-y,--yes", wish->yes, "Do not ask");
  add_assigning(*parent, wish, chosen);
  parent->footer(
      "Values are never arguments, as everyone on the machine can read those.\n\n"
      "  trinityctl credentials add MAIL_KEY --service mail\n"
      "  trinityctl credentials import keys.env --preview\n"
      "  trinityctl credentials assign bot MAIL_KEY && trinityctl credentials apply bot");
}

}  // namespace trinity::cli
