#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "http/client.h"

namespace trinity::engine {

/// Limits of calls, milliseconds where nothing else is said.
struct DockerLimits {
  std::chrono::milliseconds quick{5'000};  ///< inspect, volumes, networks, version
  std::chrono::milliseconds list{10'000};  ///< of a list: until it begins, and for each further part
  std::chrono::milliseconds whole_list{60'000};
  std::chrono::milliseconds change{20'000};  ///< create, start, remove, upload
  std::chrono::milliseconds logs{10'000};
};

/// Reads `unix:///run/docker.sock`, `/run/docker.sock` or `tcp://127.0.0.1:2375`. Nothing for anything else.
[[nodiscard]] std::optional<http::Endpoint> parse_address(std::string_view text);

/// Docker Engine API (1.24 to 1.41 and newer by negotiation) over http::Client.
[[nodiscard]] std::unique_ptr<Engine> make_docker(http::Endpoint endpoint,
                                                  const std::vector<boost::asio::io_context*>& contexts,
                                                  DockerLimits limits = {});

}  // namespace trinity::engine
