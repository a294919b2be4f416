#include "live/config_feed.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

std::string_view name_of(ConfigArea area) noexcept {
  switch (area) {
    case ConfigArea::sharing:
      return "sharing";
    case ConfigArea::permissions:
      return "permissions";
    case ConfigArea::credentials:
      return "credentials";
    case ConfigArea::folders:
      return "folders";
    case ConfigArea::public_links:
      return "public_links";
    case ConfigArea::resources:
      return "resources";
    case ConfigArea::capabilities:
      return "capabilities";
    case ConfigArea::api_key:
      return "api_key";
    case ConfigArea::budget:
      return "budget";
  }
  return {};
}

bool may_reach(const std::string& source, const fleet::Metadata& target) noexcept {
  return std::binary_search(target.permitted_by.begin(), target.permitted_by.end(), source);
}

}  // namespace

Event config_changed(std::string_view agent, ConfigArea area, bool restart_required) {
  return {"agent_config_changed",
          trinity::json::write(
              json::object{{"name", agent}, {"area", name_of(area)}, {"restart_required", restart_required}})};
}

std::string ConfigFeed::baseline(const fleet::Snapshot&, const Options&, Moment) {
  return trinity::json::write(json::object{{"name", agent_}});
}

std::vector<Event> ConfigFeed::published(const Digest& digest, const fleet::Snapshot&, Moment) {
  std::vector<Event> events;
  bool permissions = false;
  for (const auto& digested : digest.changes) {
    const auto& change = digested.change;
    if (!change.before || !change.after) continue;
    const auto& before = change.before->metadata;
    const auto& after = change.after->metadata;
    if (!before || !after) continue;
    permissions = permissions || may_reach(agent_, *before) != may_reach(agent_, *after);
    if (change.name != agent_) continue;
    permissions = permissions || before->permitted_by != after->permitted_by;
    if (before->shared_with != after->shared_with || before->owner_id != after->owner_id) {
      events.push_back(config_changed(agent_, ConfigArea::sharing, false));
    }
    // A container keeps what it was made with.
    const bool running = change.after->status != "stopped";
    if (before->memory_limit != after->memory_limit || before->cpu_limit != after->cpu_limit) {
      events.push_back(config_changed(agent_, ConfigArea::resources, running));
    }
    if (before->full_capabilities != after->full_capabilities || before->capabilities_by != after->capabilities_by) {
      events.push_back(config_changed(agent_, ConfigArea::capabilities, running));
    }
    if (before->use_platform_api_key != after->use_platform_api_key) {
      events.push_back(config_changed(agent_, ConfigArea::api_key, running));
    }
  }
  if (permissions) events.push_back(config_changed(agent_, ConfigArea::permissions, false));
  return events;
}

}  // namespace trinity::live
