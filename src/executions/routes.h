#pragma once
#include <vector>

#include "executions/service.h"
#include "executions/tasks.h"
#include "http/router.h"

namespace trinity::executions {

/// Records of runs, what runs now, and stopping it. The service must outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(ExecutionService& service);
/// Tasks. The same.
[[nodiscard]] std::vector<http::Route> routes(TaskService& service);

/// Whether daemons take it for the name of a model: nothing that a command line could read as an option.
[[nodiscard]] bool is_model(std::string_view name);
inline constexpr std::size_t most_run_body = 1024 * 1024;   ///< bytes; of a chat, too
inline constexpr std::size_t longest_message = 512 * 1024;  ///< bytes

}  // namespace trinity::executions
