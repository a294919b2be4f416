#include "pressure/words.h"

#include <algorithm>
#include <cmath>

namespace trinity::pressure {

namespace {

namespace json = boost::json;

double one_decimal(double value) noexcept {
  return std::round(value * 10) / 10;
}

json::value rounded(const std::optional<double>& value) {
  return value ? json::value(one_decimal(*value)) : json::value(nullptr);
}

/// Stall figures have two decimals, as the kernel gives them.
json::value fine(const std::optional<double>& value) {
  return value ? json::value(std::round(*value * 100) / 100) : json::value(nullptr);
}

json::value whole(const std::optional<double>& value) {
  return value ? json::value(static_cast<std::int64_t>(std::llround(std::min(*value, 9e15)))) : json::value(nullptr);
}

json::value count(const std::optional<std::uint64_t>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::object cpu_object(const fleet::Figures* figures, const fleet::Pressure& pressure) {
  return json::object{{"percent", figures ? json::value(one_decimal(figures->sample.cpu_percent)) : nullptr},
                      {"limit_cores", fine(pressure.cpu_limit)},
                      {"throttled_percent", rounded(pressure.throttled_percent)},
                      {"throttled_ms_per_s", rounded(pressure.throttled_ms_per_s)},
                      {"some_avg10", fine(pressure.cpu.some_avg10)},
                      {"full_avg10", fine(pressure.cpu.full_avg10)}};
}

/// An agent without a limit may take what the machine has: its percentage is of that.
json::object memory_object(const fleet::Agent& agent, const fleet::Figures* figures, const fleet::Pressure& pressure) {
  const bool limited = figures && agent.memory_limit > 0 && figures->sample.memory_limit > 0;
  return json::object{{"used_bytes", figures ? json::value(figures->sample.memory_bytes) : nullptr},
                      {"limit_bytes", limited ? json::value(figures->sample.memory_limit) : nullptr},
                      {"percent", figures ? json::value(one_decimal(figures->sample.memory_percent)) : nullptr},
                      {"high_events", count(pressure.high_events)},
                      {"max_events", count(pressure.max_events)},
                      {"oom_events", count(pressure.oom_events)},
                      {"oom_kills", count(pressure.oom_kills)},
                      {"some_avg10", fine(pressure.memory.some_avg10)},
                      {"full_avg10", fine(pressure.memory.full_avg10)}};
}

json::value turn_value(const executions::TurnWaits& turn) {
  json::value tool(nullptr);
  if (turn.tool) tool = json::object{{"name", turn.tool->name}, {"input_summary", turn.tool->input_summary}};
  return json::object{{"execution_id", turn.execution_id},
                      {"started_at", format_z(turn.started_at)},
                      {"elapsed_ms", turn.elapsed.count()},
                      {"model_wait_ms", turn.model_wait.count()},
                      {"tool_wait_ms", turn.tool_wait.count()},
                      {"own_ms", turn.own.count()},
                      {"now", executions::word_of(turn.now)},
                      {"now_since", format_z(turn.now_since)},
                      {"tool", std::move(tool)}};
}

/// Only what runs has figures.
const fleet::Figures* figures_of(const fleet::Agent& agent, const fleet::Figures* figures) noexcept {
  return agent.status == "running" ? figures : nullptr;
}

}  // namespace

std::optional<Time> sampled_at(const fleet::Agent& agent, const fleet::Figures* figures) {
  const auto* shown = figures_of(agent, figures);
  if (!shown) return std::nullopt;
  return shown->pressure ? std::min(shown->pressure->at, shown->sample.at) : shown->sample.at;
}

json::object pressure_object(const fleet::Agent& agent, const fleet::Figures* figures,
                             const std::optional<executions::TurnWaits>& turn) {
  const auto* shown = figures_of(agent, figures);
  const fleet::Pressure none;
  const auto& pressure = shown && shown->pressure ? *shown->pressure : none;
  const auto& network = shown ? shown->network : std::nullopt;
  const auto at = sampled_at(agent, figures);
  const auto rate = [](const std::optional<fleet::NetworkRates>& rates, auto pick) {
    return rates ? whole(pick(*rates)) : json::value(nullptr);
  };
  return json::object{
      {"name", agent.name},
      {"status", agent.status},
      {"sampled_at", at ? json::value(format_z(*at)) : json::value(nullptr)},
      {"cpu", cpu_object(shown, pressure)},
      {"memory", memory_object(agent, shown, pressure)},
      {"disk", json::object{{"read_bytes_per_s", whole(pressure.read_bytes_per_s)},
                            {"write_bytes_per_s", whole(pressure.write_bytes_per_s)},
                            {"some_avg10", fine(pressure.io.some_avg10)},
                            {"full_avg10", fine(pressure.io.full_avg10)}}},
      {"network", json::object{{"rx_bytes_per_s", rate(network, [](const auto& rates) { return rates.received; })},
                               {"tx_bytes_per_s", rate(network, [](const auto& rates) { return rates.sent; })}}},
      {"turn", turn && agent.status == "running" ? turn_value(*turn) : json::value(nullptr)},
  };
}

}  // namespace trinity::pressure
