#include "metrics/families.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace trinity::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

MetricFamily& family(Families& into, std::string name, std::string help, MetricType type) {
  auto& made = into.emplace_back();
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

void put(MetricFamily& into, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (into.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  into.metric.push_back(std::move(metric));
}

void counter(Families& into, std::string name, std::string help, double value) {
  put(family(into, std::move(name), std::move(help), MetricType::Counter), value);
}

void gauge(Families& into, std::string name, std::string help, double value) {
  put(family(into, std::move(name), std::move(help), MetricType::Gauge), value);
}

double seconds(std::chrono::duration<double> time) {
  return time.count();
}

Labels labels_of(const http::Traffic::Line& line) {
  return {{"method", line.method}, {"route", line.route}};
}

void add_requests(Families& into, const std::vector<http::Traffic::Line>& lines) {
  auto& requests =
      family(into, "trinity_http_requests_total", "Answers by route, method and class of status.", MetricType::Counter);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.by_class.size(); ++i) {
      if (line.by_class[i] == 0) continue;
      auto labels = labels_of(line);
      labels.push_back({"status", fmt::format("{}xx", i + 1)});
      put(requests, static_cast<double>(line.by_class[i]), std::move(labels));
    }
  }
}

void put_durations(MetricFamily& into, const Durations& durations, Labels labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  auto& histogram = metric.histogram;
  for (std::size_t i = 0; i < durations.by_class.size(); ++i) {
    histogram.sample_count += durations.by_class[i];
    if (i < Durations::bounds.size())
      histogram.bucket.push_back({histogram.sample_count, seconds(Durations::bounds[i])});
  }
  histogram.sample_sum = seconds(durations.total);
  into.metric.push_back(std::move(metric));
}

void add_durations(Families& into, const std::vector<http::Traffic::Line>& lines) {
  auto& durations = family(into, "trinity_http_request_duration_seconds",
                           "From a request's head to its answer, by route and method.", MetricType::Histogram);
  for (const auto& line : lines) put_durations(durations, line.durations, labels_of(line));
}

void add_costs(Families& into, const std::vector<http::Traffic::Line>& lines) {
  auto& sql = family(into, "trinity_http_sql_statements_total", "SQL statements that requests of a route ran.",
                     MetricType::Counter);
  for (const auto& line : lines) put(sql, static_cast<double>(line.sql), labels_of(line));
  auto& engine = family(into, "trinity_http_engine_calls_total",
                        "Container engine calls that requests of a route made.", MetricType::Counter);
  for (const auto& line : lines) put(engine, static_cast<double>(line.engine), labels_of(line));
}

}  // namespace

void add_traffic(Families& into, const std::vector<http::Traffic::Line>& lines,
                 const http::Traffic::Connections& connections) {
  add_requests(into, lines);
  add_durations(into, lines);
  add_costs(into, lines);
  gauge(into, "trinity_http_connections", "Open connections, WebSockets included.",
        static_cast<double>(connections.open));
  counter(into, "trinity_http_connections_total", "Connections that were accepted.",
          static_cast<double>(connections.accepted));
  counter(into, "trinity_http_connections_refused_total", "Connections that were closed at once: too many were open.",
          static_cast<double>(connections.refused));
}

void add_statements(Families& into, const std::vector<db::Statements::Line>& lines) {
  auto& durations = family(into, "trinity_sql_statement_duration_seconds",
                           "SQL statements by name, of requests and of background jobs.", MetricType::Histogram);
  for (const auto& line : lines) put_durations(durations, line.durations, {{"statement", line.name}});
  auto& failed =
      family(into, "trinity_sql_statement_failures_total", "SQL statements that failed, by name.", MetricType::Counter);
  for (const auto& line : lines) put(failed, static_cast<double>(line.failed), {{"statement", line.name}});
}

void add_engine_calls(Families& into, const std::vector<EngineCalls::Line>& lines) {
  auto& durations =
      family(into, "trinity_engine_call_duration_seconds",
             "Container engine calls by kind, of requests and of the fleet; a stream counts until it is open.",
             MetricType::Histogram);
  for (const auto& line : lines) put_durations(durations, line.durations, {{"call", std::string(line.kind)}});
  auto& failed = family(into, "trinity_engine_call_failures_total",
                        "Container engine calls that failed, by kind and fault.", MetricType::Counter);
  for (const auto& line : lines) {
    for (const auto& [fault, n] : line.failed)
      put(failed, static_cast<double>(n), {{"call", std::string(line.kind)}, {"fault", std::string(fault)}});
  }
}

