#include "agentd/board/board.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/parse.hpp>

#include "agentd/board/dashboard_rules.h"
#include "agentd/template_file.h"
#include "json/encode.h"
#include "yaml/yaml.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using boost::json::value;

constexpr int kUsualRefresh = 30;
constexpr std::size_t kMostLevels = 64;

std::vector<std::filesystem::path> places_of(const Config& config, const char* name) {
  return {config.home / name, config.home / "workspace" / name};
}

WrittenFile::Parsed values_of(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMostLevels;
  boost::system::error_code fault;
  auto parsed = boost::json::parse(text, fault, {}, options);
  if (fault) return std::unexpected("not JSON: " + fault.message());
  if (!parsed.is_object()) return std::unexpected(std::string("not one flat object"));
  return parsed;
}

object no_metrics(std::string message) {
  return {{"has_metrics", false}, {"message", std::move(message)}};
}

object no_dashboard(std::string fault) {
  return {{"has_dashboard", false}, {"config", nullptr}, {"last_modified", nullptr}, {"error", std::move(fault)}};
}

/// The parser's own words begin otherwise.
std::string dashboard_fault(const std::string& fault) {
  constexpr std::string_view theirs = "yaml-cpp: error";
  if (fault.starts_with(theirs)) return "YAML parse error" + fault.substr(theirs.size());
  return "Failed to read dashboard.yaml: " + fault;
}

}  // namespace

Board::Board(const Config& config, BlockingPool& pool)
    : config_(config),
      pool_(pool),
      metrics_(places_of(config, "metrics.json"), true, values_of, pool),
      dashboard_(places_of(config, "dashboard.yaml"), false, yaml::to_json, pool) {}

Task<object> Board::metrics() {
  auto read = [this] { return first_template(config_); };
  const auto found = co_await pool_.run(std::move(read));
  if (!found) co_return no_metrics("No template.yaml found");
  if (!found->root) co_return no_metrics("Failed to read template.yaml: " + found->root.error());
  const auto* root = found->root->if_object();
  const auto* definitions = root != nullptr ? root->if_contains("metrics") : nullptr;
  if (definitions == nullptr || !definitions->is_array() || definitions->get_array().empty()) {
    co_return no_metrics("No metrics defined in template.yaml");
  }
  const auto seen = co_await metrics_.look();
  auto values = seen.content ? seen.content->get_object() : object();
  value last_updated;
  if (const auto* told = values.if_contains("last_updated"); told != nullptr && told->is_string()) last_updated = *told;
  values.erase("last_updated");
  object card{{"has_metrics", true},
              {"definitions", *definitions},
              {"values", std::move(values)},
              {"last_updated", std::move(last_updated)}};
  if (!seen.fault.empty()) card["error"] = fmt::format("{}: {}", seen.path.filename().string(), seen.fault);
  co_return card;
}

Task<object> Board::dashboard() {
  const auto seen = co_await dashboard_.look();
  if (seen.path.empty()) {
    co_return no_dashboard(
        fmt::format("No dashboard.yaml found in {0}/ or {0}/workspace/", config_.home.lexically_normal().string()));
  }
  const auto faults =
      seen.content && !seen.content->is_null() ? dashboard_faults(*seen.content) : std::vector<std::string>();
  const bool shown = seen.content && !seen.content->is_null() && faults.empty();
  if (!shown && !seen.fault.empty()) co_return no_dashboard(dashboard_fault(seen.fault));
  if (seen.content->is_null()) co_return no_dashboard("dashboard.yaml is empty");
  if (!shown) co_return no_dashboard(fmt::format("Validation errors: {}", fmt::join(faults, "; ")));
  auto config = seen.content->get_object();
  if (const auto* refresh = config.if_contains("refresh"); refresh == nullptr || refresh->is_null()) {
    config["refresh"] = kUsualRefresh;
  }
  co_return object{{"has_dashboard", true},
                   {"config", std::move(config)},
                   {"last_modified", format_z(seen.modified)},
                   {"error", seen.fault.empty() ? value(nullptr) : value(dashboard_fault(seen.fault))}};
}

}  // namespace trinity::agentd
