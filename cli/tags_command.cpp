#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/commands.h"
#include "http/text.h"

namespace trinity::cli {

namespace {

struct Wanted {
  std::string agent;
  std::optional<std::string> exactly;
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

/// The server drops blanks around a tag, and capitals: what is taken away is compared in the form that it keeps.
std::string kept_form(const std::string& given) {
  std::string tag(http::trim(given));
  for (auto& c : tag) c = http::lower(c);
  return tag;
}

/// `a,b` -> a and b; nothing between commas counts for nothing, so "" is none at all.
json::array tags_in(const std::string& text) {
  json::array tags;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) tags.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return tags;
}

json::array changed(const json::array& now, const Wanted& wanted) {
  json::array tags;
  for (const auto& tag : now) {
    const auto gone = [&](const std::string& one) { return kept_form(one) == std::string_view(tag.as_string()); };
    if (std::ranges::none_of(wanted.remove, gone)) tags.push_back(tag);
  }
  for (const auto& tag : wanted.add) tags.emplace_back(tag);
  return tags;
}

/// The server writes all tags each time: those that were not named stay.
json::value answer_to(Session& session, const Wanted& wanted) {
  const bool some = !wanted.add.empty() || !wanted.remove.empty();
  json::value now;
  if (!wanted.exactly) now = ask_about(session.api(), wanted.agent, {.path = "/tags"});
  if (!wanted.exactly && !some) return now;
  const auto tags = wanted.exactly ? tags_in(*wanted.exactly) : changed(now.at("tags").as_array(), wanted);
  Call call{.method = "PUT", .path = "/tags"};
  call.body = json::serialize(json::object{{"tags", tags}});
  return ask_about(session.api(), wanted.agent, std::move(call));
}

void tags(Session& session, const Wanted& wanted) {
  const auto answer = answer_to(session, wanted);
  if (session.as_json()) return session.print_json(answer);
  auto& terminal = session.terminal();
  const auto& found = answer.at("tags").as_array();
  if (found.empty()) {
    terminal.err << fmt::format("None. Give it some with: trinityctl agents tags {} --add TAG\n",
                                harmless(wanted.agent, false));
  }
  for (const auto& tag : found) terminal.out << harmless(std::string(tag.as_string()), false) << '\n';
}

}  // namespace

void add_tags_command(CLI::App& agents, Command& chosen) {
  auto wanted = std::make_shared<Wanted>();
  auto* command = agents.add_subcommand("tags", "The tags of an agent, and change them");
  command->add_option("agent", wanted->agent, "Its name")->required()->type_name(kAgentType);
  auto* exactly = command->add_option("--set", wanted->exactly, "Exactly these, parted by commas; \"\" is none")
                      ->type_name(kTagType);
  // One value each time, so that a name behind it stays a place on the line.
  command->add_option("--add", wanted->add, "This one too; may stand several times")
      ->type_name(kTagType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(exactly);
  command->add_option("--remove", wanted->remove, "No longer this one; may stand several times")
      ->type_name(kTagType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(exactly);
  command->footer(
      "  trinityctl agents tags bot --set prod,billing\n"
      "  trinityctl agents tags bot --add team:ann --remove billing\n"
      "  trinityctl agents list --tag prod");
  command->callback([wanted, &chosen] { chosen = [wanted](Session& session) { tags(session, *wanted); }; });
}

}  // namespace trinity::cli
