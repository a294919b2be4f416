#include "fleet/host_meter.h"

namespace trinity::fleet {

namespace {

/// Points of the history are at least this far apart, so that 60 of them cover five minutes.
constexpr std::int64_t history_step_ms = 4'900;

}  // namespace

void HostMeter::watch(int delta) {
  watchers_ += delta;
  if (delta > 0) next_ = SteadyTime{};
}

HostFiguresPtr HostMeter::sample(SteadyTime at, Time wall) {
  if (at < next_) return nullptr;
  // The first figure of the processor is the mean since the machine's start, no point of a history.
  const bool first = next_ == SteadyTime{} && history_.empty() && watchers_ == 0;
  next_ = at + (watchers_ > 0 ? pace_.watched : pace_.idle);
  auto figures = std::make_shared<HostFigures>();
  figures->sample = reader_.read(wall);
  const auto at_ms = epoch_ms(wall);
  if (!first && (history_.empty() || at_ms - history_.back().at_ms >= history_step_ms)) {
    const auto& sample = figures->sample;
    history_.push({at_ms, sample.cpu_percent, sample.memory_percent(), sample.disk_percent});
  }
  figures->history.reserve(history_.size());
  for (std::size_t i = 0; i < history_.size(); ++i) figures->history.push_back(history_[i]);
  return figures;
}

}  // namespace trinity::fleet
