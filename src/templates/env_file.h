#pragma once
#include <string>
#include <vector>

#include "templates/types.h"

namespace trinity::templates {

/// The contract's EnvTemplate: an empty .env file with the names that a template needs, in groups.
[[nodiscard]] boost::json::object env_template(const std::string& id, const std::string& name,
                                               const std::vector<RequiredCredential>& required);

}  // namespace trinity::templates
