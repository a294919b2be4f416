#pragma once
#include <string>

#include "live/feed.h"
#include "live/operations.h"

namespace trinity::live {

/// Topic `user`: the session and the person behind it. Its events come through Hub::tell().
class UserFeed final : public Feed {
 public:
  /// `operations` outlives the feed.
  UserFeed(Identity viewer, const Operations& operations) : viewer_(std::move(viewer)), operations_(operations) {}

  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;

 private:
  Identity viewer_;
  const Operations& operations_;
};

/// The `data` of `session_update`.
[[nodiscard]] std::string session_data(const Identity& viewer);

}  // namespace trinity::live