void add_fleet(Families& into, const fleet::Snapshot& snapshot, const fleet::Fleet::Sampling& sampling, SteadyTime at) {
  gauge(into, "trinity_fleet_snapshot_epoch", "Number of the snapshot that reads are served from.",
        static_cast<double>(snapshot.epoch));
  const bool ever = snapshot.engine.confirmed_at != SteadyTime{};
  // Before the engine's first answer there is no age; a made-up 0 would look healthy.
  if (ever) {
    gauge(into, "trinity_fleet_snapshot_age_seconds", "Since the engine last confirmed what the snapshot says.",
          std::max(0.0, seconds(at - snapshot.engine.confirmed_at)));
  }
  gauge(into, "trinity_engine_up", "1 while the container engine answers.", snapshot.engine.reachable ? 1 : 0);
  std::map<std::string, std::size_t> by_status;
  for (const auto& entry : snapshot.entries) ++by_status[entry.agent->status];
  auto& agents = family(into, "trinity_agents", "Agents by status.", MetricType::Gauge);
  for (const auto& [status, n] : by_status) put(agents, static_cast<double>(n), {{"status", status}});
  counter(into, "trinity_sampler_rounds_total", "Rounds of reading the containers' figures.",
          static_cast<double>(sampling.rounds));
  counter(into, "trinity_sampler_containers_total", "Containers read, over all rounds.",
          static_cast<double>(sampling.containers));
  counter(into, "trinity_sampler_seconds_total", "Processor time of those rounds, readings of pressure apart.",
          seconds(sampling.time));
  counter(into, "trinity_sampler_pressure_total", "Readings of what holds containers up.",
          static_cast<double>(sampling.pressures));
  counter(into, "trinity_sampler_pressure_seconds_total", "Processor time of those readings.",
          seconds(sampling.pressure_time));
}

void add_live(Families& into, const live::Hub::Counts& counts, std::uint64_t dropped) {
  gauge(into, "trinity_live_sockets", "Open live sockets.", static_cast<double>(counts.sockets));
  gauge(into, "trinity_live_channels", "Topics with an audience, by kind of viewer.",
        static_cast<double>(counts.channels));
  gauge(into, "trinity_live_subscriptions", "Subscriptions of all sockets.", static_cast<double>(counts.subscriptions));
  gauge(into, "trinity_live_unsent_bytes", "Bytes on their way to all live sockets.",
        static_cast<double>(counts.unsent_bytes));
  counter(into, "trinity_live_dropped_frames_total", "Frames that slow sockets lost; a new baseline makes up for them.",
          static_cast<double>(dropped));
}

void add_budgets(Families& into, const budgets::BudgetService::Figures& figures) {
  gauge(into, "trinity_spent_today_usd", "What runs of all agents have cost since 00:00 UTC.", figures.spent_today);
  gauge(into, "trinity_budgets", "Budgets that are set, that of all agents together included.",
        static_cast<double>(figures.limited));
  gauge(into, "trinity_runs_halted", "1 while all runs are stopped.", figures.halted ? 1 : 0);
  auto& refused = family(into, "trinity_runs_refused_total", "Runs that were refused, by reason.", MetricType::Counter);
  put(refused, static_cast<double>(figures.refused_by_halt), {{"reason", "halt"}});
  put(refused, static_cast<double>(figures.refused_by_budget), {{"reason", "budget"}});
}

void add_attention(Families& into, const attention::Board& board) {
  auto& agents = family(into, "trinity_agents_attention", "Agents that need a person, by reason; one may have several.",
                        MetricType::Gauge);
  for (const auto kind : attention::kinds)
    put(agents, static_cast<double>(board.counts.at(static_cast<std::size_t>(kind))),
        {{"kind", std::string(attention::word_of(kind))}});
}

void add_process(Families& into, const ProcessFigures& figures) {
  // Names that every Prometheus client uses.
  gauge(into, "process_resident_memory_bytes", "Memory of this process in RAM.",
        static_cast<double>(figures.resident_bytes));
  counter(into, "process_cpu_seconds_total", "Processor time, user and system.", figures.cpu_seconds);
  gauge(into, "process_open_fds", "Open file descriptors.", static_cast<double>(figures.open_files));
  gauge(into, "process_threads", "Threads.", static_cast<double>(figures.threads));
  gauge(into, "process_start_time_seconds", "When the process started, seconds since 1970.", figures.started_seconds);
}

std::string to_text(const Families& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace trinity::metrics
