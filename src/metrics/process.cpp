#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

namespace trinity::metrics {

namespace {

/// The fields of /proc/self/stat that are used, counted from 1 as its manual does.
constexpr int first_after_name = 3;
constexpr int threads_field = 20;
constexpr int start_field = 22;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void read_stat(ProcessFigures& figures) {
  std::ifstream in("/proc/self/stat");
  std::string line;
  std::getline(in, line);
  // The name stands in brackets and may hold anything.
  const auto end = line.rfind(')');
  if (end == std::string::npos) return;
  std::istringstream fields(line.substr(end + 1));
  double start_ticks = 0;
  std::string field;
  for (int i = first_after_name; i <= start_field && fields >> field; ++i) {
    if (i == threads_field) figures.threads = std::strtoull(field.c_str(), nullptr, 10);
    if (i == start_field) start_ticks = std::strtod(field.c_str(), nullptr);
  }
  double since_boot = 0;
  std::ifstream("/proc/uptime") >> since_boot;
  if (start_ticks <= 0 || since_boot <= 0) return;
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  figures.started_seconds = now - since_boot + start_ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures;
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> total >> resident) {
    figures.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    figures.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  std::error_code fault;
  for (std::filesystem::directory_iterator at("/proc/self/fd", fault), end; !fault && at != end; at.increment(fault)) {
    ++figures.open_files;
  }
  read_stat(figures);
  return figures;
}

}  // namespace trinity::metrics
