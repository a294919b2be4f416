#include <fmt/format.h>

#include <ostream>

#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/stats_view.h"

namespace trinity::cli {

namespace {

constexpr const char* kFleetTopic = "agents:stats";
/// How often a server is asked that does not send the figures live.
constexpr std::chrono::seconds kPollEvery{5};

std::string topic_of(const std::string& name) {
  return "agent:" + name + ":stats";
}

std::string name_in(const std::string& topic) {
  constexpr std::size_t before = 6;  // agent:
  constexpr std::size_t after = 6;   // :stats
  return topic.substr(before, topic.size() - before - after);
}

/// How the figures are shown as they change: drawn over themselves on a terminal, line by line elsewhere.
class Screen {
 public:
  explicit Screen(Session& session) : session_(session) {}

  void all(const StatsView& view) {
    if (drawn()) return draw(view);
    for (const auto& row : view.rows()) line(view, text_of(row.as_object(), "name"));
  }

  void changed(const StatsView& view, const std::vector<std::string>& names) {
    if (drawn()) return draw(view);
    for (const auto& name : names) line(view, name);
  }

 private:
  [[nodiscard]] bool drawn() const { return session_.terminal().person_reads && !session_.as_json(); }

  /// From the upper left corner, each line to its end, then whatever was below. What does not fit is counted.
  void draw(const StatsView& view) {
    auto& terminal = session_.terminal();
    std::vector<std::string> lines{"No agent is running.\n"};
    if (!view.empty()) lines = view.table().lines(terminal);
    const auto room = terminal.extent().lines;
    if (room > 2 && lines.size() + 1 > room) {
      const auto hidden = lines.size() - (room - 2);
      lines.resize(room - 2);
      lines.push_back(fmt::format("and {} more\n", hidden));
    }
    std::string made = cleared_ ? "\x1b[H" : "\x1b[2J\x1b[H";
    cleared_ = true;
    for (const auto& one : lines) made.append(one, 0, one.size() - 1).append("\x1b[K\n");
    terminal.out << made << "\x1b[J" << std::flush;
  }

  void line(const StatsView& view, const std::string& name) {
    auto& terminal = session_.terminal();
    const auto row = view.row(name);
    if (row.empty()) return;
    if (session_.as_json()) return session_.print_json(row);
    const auto lines = view.table_of(name).lines(terminal);
    if (!titled_) terminal.out << lines.front();
    titled_ = true;
    terminal.out << lines.back() << std::flush;
  }

  Session& session_;
  bool cleared_ = false;
  bool titled_ = false;
};

json::array list_in(const json::object& data, std::string_view field) {
  const auto* found = data.if_contains(field);
  return found != nullptr && found->is_array() ? found->get_array() : json::array();
}

/// One topic with a row per running agent.
void watch_fleet(Session& session) {
  LiveFeed feed(session);
  feed.subscribe({{kFleetTopic, json::object{{"history", 0}}}});
  StatsView view(StatsView::Form::fleet);
  Screen screen(session);
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended) throw Fault(ExitCode::failed, "the server sends no more figures");
    if (event.kind == LiveEvent::Kind::snapshot) view.clear();
    std::vector<std::string> changed;
    for (const auto& row : list_in(event.data, "agents")) {
      changed.push_back(text_of(row.as_object(), "name"));
      view.replace(changed.back(), row.as_object());
    }
    for (const auto& name : list_in(event.data, "gone")) {
      if (name.is_string()) view.remove(std::string(name.get_string()));
    }
    screen.changed(view, changed);
  }
}

void watch_named(Session& session, const std::vector<std::string>& names) {
  LiveFeed feed(session);
  std::vector<LiveTopic> topics;
  topics.reserve(names.size());
  for (const auto& name : names) topics.push_back({topic_of(name)});
  feed.subscribe(std::move(topics));
  StatsView view(StatsView::Form::whole);
  Screen screen(session);
  while (feed.topics() > 0) {
    auto event = feed.next();
    const auto name = name_in(event.topic);
    if (event.kind == LiveEvent::Kind::ended) {
      view.remove(name);
    } else if (event.kind == LiveEvent::Kind::snapshot) {
      event.data.erase("history");
      view.replace(name, std::move(event.data));
    } else {
      view.merge(name, event.data);
    }
    screen.changed(view, {name});
  }
  throw Fault(ExitCode::not_found, "none of these agents can be watched any more", kAgentsHint);
}

void watch_by_asking(Session& session, const std::vector<std::string>& names) {
  Screen screen(session);
  while (true) {
    screen.all(stats_now(session.api(), names));
    session.wait(kPollEvery);
  }
}

}  // namespace

void watch_stats(Session& session, const std::vector<std::string>& names) {
  std::string why;
  try {
    return names.empty() ? watch_fleet(session) : watch_named(session, names);
  } catch (const NotLive& fault) {
    why = fault.what();
  }
  session.terminal().err << fmt::format("{}; asking every {} s instead\n", why, kPollEvery.count());
  watch_by_asking(session, names);
}

}  // namespace trinity::cli
