#include "activities/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "activities/rows.h"

namespace trinity::activities {

namespace {

std::int64_t duration_ms(const std::string& started_at, Time ended) {
  const auto started = parse_time(started_at);
  if (!started) return 0;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(ended - *started).count();
  return std::max<std::int64_t>(0, took);
}

void insert(db::Session& session, const Activity& row) {
  session
      .query(
          "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, parent_activity_id, "
          "started_at, "
          "completed_at, duration_ms, user_id, triggered_by, related_chat_message_id, related_execution_id, details, "
          "error, created_at) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o)",
          row.id, row.agent_name, row.activity_type, row.activity_state, row.parent_activity_id, row.started_at,
          row.completed_at, row.duration_ms, row.user_id, row.triggered_by, row.related_chat_message_id,
          row.related_execution_id, json::write(row.details), row.error, row.created_at)
      .run();
}

void store_end(db::Session& session, Activity& row, const Ending& how, Time at) {
  row.activity_state = how.success ? "completed" : "failed";
  row.completed_at = format_naive(at);
  row.duration_ms = duration_ms(row.started_at, at);
  for (const auto& [key, value] : how.details) row.details.as_object()[key] = value;
  row.error = how.error;
  if (how.chat_message) row.related_chat_message_id = how.chat_message;
  session
      .query(
          "UPDATE agent_activities SET activity_state = :a, completed_at = :b, duration_ms = :c, details = :d, "
          "error = :e, related_chat_message_id = :f WHERE id = :g",
          row.activity_state, row.completed_at, row.duration_ms, json::write(row.details), row.error,
          row.related_chat_message_id, row.id)
      .run();
}

bool newer(const Activity& a, const Activity& b) {
  return a.created_at != b.created_at ? a.created_at > b.created_at : a.id > b.id;
}

}  // namespace

Task<> ActivityStore::add(Call call, std::vector<std::shared_ptr<const Activity>> rows) {
  auto job = [&](db::Session& session) {
    for (const auto& row : rows) insert(session, *row);
  };
  co_await database_.write(call, std::move(job));
}

Task<std::optional<Activity>> ActivityStore::end(Call call, std::string id, Ending how, Time at) {
  auto job = [&](db::Session& session) -> std::optional<Activity> {
    auto found = activities_from(session.query(
        fmt::format("SELECT {} FROM agent_activities WHERE id = :a AND activity_state = 'started'", columns), id));
    if (found.empty()) return std::nullopt;
    store_end(session, found.front(), how, at);
    return std::move(found.front());
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<std::vector<std::string>> ActivityStore::open_of(Call call, std::string execution) {
  auto job = [&](db::Session& session) {
    std::vector<std::string> ids;
    auto query = session.query(
        "SELECT id FROM agent_activities WHERE related_execution_id = :a AND activity_state = 'started'", execution);
    for (auto& [id] : query.all<std::string>()) ids.push_back(std::move(id));
    return ids;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<Activity>> ActivityStore::end_left(Call call, std::set<std::string> alive, std::string why,
                                                    std::int64_t most) {
  auto job = [&](db::Session& session) {
    // What goes on is never much: a run has one or two of them.
    auto open = activities_from(session.query(
        fmt::format("SELECT {} FROM agent_activities WHERE activity_state = 'started' ORDER BY created_at LIMIT :a",
                    columns),
        most + 2 * std::ssize(alive)));
    std::erase_if(open, [&](const Activity& row) {
      return alive.contains(row.id) || alive.contains(row.related_execution_id.value_or(""));
    });
    if (std::ssize(open) > most) open.resize(static_cast<std::size_t>(most));
    Ending how;
    how.success = false;
    how.error = why;
    for (auto& row : open) store_end(session, row, how, now());
    return open;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<std::int64_t> ActivityStore::prune(Call call, Time older_than, std::int64_t most) {
  auto job = [&](db::Session& session) {
    return session
        .query(
            "DELETE FROM agent_activities WHERE id IN (SELECT id FROM agent_activities WHERE created_at < :a AND "
            "activity_state <> 'started' ORDER BY created_at LIMIT :b)",
            format_naive(older_than), most)
        .run();
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<ActivityStore::Page> ActivityStore::of_agents(Call call, std::vector<std::string> agents, Window window) {
  auto job = [&](db::Session& session) -> Page {
    auto bounds = bounds_of(session, window);
    if (!bounds) return std::nullopt;
    std::vector<Activity> found;
    if (bounds->nothing) return found;
    for (std::size_t begin = 0; begin < agents.size(); begin += agents_in_one) {
      const auto end = std::min(begin + agents_in_one, agents.size());
      auto more = of_some(session, *bounds, {agents.data() + begin, end - begin});
      found.insert(found.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
      std::sort(found.begin(), found.end(), newer);
      if (std::ssize(found) < window.limit) continue;
      found.resize(static_cast<std::size_t>(window.limit));
      // Other agents count with what is newer than all these.
      if (!found.empty()) bounds->from = found.back().created_at;
    }
    return found;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<ActivityStore::Page> ActivityStore::of_all(Call call, std::function<bool(const std::string&)> shows,
                                                Window window) {
  constexpr std::int64_t at_once = 1'000;
  auto job = [&](db::Session& session) -> Page {
    auto bounds = bounds_of(session, window);
    if (!bounds) return std::nullopt;
    std::vector<Activity> found;
    if (bounds->nothing) return found;
    if (shows) bounds->limit = at_once;
    for (;;) {
      auto some = of_every(session, *bounds);
      const bool last = !shows || std::ssize(some) < at_once;
      if (!some.empty()) bounds->stand_behind(some.back());
      for (auto& row : some) {
        if (shows && !shows(row.agent_name)) continue;
        found.push_back(std::move(row));
        if (std::ssize(found) == window.limit) return found;
      }
      if (last) return found;
    }
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<Extent> ActivityStore::extent(Call call, std::function<bool(const std::string&)> shows, Window window) {
  window.before.reset();
  window.limit = most_counted;
  auto job = [&](db::Session& session) {
    Extent extent;
    auto bounds = bounds_of(session, window).value_or(Bounds{});
    if (bounds.nothing) return extent;
    std::int64_t looked_at = 0;
    for (const auto& [agent, count] : counts_of(session, bounds)) {
      looked_at += count;
      if (!shows || shows(agent)) extent.total += count;
    }
    extent.counted_all = looked_at < most_counted;
    if (!window.from) return extent;
    bounds.limit = 1'000;
    extent.open = open_before(session, bounds);
    bounds.limit = most_looked_back;
    extent.reaching = reaching_into(session, bounds);
    for (auto* rows : {&extent.open, &extent.reaching}) {
      if (shows) std::erase_if(*rows, [&](const Activity& row) { return !shows(row.agent_name); });
    }
    return extent;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<std::string>> ActivityStore::agents_of(Call call, std::int64_t user_id,
                                                        std::optional<std::string> email) {
  auto job = [&](db::Session& session) {
    std::vector<std::string> names;
    auto query = session.query(
        "SELECT agent_name FROM agent_ownership WHERE owner_id = :a UNION SELECT s.agent_name FROM agent_sharing s "
        "JOIN agent_ownership o ON o.agent_name = s.agent_name WHERE s.shared_with_email = lower(:b)",
        user_id, email);
    for (auto& [name] : query.all<std::string>()) names.push_back(std::move(name));
    return names;
  };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::activities
