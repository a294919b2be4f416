#include "agentlink/reading.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "base/masking.h"
#include "json/write.h"

namespace trinity::agentlink {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_text = 4'096;
constexpr std::size_t longest_path = 4'096;
constexpr std::size_t largest_counts = 64 * 1024;
constexpr std::size_t largest_part = 16 * 1024;  ///< start-up and session, as JSON
constexpr std::size_t most_runs = 64;

const value* find(const object& from, std::string_view name) {
  return from.if_contains(name);
}

/// A text within the bound, cut between characters.
std::string text_in(const object& from, std::string_view name, std::size_t most = longest_text) {
  const auto* found = find(from, name);
  if (found == nullptr || !found->is_string()) return {};
  std::string_view text = found->get_string();
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most));
}

value text_or_null(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_string() ? value(text_in(from, name)) : value(nullptr);
}

/// What an agent was given or has said goes into lists and live events: secrets do not.
std::string shown_text(const object& from, std::string_view name) {
  return masked(text_in(from, name));
}
value shown_or_null(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_string() ? value(shown_text(from, name)) : value(nullptr);
}

bool flag_in(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

value flag_or_null(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_bool() ? value(found->get_bool()) : value(nullptr);
}

/// Exact in a double, never negative: counters.
std::int64_t count_in(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  if (found == nullptr || !found->is_number()) return 0;
  const auto number = found->to_number<double>();
  return std::isfinite(number) ? static_cast<std::int64_t>(std::clamp(number, 0.0, 9e15)) : 0;
}

value count_or_null(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_number() ? value(count_in(from, name)) : value(nullptr);
}

double figure_in(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  if (found == nullptr || !found->is_number()) return 0;
  const auto number = found->to_number<double>();
  return std::isfinite(number) ? std::clamp(number, 0.0, 9e15) : 0;
}

ToolCallPtr call_of(const value& from) {
  const auto* object_ = from.if_object();
  if (object_ == nullptr) return nullptr;
  const auto& entry = *object_;
  ToolCall call;
  call.id = text_in(entry, "id", longest_id);
  if (call.id.empty()) return nullptr;
  call.execution = text_in(entry, "execution_id", longest_id);
  call.running = text_in(entry, "status") == "running";
  call.text = json::write(object{{"id", call.id},
                                 {"tool", text_in(entry, "tool")},
                                 {"input_summary", shown_text(entry, "input_summary")},
                                 {"output_summary", shown_or_null(entry, "output_summary")},
                                 {"duration_ms", count_or_null(entry, "duration_ms")},
                                 {"started_at", text_in(entry, "started_at")},
                                 {"ended_at", text_or_null(entry, "ended_at")},
                                 {"success", flag_or_null(entry, "success")},
                                 {"status", call.running ? "running" : "completed"},
                                 {"execution_id", text_or_null(entry, "execution_id")}});
  return std::make_shared<const ToolCall>(std::move(call));
}

std::optional<Time> time_in(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr && found->is_string() ? parse_time(std::string_view(found->get_string())) : std::nullopt;
}

/// For those who count times. A call without run, or without times that can be read, counts for nobody.
void tell_call(const value& from, News& news) {
  const auto* entry = from.if_object();
  if (entry == nullptr || news.calls.size() >= most_calls) return;
  ToldCall call;
  call.id = text_in(*entry, "id", longest_id);
  call.run = text_in(*entry, "execution_id", longest_id);
  const auto started = time_in(*entry, "started_at");
  if (call.id.empty() || call.run.empty() || !started) return;
  call.started_at = *started;
  if (text_in(*entry, "status") != "running") {
    call.ended_at = time_in(*entry, "ended_at");
    if (!call.ended_at) return;
  }
  call.tool = text_in(*entry, "tool");
  call.input_summary = shown_text(*entry, "input_summary");
  news.calls.push_back(std::move(call));
}

/// Daemons that tell signs of life always name their members.
void tell_run(const object& from, News& news) {
  if (news.told_runs.size() >= most_runs) return;
  ToldRun run;
  run.id = text_in(from, "execution_id", longest_id);
  if (run.id.empty()) return;
  run.tells_life = from.contains("ready_at");
  run.ready_at = time_in(from, "ready_at");
  run.heard_at = time_in(from, "heard_at");
  news.told_runs.push_back(std::move(run));
}

/// Everything but the timeline.
void take_figures(Activity& into, const object& from) {
  into.running = text_in(from, "status") == "running";
  into.active_tool = "null";
  if (const auto* active = find(from, "active_tool"); active != nullptr && active->is_object()) {
    const auto& tool = active->get_object();
    into.active_tool = json::write(object{{"name", text_in(tool, "name")},
                                          {"input_summary", shown_text(tool, "input_summary")},
                                          {"started_at", text_in(tool, "started_at")}});
  }
  object counts;
  std::size_t bytes = 0;
  if (const auto* told = find(from, "tool_counts"); told != nullptr && told->is_object()) {
    const auto& all = told->get_object();
    for (const auto& [name, count] : all) {
      bytes += name.size() + 16;
      if (bytes > largest_counts) break;
      counts[name] = count_in(all, name);
    }
  }
  into.tool_counts = json::write(counts);
  const auto* totals = find(from, "totals");
  const object none;
  const auto& sums = totals != nullptr && totals->is_object() ? totals->get_object() : none;
  into.calls = count_in(sums, "calls");
  into.totals = json::write(object{{"calls", into.calls},
                                   {"duration_ms", count_in(sums, "duration_ms")},
                                   {"started_at", text_or_null(sums, "started_at")}});
}

std::shared_ptr<const void> new_list() {
  return std::make_shared<char>();
}

ActivityPtr activity_of(const object& from, News& news) {
  Activity made;
  made.list = new_list();
  take_figures(made, from);
  if (const auto* timeline = find(from, "timeline"); timeline != nullptr && timeline->is_array()) {
    for (const auto& entry : timeline->get_array()) {
      if (made.timeline.size() >= most_calls) break;
      if (auto call = call_of(entry)) made.timeline.push_back(std::move(call));
      tell_call(entry, news);
    }
  }
  return std::make_shared<const Activity>(std::move(made));
}

/// A call that has begun comes to the front, one that has ended takes its own place.
ActivityPtr activity_after(const Activity& before, const object& event, News& news) {
  auto made = before;
  take_figures(made, event);
  const auto* entry = find(event, "entry");
  if (entry == nullptr || entry->is_null()) {
    made.timeline.clear();
    made.list = new_list();
    news.no_calls = true;
  } else if (auto call = call_of(*entry)) {
    tell_call(*entry, news);
    const auto same = [&](const ToolCallPtr& one) {
      return one->running && one->id == call->id && one->execution == call->execution;
    };
    const auto open = std::find_if(made.timeline.begin(), made.timeline.end(), same);
    if (open != made.timeline.end()) {
      *open = std::move(call);
    } else if (call->running) {
      made.timeline.insert(made.timeline.begin(), std::move(call));
      if (made.timeline.size() > most_calls) made.timeline.pop_back();
    }
  }
  return std::make_shared<const Activity>(std::move(made));
}

SessionPtr session_of(const object& from) {
  Session made;
  made.started = flag_in(from, "session_started");
  made.message_count = count_in(from, "message_count");
  made.total_cost_usd = figure_in(from, "total_cost_usd");
  made.context_tokens = count_in(from, "context_tokens");
  made.context_window = count_in(from, "context_window");
  made.context_percent = std::min(figure_in(from, "context_percent"), 100.0);
  made.text = json::write(object{{"session_started", made.started},
                                 {"message_count", made.message_count},
                                 {"total_cost_usd", made.total_cost_usd},
                                 {"context_tokens", made.context_tokens},
                                 {"context_window", made.context_window},
                                 {"context_percent", made.context_percent},
                                 {"model", text_or_null(from, "model")}});
  return std::make_shared<const Session>(std::move(made));
}

/// How far the start-up is, as the daemon words it.
std::shared_ptr<const std::string> startup_of(object from) {
  for (const auto* own : {"seq", "type", "time"}) from.erase(own);
  auto text = json::write(from);
  return std::make_shared<const std::string>(text.size() <= largest_part ? std::move(text) : "{}");
}

/// From the list of running ones (`metadata` below), or from an event.
LiveRun run_of(const object& from) {
  const auto* below = find(from, "metadata");
  const auto& words =
      below != nullptr && below->is_object() && find(from, "type") == nullptr ? below->get_object() : from;
  return {text_in(from, "execution_id", longest_id), text_in(words, "type", longest_id),
          shown_text(words, "message_preview"), text_in(from, "started_at", longest_id)};
}

LiveRunsPtr runs_of(const value* list, News& news) {
  auto made = std::make_shared<std::vector<LiveRun>>();
  if (list == nullptr || !list->is_array()) return made;
  for (const auto& one : list->get_array()) {
    if (made->size() >= most_runs) break;
    if (!one.is_object()) continue;
    made->push_back(run_of(one.get_object()));
    tell_run(one.get_object(), news);
  }
  return made;
}

void take_execution(Live& live, const object& event, News& news) {
  const auto* told = find(event, "execution");
  if (told == nullptr || !told->is_object()) return;
  auto run = run_of(told->get_object());
  if (run.id.empty()) return;
  auto runs = *live.runs;
  std::erase_if(runs, [&](const LiveRun& one) { return one.id == run.id; });
  if (text_in(told->get_object(), "phase") == "ended") {
    news.ended.push_back(std::move(run.id));
  } else if (runs.size() < most_runs) {
    runs.push_back(std::move(run));
    tell_run(told->get_object(), news);
  }
  live.runs = std::make_shared<const std::vector<LiveRun>>(std::move(runs));
}

FileChanges files_of(const object& event) {
  FileChanges made;
  made.overflow = flag_in(event, "truncated");
  const auto* changes = find(event, "changes");
  if (changes == nullptr || !changes->is_array()) return made;
  FileChanges told;
  for (const auto& change : changes->get_array()) {
    if (!change.is_object()) continue;
    auto path = text_in(change.get_object(), "path", longest_path);
    if (!path.empty()) told.paths.push_back(std::move(path));
  }
  made.add(told);
  return made;
}

const object* object_in(const object& from, std::string_view name) {
  const auto* found = find(from, name);
  return found != nullptr ? found->if_object() : nullptr;
}

}  // namespace

