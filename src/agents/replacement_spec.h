#pragma once
#include <string>
#include <vector>

#include "agents/wanted.h"
#include "engine/types.h"

namespace trinity::agents {

/// The name under which the container is made that is to take the place of this one.
[[nodiscard]] std::string replacement_name(const std::string& container_id);

/// Section 7.3 of the contract: everything of the old container but what the settings want otherwise. `image`: what it
/// shall be made from. `keeps_rights`: with the old one's capabilities (the system agent).
[[nodiscard]] engine::ContainerSpec replacement_spec(const engine::Description& old, const Wanted& wanted,
                                                     const std::string& image, bool keeps_rights);

/// A directory that the server put into the container when it made it, and where it lies.
struct OwnFiles {
  std::string path;    ///< "/etc/trinity"
  std::string parent;  ///< "/etc"
};
/// Those that are not mounted: they would be lost with the old container.
[[nodiscard]] std::vector<OwnFiles> files_to_copy(const engine::ContainerSpec& spec);

}  // namespace trinity::agents
