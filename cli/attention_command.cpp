#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <tuple>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/quantity.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

constexpr const char* kTopic = "agents:stats";
constexpr const char* kEvent = "agents_attention_update";
constexpr std::chrono::seconds kPollEvery{10};
constexpr const char* kNobody = "No agent needs you.\n";

struct KindWords {
  std::string_view kind;
  std::string_view words;
  Colour colour;
};
/// The most urgent first.
constexpr std::array<KindWords, 6> kKinds{{{"waiting", "waits for you", Colour::yellow},
                                           {"failed", "failed", Colour::red},
                                           {"stuck", "stuck", Colour::red},
                                           {"over_budget", "over budget", Colour::yellow},
                                           {"slow", "slow", Colour::yellow},
                                           {"unreachable", "unreachable", Colour::red}}};

std::size_t rank_of(const json::object& item) {
  const auto kind = text_of(item, "kind");
  return static_cast<std::size_t>(std::ranges::find(kKinds, kind, &KindWords::kind) - kKinds.begin());
}

Table::Cell kind_cell(const json::object& item) {
  const auto rank = rank_of(item);
  // A newer server may know more kinds.
  if (rank == kKinds.size()) return {text_of(item, "kind")};
  return {std::string(kKinds.at(rank).words), kKinds.at(rank).colour};
}

json::array list_in(const json::object& data, std::string_view field) {
  const auto* found = data.if_contains(field);
  return found != nullptr && found->is_array() ? found->get_array() : json::array();
}

/// Who needs a person, by name; as the server tells it.
class AttentionView {
 public:
  void clear() noexcept { rows_.clear(); }
  void take(const json::object& row) {
    auto name = text_of(row, "name");
    if (list_in(row, "attention").empty()) {
      rows_.erase(name);
    } else {
      rows_[std::move(name)] = row;
    }
  }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  [[nodiscard]] Table table(Time at) const {
    std::vector<const json::object*> order;
    order.reserve(rows_.size());
    for (const auto& [name, row] : rows_) order.push_back(&row);
    std::ranges::sort(order, {}, [](const json::object* row) {
      const auto items = list_in(*row, "attention");
      const auto& first = items.front().as_object();
      return std::tuple(rank_of(first), text_of(first, "since"), text_of(*row, "name"));
    });
    Table made({{"AGENT"}, {"WHY"}, {"FOR", Table::Align::right}, {"DETAIL"}});
    for (const auto* row : order) add(made, *row, at);
    return made;
  }

  static void add(Table& into, const json::object& row, Time at) {
    const auto name = text_of(row, "name");
    for (const auto& one : list_in(row, "attention")) {
      const auto& item = one.as_object();
      const auto since = parse_time(text_of(item, "since")).value_or(at);
      const auto lasts = std::max(std::chrono::seconds(0), std::chrono::floor<std::chrono::seconds>(at - since));
      into.add({{name}, kind_cell(item), {duration_text(lasts)}, {text_of(item, "detail")}});
    }
  }

 private:
  std::map<std::string, json::object> rows_;
};

json::object attention_now(Session& session) {
  auto told = ask(session.api(), {.path = "/api/agents/attention"});
  return std::move(told.as_object());
}

AttentionView view_of(const json::object& told) {
  AttentionView view;
  for (const auto& row : list_in(told, "agents")) view.take(row.as_object());
  return view;
}

void print_once(Session& session) {
  const auto told = attention_now(session);
  if (session.as_json()) return session.print_json(told);
  const auto view = view_of(told);
  auto& terminal = session.terminal();
  if (view.empty()) {
    terminal.out << kNobody;
  } else {
    terminal.out << view.table(parse_time(text_of(told, "as_of")).value_or(now())).text(terminal);
  }
}

/// Over what stood there before.
void draw(Session& session, const AttentionView& view) {
  auto& terminal = session.terminal();
  terminal.out << "\x1b[2J\x1b[H" << (view.empty() ? kNobody : view.table(now()).text(terminal)) << std::flush;
}

/// Where nobody looks at a screen, each change is a line for each reason.
void print_change(Session& session, const json::object& row) {
  if (session.as_json()) return session.print_json(row);
  auto& terminal = session.terminal();
  if (list_in(row, "attention").empty()) {
    terminal.out << harmless(text_of(row, "name"), false) << "  nothing any more\n" << std::flush;
    return;
  }
  Table table({{"AGENT"}, {"WHY"}, {"FOR", Table::Align::right}, {"DETAIL"}});
  AttentionView::add(table, row, now());
  const auto lines = table.lines(terminal);
  for (std::size_t i = 1; i < lines.size(); ++i) terminal.out << lines[i];
  terminal.out << std::flush;
}

void show(Session& session, const AttentionView& view, const json::array& changed) {
  if (session.terminal().person_reads && !session.as_json()) return draw(session, view);
  for (const auto& row : changed) print_change(session, row.as_object());
}

void follow(Session& session) {
  LiveFeed feed(session);
  // Of this topic only these rows are looked at.
  feed.subscribe({{kTopic, json::object{{"history", 0}}}});
  AttentionView view;
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended) throw Fault(ExitCode::failed, "the server tells no more");
    const bool whole = event.kind == LiveEvent::Kind::snapshot;
    if (!whole && event.name != kEvent) continue;
    const auto changed = list_in(event.data, whole ? "attention" : "agents");
    if (whole) view.clear();
    for (const auto& row : changed) view.take(row.as_object());
    show(session, view, changed);
  }
}

void watch(Session& session) {
  std::string why;
  try {
    return follow(session);
  } catch (const NotLive& fault) {
    why = fault.what();
  }
  session.terminal().err << fmt::format("{}; asking every {} s instead\n", why, kPollEvery.count());
  while (true) {
    const auto told = attention_now(session);
    show(session, view_of(told), list_in(told, "agents"));
    session.wait(kPollEvery);
  }
}

}  // namespace

void add_attention_command(CLI::App& root, Command& chosen) {
  auto watches = std::make_shared<bool>(false);
  auto* command = root.add_subcommand("attention", "Which agents need you, and why");
  command->add_flag("-w,--watch", *watches, "Go on, as it changes; Ctrl-C ends it");
  command->footer(
      "The most urgent first: those that wait for an answer, that failed, that are stuck, that may start no run, that\n"
      "are held back by their limits, and those whose daemon does not answer.\n\n"
      "  trinityctl attention\n"
      "  trinityctl attention --json | jq -r '.agents[] | select(.attention[0].kind == \"waiting\") | .name'");
  command->callback([watches, &chosen] {
    chosen = [watches](Session& session) { *watches ? watch(session) : print_once(session); };
  });
}

}  // namespace trinity::cli
