#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace trinity::cli {

/// What belongs to the process; tests put their own in its place.
struct Surroundings {
  Terminal& terminal;
  Connect connect;
  std::function<std::optional<std::string>(const std::string&)> variable;  ///< of the environment
  Wait wait;
};

/// The whole program: `arguments` without its name. Returns the exit code. Throws nothing.
int run(std::vector<std::string> arguments, const Surroundings& with);

}  // namespace trinity::cli
