#pragma once
#include <string_view>

#include "base/clock.h"
#include "system/types.h"

namespace trinity::system {

/// What the program says about itself. Immutable; any thread.
class SystemInfo {
 public:
  /// `version`: content of the version file, trimmed here; `build_date`: BUILD_DATE. Empty ones read `unknown`.
  SystemInfo(std::string_view version, std::string_view build_date);

  /// Looks at nothing but the clock: whoever asks wants to know whether requests are served.
  [[nodiscard]] static Health health(Time at);
  [[nodiscard]] const VersionInfo& version() const noexcept { return version_; }

 private:
  VersionInfo version_;
};

}  // namespace trinity::system
