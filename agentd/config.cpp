#include "agentd/config.h"

#include <charconv>

namespace trinity::agentd {

namespace {

std::string text_of(const Variables& variables, const std::string& name, std::string otherwise) {
  auto value = variables(name);
  return value && !value->empty() ? std::move(*value) : std::move(otherwise);
}

void read_port(const Variables& variables, Config& config) {
  const auto text = text_of(variables, "AGENT_SERVER_PORT", "8000");
  unsigned port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535) {
    config.port = static_cast<std::uint16_t>(port);
  } else {
    config.faults.emplace_back("AGENT_SERVER_PORT is not a port; listening on 8000");
  }
}

}  // namespace

Config config_from(const Variables& variables) {
  Config config;
  config.agent_name = text_of(variables, "AGENT_NAME", "unknown");
  config.runtime = text_of(variables, "AGENT_RUNTIME", "");
  config.model = text_of(variables, "AGENT_RUNTIME_MODEL", text_of(variables, "CLAUDE_MODEL", ""));
  config.template_name = text_of(variables, "TEMPLATE_NAME", "");
  config.home = text_of(variables, "HOME", "/home/developer");
  read_port(variables, config);
  return config;
}

}  // namespace trinity::agentd
