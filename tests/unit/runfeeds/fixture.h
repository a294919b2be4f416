#pragma once
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "executions/news.h"
#include "fleet/agent.h"
#include "live/feed.h"
#include "runfeeds/inbox.h"

namespace trinity::runfeeds::testing {

using executions::Execution;
using executions::RunNews;
using std::chrono::milliseconds;

inline live::Moment at(milliseconds since) {
  return {Time{} + std::chrono::hours(500'000) + since, SteadyTime{} + std::chrono::hours(1) + since};
}

inline std::string entry(int n) {
  return R"({"type":"assistant","n":)" + std::to_string(n) + "}";
}

inline std::vector<std::string> entries(int from, int count) {
  std::vector<std::string> made;
  for (int i = 0; i < count; ++i) made.push_back(entry(from + i));
  return made;
}

/// Names and contents of events.
using Told = std::vector<std::pair<std::string, boost::json::object>>;
inline Told told(const std::vector<live::Event>& events) {
  Told made;
  for (const auto& event : events) {
    made.emplace_back(event.name,
                      event.data.empty() ? boost::json::object() : boost::json::parse(event.data).as_object());
  }
  return made;
}
inline std::vector<std::string> names(const Told& events) {
  std::vector<std::string> made;
  for (const auto& [name, data] : events) made.push_back(name.empty() ? "(whole)" : name);
  return made;
}

inline Execution record(const std::string& id, const std::string& status = "running") {
  Execution made;
  made.id = id;
  made.agent_name = "bot";
  made.status = status;
  made.started_at = "2026-01-10T10:30:00.000";
  made.message = "do " + id;
  made.triggered_by = "manual";
  if (status != "running") made.response = "done " + id;
  return made;
}

inline RunNews news(RunNews::Kind kind, const std::string& run, std::optional<Execution> of = std::nullopt) {
  RunNews made;
  made.kind = kind;
  made.agent = "bot";
  made.run = run;
  if (of) made.record = std::make_shared<const Execution>(std::move(*of));
  return made;
}

inline executions::QueuedExecution queued(std::string message, std::string status, std::string record = "") {
  executions::QueuedExecution made;
  made.id = "q";
  made.agent_name = "bot";
  made.source = "user";
  made.message = std::move(message);
  made.status = std::move(status);
  if (!record.empty()) made.execution_id = std::move(record);
  return made;
}

inline RunNews queue_news(bool busy, std::vector<executions::QueuedExecution> waiting = {}) {
  auto queue = std::make_shared<executions::QueueStatus>();
  queue->agent_name = "bot";
  queue->is_busy = busy;
  if (busy) queue->current_execution = queued("the one that runs", "running");
  queue->queued_executions = std::move(waiting);
  queue->queue_length = static_cast<std::int64_t>(queue->queued_executions.size());
  RunNews made;
  made.kind = RunNews::Kind::queue;
  made.agent = "bot";
  made.queue = std::move(queue);
  return made;
}

/// A fleet with one agent that runs.
inline fleet::Snapshot fleet_with_bot(const std::string& address = "127.0.0.1") {
  auto agent = std::make_shared<fleet::Agent>();
  agent->name = "bot";
  agent->container_id = "c";
  agent->status = "running";
  agent->address = address;
  fleet::Snapshot snapshot;
  snapshot.entries.push_back({agent, nullptr});
  snapshot.by_name = fleet::index_of(snapshot.entries);
  return snapshot;
}

}  // namespace trinity::runfeeds::testing
