#include "activities/timeline.h"

#include <algorithm>
#include <unordered_set>

#include "base/errors.h"
#include "json/decode.h"

namespace trinity::activities {

namespace {

/// Up to here each agent's own rows are read; the rows of more are picked out of all.
constexpr std::size_t few = 200;

std::vector<Activity> taken(ActivityStore::Page page, const Window& window) {
  if (page) return std::move(*page);
  json::Faults faults;
  faults.add("value_error", {"query", "before"}, "No such activity", json::value(window.before.value_or("")));
  faults.check();
  return {};
}

std::function<bool(const std::string&)> one_of(const std::vector<std::string>& names) {
  return [among = std::unordered_set<std::string>(names.begin(), names.end())](const std::string& name) {
    return among.contains(name);
  };
}

}  // namespace

Task<std::vector<std::string>> Timeline::readable(CallerPtr caller) {
  const auto current = co_await lookup_.snapshot();
  std::vector<std::string> names;
  for (const auto& entry : current->entries) {
    if (fleet::can_read(*entry.agent, *caller)) names.push_back(entry.agent->name);
  }
  // While a container is being replaced two may have the same name.
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  co_return names;
}

Task<std::vector<Activity>> Timeline::of_names(Call call, std::vector<std::string> names, Window window) {
  ActivityStore::Page page;
  if (names.size() <= few) {
    page = co_await store_.of_agents(call, std::move(names), window);
  } else {
    auto shows = one_of(names);
    page = co_await store_.of_all(call, std::move(shows), window);
  }
  co_return taken(std::move(page), window);
}

Task<std::vector<Activity>> Timeline::shown(Call call, CallerPtr caller, Window window) {
  auto names = co_await readable(std::move(caller));
  co_return co_await of_names(call, std::move(names), std::move(window));
}

Task<Extent> Timeline::extent(Call call, CallerPtr caller, Window window) {
  const auto names = co_await readable(std::move(caller));
  auto shows = one_of(names);
  co_return co_await store_.extent(call, std::move(shows), std::move(window));
}

Task<std::vector<Activity>> Timeline::recorded(Call call, CallerPtr caller, Window window) {
  // What an agent reaches stands in the fleet's copy alone.
  if (caller->scope == Scope::agent_key) co_return co_await shown(call, caller, std::move(window));
  if (caller->is_admin() || caller->scope == Scope::system_key) {
    auto page = co_await store_.of_all(call, nullptr, window);
    co_return taken(std::move(page), window);
  }
  auto names = co_await store_.agents_of(call, caller->user_id, caller->email);
  co_return co_await of_names(call, std::move(names), std::move(window));
}

Task<> Timeline::check_reader(CallerPtr caller, std::string name) {
  co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
}

Task<std::vector<Activity>> Timeline::of_agent(Call call, CallerPtr caller, std::string name, Window window) {
  co_await check_reader(caller, name);
  std::vector<std::string> names{std::move(name)};
  co_return co_await of_names(call, std::move(names), std::move(window));
}

}  // namespace trinity::activities