Live with_snapshot(const Live& before, const object& state, News& news) {
  auto made = before;
  made.runtime = text_in(state, "runtime", longest_id);
  made.runtime_available = flag_in(state, "runtime_available");
  const object none;
  const auto* activity = object_in(state, "activity");
  made.activity = activity_of(activity != nullptr ? *activity : none, news);
  const auto* session = object_in(state, "session");
  made.session = session_of(session != nullptr ? *session : none);
  const auto* startup = object_in(state, "startup");
  made.startup = startup_of(startup != nullptr ? *startup : none);
  made.runs = runs_of(find(state, "running"), news);
  return made;
}

Live with_event(const Live& before, const std::string& type, const object& event, News& news) {
  auto made = before;
  if (type == "activity") {
    made.activity = activity_after(*before.activity, event, news);
  } else if (type == "session") {
    if (const auto* session = object_in(event, "session")) made.session = session_of(*session);
  } else if (type == "startup") {
    made.startup = startup_of(event);
  } else if (type == "execution") {
    take_execution(made, event, news);
  } else if (type == "turn") {
    tell_run(event, news);
  } else if (type == "files") {
    news.files = files_of(event);
  }
  return made;
}

Live blank(std::string agent, std::string container_id) {
  Live made;
  made.agent = std::move(agent);
  made.container_id = std::move(container_id);
  made.activity = std::make_shared<const Activity>();
  made.runs = std::make_shared<const std::vector<LiveRun>>();
  return made;
}

}  // namespace trinity::agentlink
