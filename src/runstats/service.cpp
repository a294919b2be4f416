#include "runstats/service.h"

#include "json/encode.h"

namespace trinity::runstats {

namespace {

std::string listed(json::array rows) {
  return json::write(json::object{{"agents", std::move(rows)}});
}

/// Of two containers with one name the newer one counts.
bool shows(const fleet::Snapshot& snapshot, std::size_t place, const Caller& caller) {
  const auto& agent = *snapshot.entries[place].agent;
  return snapshot.place_of(agent.name).value_or(place) == place && fleet::can_read(agent, caller);
}

}  // namespace

void FigureService::load(Call call) {
  take(store_.load(call, now() - ExecutionFigures::window));
}

Task<> FigureService::reload(Call call) {
  std::function<void(const FigureStore::Loaded&)> loaded = [this](const FigureStore::Loaded& read) { take(read); };
  co_await store_.reload(call, now() - ExecutionFigures::window, std::move(loaded));
}

void FigureService::take(const FigureStore::Loaded& loaded) {
  executions_.load(loaded.records);
  contexts_.load(loaded.newest);
}

void FigureService::forget(const std::string& agent) {
  const auto at = now();
  executions_.forget(agent, at);
  contexts_.forget(agent, at);
}

Task<std::string> FigureService::execution_stats(Call call, agents::CallerPtr caller, std::chrono::hours back) {
  const auto snapshot = co_await lookup_.snapshot();
  const auto at = now();
  json::array rows;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < snapshot->entries.size(); ++i) {
    if (!shows(*snapshot, i, *caller)) continue;
    const auto& name = snapshot->entries[i].agent->name;
    names.push_back(name);
    if (back > ExecutionFigures::window) continue;
    if (const auto made = executions_.stats(name, at, back)) rows.push_back(json::encode(*made));
  }
  if (back <= ExecutionFigures::window || names.empty()) co_return listed(std::move(rows));
  std::optional<std::vector<std::string>> only;
  if (names.size() <= FigureStore::most_named) only = names;
  const auto stored = co_await store_.since(call, at - back, std::move(only));
  for (const auto& made : stored) {
    const auto* entry = snapshot->find(made.name);
    if (entry != nullptr && fleet::can_read(*entry->agent, *caller)) rows.push_back(json::encode(made));
  }
  co_return listed(std::move(rows));
}

Task<std::string> FigureService::context_stats(agents::CallerPtr caller) {
  const auto snapshot = co_await lookup_.snapshot();
  const auto at = now();
  json::array rows;
  for (std::size_t i = 0; i < snapshot->entries.size(); ++i) {
    if (!shows(*snapshot, i, *caller)) continue;
    const auto& agent = *snapshot->entries[i].agent;
    auto row = contexts_.row(agent, at).value_or(json::object{});
    row["status"] = agent.status;
    rows.push_back(std::move(row));
  }
  co_return listed(std::move(rows));
}

}  // namespace trinity::runstats
