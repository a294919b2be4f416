#pragma once
#include "base/ring.h"
#include "fleet/types.h"
#include "metering/host.h"

namespace trinity::fleet {

/// Samples the machine once for all who look: often while somebody does, seldom otherwise, so that the history is there
/// when somebody comes. No timers: the fleet drives it. Fleet's thread only.
class HostMeter {
 public:
  struct Pace {
    std::chrono::milliseconds watched{2'000};
    std::chrono::milliseconds idle{10'000};
  };
  HostMeter(metering::HostPaths paths, Pace pace) : reader_(std::move(paths)), pace_(pace) {}

  /// Shown to one more, or one less.
  void watch(int delta);
  /// Null when nothing is due.
  [[nodiscard]] HostFiguresPtr sample(SteadyTime at, Time wall);

 private:
  metering::HostReader reader_;
  Pace pace_;
  int watchers_ = 0;
  SteadyTime next_{};
  Ring<HostPoint> history_{60};
};

}  // namespace trinity::fleet
