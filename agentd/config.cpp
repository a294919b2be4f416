#include "agentd/config.h"

#include <charconv>

namespace trinity::agentd {

namespace {

std::string text_of(const Variables& variables, const std::string& name, std::string otherwise) {
  auto value = variables(name);
  return value && !value->empty() ? std::move(*value) : std::move(otherwise);
}

std::optional<unsigned> number_in(const std::string& text, unsigned least, unsigned most) {
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

void read_port(const Variables& variables, Config& config) {
  if (const auto port = number_in(text_of(variables, "AGENT_SERVER_PORT", "8000"), 1, 65535)) {
    config.port = static_cast<std::uint16_t>(*port);
  } else {
    config.faults.emplace_back("AGENT_SERVER_PORT is not a port; listening on 8000");
  }
}

void read_most_tasks(const Variables& variables, Config& config) {
  if (const auto most = number_in(text_of(variables, "AGENT_MAX_TASKS", "16"), 1, 1000)) {
    config.most_tasks = *most;
  } else {
    config.faults.emplace_back("AGENT_MAX_TASKS must be 1 to 1000; 16 is used");
  }
}

}  // namespace

Config config_from(const Variables& variables) {
  Config config;
  config.agent_name = text_of(variables, "AGENT_NAME", "unknown");
  config.runtime = text_of(variables, "AGENT_RUNTIME", "");
  config.model = text_of(variables, "AGENT_RUNTIME_MODEL", text_of(variables, "CLAUDE_MODEL", ""));
  config.template_name = text_of(variables, "TEMPLATE_NAME", "");
  config.slim_image = text_of(variables, "TRINITY_IMAGE_VARIANT", "") == "slim";
  config.home = text_of(variables, "HOME", "/home/developer");
  read_port(variables, config);
  read_most_tasks(variables, config);
  return config;
}

}  // namespace trinity::agentd
