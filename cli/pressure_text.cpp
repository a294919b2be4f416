#include "cli/pressure_text.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cli/quantity.h"
#include "cli/terminal.h"

namespace trinity::cli {

namespace {

const json::object& part_of(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : none;
}

std::optional<double> number_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const auto number = found->to_number<double>();
  return std::isfinite(number) ? std::optional(std::min(std::abs(number), 9e15)) : std::nullopt;
}

template <class Words>
std::string told(const std::optional<double>& number, Words words) {
  return number ? std::string(words(*number)) : "-";
}

std::string percent_in(const json::object& from, std::string_view name) {
  return told(number_in(from, name), percent_text);
}

std::string bytes_in(const json::object& from, std::string_view name) {
  return told(number_in(from, name), [](double bytes) { return bytes_text(static_cast<std::int64_t>(bytes)); });
}

std::string rate_in(const json::object& from, std::string_view name) {
  return told(number_in(from, name), [](double bytes) { return bytes_text(static_cast<std::int64_t>(bytes)) + "/s"; });
}

std::string count_in(const json::object& from, std::string_view name) {
  return told(number_in(from, name), [](double count) { return fmt::format("{:.0f}", count); });
}

std::string time_in(const json::object& from, std::string_view name) {
  return told(number_in(from, name), [](double ms) {
    return ms < 60'000 ? fmt::format("{:.1f}s", ms / 1000)
                       : duration_text(std::chrono::seconds(static_cast<std::int64_t>(ms / 1000)));
  });
}

/// Of the last ten seconds: somebody waited, everybody waited.
std::string stall_of(const json::object& from) {
  return fmt::format("waiting {} (all of it {})", percent_in(from, "some_avg10"), percent_in(from, "full_avg10"));
}

std::string turn_text(const json::object& turn) {
  if (turn.empty()) return "no turn is running";
  auto text = fmt::format("{}: model {}, tools {}, start {}; now {}", time_in(turn, "elapsed_ms"),
                          time_in(turn, "model_wait_ms"), time_in(turn, "tool_wait_ms"), time_in(turn, "own_ms"),
                          text_of(turn, "now"));
  const auto& tool = part_of(turn, "tool");
  if (!tool.empty()) text += fmt::format(" {} {}", text_of(tool, "name"), text_of(tool, "input_summary"));
  return harmless(text, false);
}

}  // namespace

std::string pressure_text(const json::object& pressure) {
  const auto& cpu = part_of(pressure, "cpu");
  const auto& memory = part_of(pressure, "memory");
  const auto& disk = part_of(pressure, "disk");
  const auto& network = part_of(pressure, "network");
  const auto limit = number_in(cpu, "limit_cores");
  std::string text = fmt::format("{}  {}\n", text_of(pressure, "name"), text_of(pressure, "status"));
  text += fmt::format("CPU      {} of {}; held back in {} of its periods; {}\n", percent_in(cpu, "percent"),
                      limit ? fmt::format("{:g} cores", *limit) : "all cores", percent_in(cpu, "throttled_percent"),
                      stall_of(cpu));
  text += fmt::format("Memory   {} of {} ({}); at the limit {} times, {} processes killed; {}\n",
                      bytes_in(memory, "used_bytes"), bytes_in(memory, "limit_bytes"), percent_in(memory, "percent"),
                      count_in(memory, "max_events"), count_in(memory, "oom_kills"), stall_of(memory));
  text += fmt::format("Disk     reads {}, writes {}; {}\n", rate_in(disk, "read_bytes_per_s"),
                      rate_in(disk, "write_bytes_per_s"), stall_of(disk));
  text += fmt::format("Network  receives {}, sends {}\n", rate_in(network, "rx_bytes_per_s"),
                      rate_in(network, "tx_bytes_per_s"));
  text += fmt::format("Turn     {}\n", turn_text(part_of(pressure, "turn")));
  return text;
}

}  // namespace trinity::cli
