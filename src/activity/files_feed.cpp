#include "activity/files_feed.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "json/write.h"

namespace trinity::activity {

live::FeedManner FilesFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  // Who loses one gets a snapshot, which says "read the tree anew".
  manner.mergeable = true;
  return manner;
}

std::string FilesFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  return json::write(boost::json::object{{"name", agent_}});
}

std::vector<live::Event> FilesFeed::due(const fleet::Snapshot&, live::Moment at) {
  if (inbox_->empty()) return {};
  if (at.steady < next_at_) {
    again_(std::chrono::ceil<std::chrono::milliseconds>(next_at_ - at.steady));
    return {};
  }
  const auto changes = std::exchange(*inbox_, {});
  boost::json::array paths;
  paths.reserve(changes.paths.size());
  for (const auto& path : changes.paths) paths.emplace_back(path);
  next_at_ = at.steady + pace;
  return {{"agent_files_changed", json::write(boost::json::object{
                                      {"name", agent_}, {"paths", std::move(paths)}, {"overflow", changes.overflow}})}};
}

}  // namespace trinity::activity
