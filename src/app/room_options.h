#pragma once
#include <cstddef>

#include "agents/service.h"
#include "app/config.h"
#include "app/home.h"
#include "attention/rules.h"
#include "executions/run_book.h"
#include "fleet/fleet.h"
#include "http/server.h"
#include "platform/service.h"
#include "templates/service.h"

// What the configuration means for each room.
namespace trinity::app {

/// I/O threads: as configured, else one for each core that may be used, at most four.
[[nodiscard]] std::size_t thread_count(const Config& config);
[[nodiscard]] attention::Patience patience(const Config& config);
[[nodiscard]] fleet::FleetOptions fleet_options(const Config& config, const Home& home);
/// `templates` must outlive what takes these.
[[nodiscard]] agents::AgentServiceOptions agent_options(const Config& config, const Home& home,
                                                        templates::TemplateService& templates);
[[nodiscard]] templates::TemplateOptions template_options(const Config& config, const Home& home);
[[nodiscard]] executions::RunLimits run_limits(const Config& config);
/// The address that keys of Anthropic are tried at is the one that agents use them at.
[[nodiscard]] platform::PlatformOptions platform_options(const Config& config);
[[nodiscard]] http::ServerOptions server_options(const Config& config);

}  // namespace trinity::app
