#include "metering/cgroup_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "metering/metering.h"

namespace trinity::metering {

namespace {

constexpr std::uint64_t unlimited = 1ULL << 60U;
constexpr std::size_t id_digits = 64;

/// Takes the first line off `text`.
std::string_view take_line(std::string_view& text) noexcept {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view skip_spaces(std::string_view text) noexcept {
  const auto start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

/// Whether the comma-separated `list` names `word`.
bool names(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const auto end = list.find(',');
    if (list.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
  return false;
}

/// A percentage like "12.34" behind `key` and "=" in a line of pressure stall information.
std::optional<double> percent_in(std::string_view line, std::string_view key) noexcept {
  const auto at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto text = line.substr(at + key.size());
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc() || !(value >= 0 && value <= 100)) return std::nullopt;
  return value;
}

bool carries_id(std::string_view part) noexcept {
  std::size_t run = 0;
  for (const char c : part) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    run = hex ? run + 1 : 0;
    if (run == id_digits) return true;
  }
  return false;
}

}  // namespace

std::optional<std::uint64_t> leading_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_of(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return leading_number(skip_spaces(line.substr(key.size())));
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> limit_of(std::string_view text) noexcept {
  const auto value = leading_number(text);
  return value && *value < unlimited ? value : std::nullopt;
}

Traffic traffic_of(std::string_view text) noexcept {
  Traffic sum;
  while (!text.empty()) {
    const auto line = skip_spaces(take_line(text));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.substr(0, colon) == "lo") continue;
    // Behind the name: bytes and seven other figures received, then bytes sent.
    auto fields = skip_spaces(line.substr(colon + 1));
    const auto received = leading_number(fields);
    for (int i = 0; i < 8; ++i) {
      fields = skip_spaces(fields.substr(std::min(fields.find_first_of(" \t"), fields.size())));
    }
    const auto sent = leading_number(fields);
    if (!received || !sent) continue;
    sum.received += *received;
    sum.sent += *sent;
  }
  return sum;
}

std::optional<Throttling> throttling_of(std::string_view text, std::string_view key,
                                        std::uint64_t nanoseconds) noexcept {
  const auto periods = number_of(text, "nr_periods");
  const auto throttled = number_of(text, "nr_throttled");
  const auto time = number_of(text, key);
  if (!periods || !throttled || !time) return std::nullopt;
  return Throttling{*periods, *throttled, *time * nanoseconds};
}

std::optional<double> cores_of(std::optional<std::uint64_t> share, std::optional<std::uint64_t> period) noexcept {
  if (!share || !period || *share == 0 || *period == 0) return std::nullopt;
  return static_cast<double>(*share) / static_cast<double>(*period);
}

std::optional<double> cpu_max_of(std::string_view text) noexcept {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return cores_of(leading_number(text), leading_number(text.substr(space + 1)));
}

Stall stall_of(std::string_view text) noexcept {
  Stall stall;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with("some ")) stall.some_avg10 = percent_in(line, " avg10=");
    if (line.starts_with("full ")) stall.full_avg10 = percent_in(line, " avg10=");
  }
  return stall;
}

DiskBytes io_bytes_of(std::string_view text) noexcept {
  const auto bytes = [](std::string_view line, std::string_view key) {
    const auto at = line.find(key);
    return at == std::string_view::npos ? 0 : leading_number(line.substr(at + key.size())).value_or(0);
  };
  DiskBytes sum;
  while (!text.empty()) {
    const auto line = take_line(text);
    sum.read += bytes(line, " rbytes=");
    sum.written += bytes(line, " wbytes=");
  }
  return sum;
}

std::optional<DiskBytes> service_bytes_of(std::string_view text) noexcept {
  DiskBytes sum;
  bool found = false;
  while (!text.empty()) {
    auto line = take_line(text);
    // "8:0 Read 4096"; the sum over devices, "Total 4096", has no device in front.
    const auto device = line.find(' ');
    if (device == std::string_view::npos) continue;
    line.remove_prefix(device + 1);
    const bool read = line.starts_with("Read ");
    if (!read && !line.starts_with("Write ")) continue;
    const auto bytes = leading_number(line.substr(line.find(' ') + 1));
    if (!bytes) continue;
    found = true;
    (read ? sum.read : sum.written) += *bytes;
  }
  return found ? std::optional(sum) : std::nullopt;
}

std::optional<DiskBytes> process_bytes_of(std::string_view text) noexcept {
  const auto read = number_of(text, "read_bytes:");
  const auto written = number_of(text, "write_bytes:");
  if (!read || !written) return std::nullopt;
  return DiskBytes{*read, *written};
}

std::optional<std::uint64_t> take_process(std::string_view& text) noexcept {
  while (!text.empty()) {
    if (const auto number = leading_number(take_line(text))) return number;
  }
  return std::nullopt;
}

bool lists_process(std::string_view text, std::int64_t pid) noexcept {
  while (!text.empty()) {
    const auto number = leading_number(take_line(text));
    if (number && std::cmp_equal(*number, pid)) return true;
  }
  return false;
}

std::string container_path(std::string_view path) {
  std::size_t end = path.size();
  while (end > 0) {
    const auto slash = path.rfind('/', end - 1);
    const auto start = slash == std::string_view::npos ? 0 : slash + 1;
    if (carries_id(path.substr(start, end - start))) return std::string(path.substr(0, end));
    end = slash == std::string_view::npos ? 0 : slash;
  }
  return std::string(path);
}

CgroupPlace parse_cgroup(std::string_view text) {
  CgroupPlace place;
  while (!text.empty()) {
    auto line = take_line(text);
    const auto number_end = line.find(':');
    if (number_end == std::string_view::npos) continue;
    const auto list_end = line.find(':', number_end + 1);
    if (list_end == std::string_view::npos) continue;
    const auto list = line.substr(number_end + 1, list_end - number_end - 1);
    // A removed cgroup is marked behind its path.
    auto path = line.substr(list_end + 1);
    if (path.ends_with(" (deleted)")) path.remove_suffix(std::string_view(" (deleted)").size());
    if (line.substr(0, number_end) == "0" && list.empty()) place.unified_path = path;
    if (names(list, "cpuacct")) place.cpu = path;
    if (names(list, "cpu")) place.scheduler = path;
    if (names(list, "blkio")) place.disk = path;
    if (names(list, "memory")) place.memory = path;
    if (names(list, "pids")) place.pids = path;
  }
  place.unified = !place.unified_path.empty() && place.cpu.empty() && place.memory.empty() && place.pids.empty();
  return place;
}

}  // namespace trinity::metering
