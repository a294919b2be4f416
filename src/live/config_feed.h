#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "live/feed.h"

namespace trinity::live {

/// What of an agent's configuration has changed.
enum class ConfigArea {
  sharing,
  permissions,
  credentials,
  folders,
  public_links,
  resources,
  capabilities,
  api_key,
  budget
};

/// Topic `agent:{n}`: that something of its configuration has changed, without what. What the fleet knows of is told
/// from its publications; services tell the rest through HubLink::config_changed().
class ConfigFeed final : public Feed {
 public:
  explicit ConfigFeed(std::string agent) : agent_(std::move(agent)) {}

  std::string baseline(const fleet::Snapshot& snapshot, const Options& options, Moment at) override;
  std::vector<Event> published(const Digest& digest, const fleet::Snapshot& snapshot, Moment at) override;

 private:
  std::string agent_;
};

[[nodiscard]] Event config_changed(std::string_view agent, ConfigArea area, bool restart_required);

}  // namespace trinity::live
