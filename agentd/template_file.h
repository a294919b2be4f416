#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agentd/config.h"

namespace trinity::agentd {

/// A program that reads the message on standard input and writes its answer to standard output.
struct CommandRuntime {
  std::vector<std::string> command;   ///< program and arguments; no shell is involved
  std::chrono::seconds timeout{900};  ///< for one turn
};

/// A message that the agent gives itself again and again.
struct Autorun {
  std::string message;
  std::chrono::seconds every{60};
};

/// What template.yaml makes agentd do. Values that make no sense are left out and named in `faults`.
struct Behaviour {
  std::string runtime;  ///< `runtime.type` or `runtime`; empty when not given
  std::optional<CommandRuntime> command;
  std::optional<Autorun> autorun;
  std::vector<std::string> faults;
};

/// Reads the keys `runtime` and `autorun`. null or a missing key is no fault.
[[nodiscard]] Behaviour behaviour_of(const boost::json::object& root);

struct TemplateFile {
  std::filesystem::path path;
  boost::json::object root;
};

struct TemplateRead {
  std::filesystem::path path;
  std::expected<boost::json::value, std::string> root;
};

/// The first of the places below that has a file, whether it can be read or not. Reads files.
[[nodiscard]] std::optional<TemplateRead> first_template(const Config& config);

/// The first of HOME/template.yaml, HOME/workspace/template.yaml and the template folder's that exists and parses; one
/// that does not parse is logged and skipped. Nothing when there is none or it is empty. Reads files: not on an I/O
/// thread.
[[nodiscard]] std::optional<TemplateFile> find_template(const Config& config);

/// The answer of GET /api/template/info: every descriptive key, with an empty value of its kind where the file lacks
/// it.
[[nodiscard]] boost::json::object template_card(const Config& config, const std::optional<TemplateFile>& file);

/// `agent.mcp_servers` of the file that the server puts into the container; empty when there is none. Reads a file.
[[nodiscard]] std::vector<std::string> configured_mcp_servers(const Config& config);

}  // namespace trinity::agentd
