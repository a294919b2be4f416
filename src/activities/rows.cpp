#include "activities/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

namespace trinity::activities {

namespace {

using Text = std::string;
using MaybeText = std::optional<std::string>;
using MaybeInt = std::optional<std::int64_t>;

/// The contract's, and no others: what is not here matches nothing, and nothing else gets into a statement.
constexpr std::array<std::string_view, 11> known_types{
    "chat_start",          "chat_end",    "tool_call",    "schedule_start",    "schedule_end", "agent_collaboration",
    "execution_cancelled", "file_access", "model_change", "credential_reload", "git_sync"};
constexpr std::array<std::string_view, 3> known_states{"started", "completed", "failed"};

/// Later than any time.
constexpr const char* never = "~";

json::value details_of(const MaybeText& text) {
  if (!text) return json::object{};
  boost::system::error_code fault;
  auto value = boost::json::parse(*text, fault);
  // Pages count on an object.
  if (fault || !value.is_object()) return json::object{};
  return value;
}

/// Conditions that choose no index: rows are read in their order, not gathered and sorted.
std::string among(std::string_view column, std::string_view list) {
  return fmt::format(" AND {} || '' IN ({})", column, list);
}

/// Conditions on the type. Without tool calls, which are most of all rows, a smaller index serves.
void add_types(Bounds& bounds, const std::vector<std::string>& types) {
  std::string list;
  bool tools = false;
  for (const auto& type : types) {
    if (std::ranges::find(known_types, type) == known_types.end()) continue;
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", type);
    tools = tools || type == "tool_call";
  }
  if (list.empty()) bounds.nothing = true;
  bounds.filter += among("activity_type", list);
  if (!tools) bounds.filter += " AND activity_type <> 'tool_call'";
}

constexpr const char* within =
    "created_at >= :b AND created_at <= :c AND created_at <= :d AND (created_at < :d OR id < :e)";
constexpr const char* newest_first = "ORDER BY created_at DESC, id DESC LIMIT :a";

std::vector<db::Param> values_of(const Bounds& bounds) {
  return {bounds.limit, bounds.from, bounds.until, bounds.behind_at, bounds.behind_id};
}

}  // namespace

std::vector<Activity> activities_from(db::Query query) {
  auto rows = query.all<Text, Text, Text, Text, MaybeText, Text, MaybeText, MaybeInt, MaybeInt, Text, MaybeText,
                        MaybeText, MaybeText, MaybeText, MaybeText>();
  std::vector<Activity> made;
  made.reserve(rows.size());
  for (auto& [id, agent, type, state, parent, started, completed, duration, user, by, message, execution, details,
              error, created] : rows) {
    Activity row{std::move(id),        std::move(agent),   std::move(type),
                 std::move(state),     std::move(parent),  started,
                 std::move(completed), duration,           user,
                 std::move(by),        std::move(message), std::move(execution),
                 details_of(details),  std::move(error),   {}};
    row.created_at = created ? std::move(*created) : std::move(started);
    made.push_back(std::move(row));
  }
  return made;
}

std::optional<Bounds> bounds_of(db::Session& session, const Window& window) {
  Bounds bounds;
  bounds.limit = window.limit;
  bounds.from = window.from.value_or("");
  bounds.until = window.until.value_or(never);
  bounds.behind_at = never;
  if (window.types) add_types(bounds, *window.types);
  if (window.state) {
    if (std::ranges::find(known_states, *window.state) == known_states.end())
      bounds.nothing = true;
    else
      bounds.filter += among("activity_state", fmt::format("'{}'", *window.state));
  }
  if (!window.before) return bounds;
  const auto place =
      session.query("SELECT created_at FROM agent_activities WHERE id = :a", *window.before).one<MaybeText>();
  if (!place) return std::nullopt;
  bounds.behind_at = std::get<0>(*place).value_or("");
  bounds.behind_id = *window.before;
  return bounds;
}

std::vector<Activity> of_some(db::Session& session, const Bounds& bounds, std::span<const std::string> agents) {
  auto values = values_of(bounds);
  std::string sql;
  for (const auto& agent : agents) {
    const auto name = static_cast<char>('a' + values.size());
    values.emplace_back(agent);
    sql += fmt::format("{}SELECT {} FROM (SELECT {} FROM agent_activities WHERE agent_name = :{} AND {}{} {}) AS of_{}",
                       sql.empty() ? "" : " UNION ALL ", columns, columns, name, within, bounds.filter, newest_first,
                       name);
  }
  return activities_from(session.query_with(fmt::format("{} {}", sql, newest_first), std::move(values)));
}

std::vector<Activity> of_every(db::Session& session, const Bounds& bounds) {
  return activities_from(session.query_with(
      fmt::format("SELECT {} FROM agent_activities WHERE {}{} {}", columns, within, bounds.filter, newest_first),
      values_of(bounds)));
}

std::vector<std::pair<std::string, std::int64_t>> counts_of(db::Session& session, const Bounds& bounds) {
  auto query = session.query_with(fmt::format("SELECT agent_name, COUNT(*) FROM (SELECT agent_name FROM "
                                              "agent_activities WHERE {}{} {}) AS newest GROUP BY agent_name",
                                              within, bounds.filter, newest_first),
                                  values_of(bounds));
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (auto& [agent, count] : query.all<Text, std::int64_t>()) counts.emplace_back(std::move(agent), count);
  return counts;
}

std::vector<Activity> open_before(db::Session& session, const Bounds& bounds) {
  // Named, because what goes on is little and the other indexes hold everything that ever was.
  return activities_from(session.query_with(
      fmt::format("SELECT {} FROM agent_activities INDEXED BY trinity_activities_open WHERE activity_state = 'started' "
                  "AND created_at < :b{} {}",
                  columns, bounds.filter, newest_first),
      {bounds.limit, bounds.from}));
}

std::string reaching_statement(const Bounds& bounds) {
  // The end is in no index: the newest before the window are read along the index of lists, and few of them match.
  return fmt::format(
      "SELECT {} FROM (SELECT {} FROM agent_activities WHERE created_at < :b{} {}) AS earlier WHERE completed_at >= :b "
      "AND activity_state <> 'started' ORDER BY created_at DESC, id DESC",
      columns, columns, bounds.filter, newest_first);
}

std::vector<Activity> reaching_into(db::Session& session, const Bounds& bounds) {
  return activities_from(session.query_with(reaching_statement(bounds), {bounds.limit, bounds.from}));
}

}  // namespace trinity::activities
