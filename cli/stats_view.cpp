#include "cli/stats_view.h"

#include "cli/quantity.h"

namespace trinity::cli {

namespace {

constexpr double kTight = 75;
constexpr double kVeryTight = 90;

std::int64_t whole(const json::object& from, std::string_view field) {
  return static_cast<std::int64_t>(number_of(from, field));
}

Colour colour_of_share(double percent) {
  if (percent >= kVeryTight) return Colour::red;
  return percent >= kTight ? Colour::yellow : Colour::plain;
}

std::vector<Table::Column> columns_of(StatsView::Form form, bool row_by_row) {
  using enum Table::Align;
  const std::size_t name = row_by_row ? 24 : 0;
  const std::size_t figure = row_by_row ? 9 : 0;
  if (form == StatsView::Form::fleet) {
    return {{"NAME", left, name},
            {"CPU", right, figure},
            {"MEMORY", right, figure},
            {"LIMIT", right, figure},
            {"OF LIMIT", right}};
  }
  return {{"NAME", left, name},        {"STATUS", left, figure}, {"CPU", right, figure},
          {"MEMORY", right, figure},   {"LIMIT", right, figure}, {"OF LIMIT", right},
          {"RECEIVED", right, figure}, {"SENT", right, figure},  {"UPTIME", right, figure}};
}

/// CPU, memory, its limit and the share of it.
std::vector<Table::Cell> load_of(const json::object& figures) {
  const auto limit = whole(figures, "memory_limit_bytes");
  const auto share = number_of(figures, "memory_percent");
  return {{percent_text(number_of(figures, "cpu_percent"))},
          {bytes_text(whole(figures, "memory_used_bytes"))},
          {limit > 0 ? bytes_text(limit) : std::string()},
          {limit > 0 ? percent_text(share) : std::string(), colour_of_share(share)}};
}

std::vector<Table::Cell> row_of(StatsView::Form form, const std::string& name, const json::object& figures) {
  std::vector<Table::Cell> row{{name}};
  if (form == StatsView::Form::whole) {
    const auto status = text_of(figures, "status");
    const bool runs = status == "running";
    row.push_back({status, runs ? Colour::green : Colour::dim});
    if (!runs) return row;
  }
  for (auto& cell : load_of(figures)) row.push_back(std::move(cell));
  if (form == StatsView::Form::whole) {
    row.push_back({bytes_text(whole(figures, "network_rx_bytes"))});
    row.push_back({bytes_text(whole(figures, "network_tx_bytes"))});
    row.push_back({duration_text(std::chrono::seconds(whole(figures, "uptime_seconds")))});
  }
  return row;
}

}  // namespace

void StatsView::replace(const std::string& name, json::object figures) {
  figures["name"] = name;
  figures_[name] = std::move(figures);
}

void StatsView::merge(const std::string& name, const json::object& changes) {
  auto& known = figures_[name];
  for (const auto& [field, value] : changes) known[field] = value;
  known["name"] = name;
}

json::array StatsView::rows() const {
  json::array made;
  for (const auto& [name, figures] : figures_) made.push_back(figures);
  return made;
}

json::object StatsView::row(const std::string& name) const {
  const auto found = figures_.find(name);
  return found == figures_.end() ? json::object() : found->second;
}

Table StatsView::table() const {
  Table made(columns_of(form_, false));
  for (const auto& [name, figures] : figures_) made.add(row_of(form_, name, figures));
  return made;
}

Table StatsView::table_of(const std::string& name) const {
  Table made(columns_of(form_, true));
  const auto found = figures_.find(name);
  if (found != figures_.end()) made.add(row_of(form_, name, found->second));
  return made;
}

}  // namespace trinity::cli
