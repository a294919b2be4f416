#include "engine/docker_fault.h"

#include <fmt/format.h>

#include "engine/docker_json.h"

namespace trinity::engine {

EngineError translated(const http::ClientError& fault, std::string_view action) {
  switch (fault.fault()) {
    case http::ClientFault::timeout:
      return {Fault::timeout, fmt::format("{}: no answer from the engine in time", action)};
    case http::ClientFault::too_large:
      return {Fault::failed, fmt::format("{}: the engine's answer is too large", action)};
    case http::ClientFault::refused:
    case http::ClientFault::closed:
    case http::ClientFault::malformed:
      break;
  }
  return {Fault::unreachable, fmt::format("{}: {}", action, fault.what())};
}

namespace {

/// Engines have no code for it. The first is the engine's own book, the second the host's answer.
bool tells_taken_port(std::string_view text) {
  return text.find("port is already allocated") != std::string_view::npos ||
         (text.find("address already in use") != std::string_view::npos && text.find("bind") != std::string_view::npos);
}

}  // namespace

void check_status(const http::ClientResponse& answer, std::string_view action) {
  if (answer.status >= 200 && answer.status < 300) return;
  const auto text = fmt::format("{}: {} ({})", action, parse_message(answer.body), answer.status);
  switch (answer.status) {
    case 400:
      throw EngineError(Fault::bad_request, text);
    case 404:
      throw EngineError(Fault::not_found, text);
    case 409:
      throw EngineError(Fault::conflict, text);
    default:
      throw EngineError(tells_taken_port(text) ? Fault::port_taken : Fault::failed, text);
  }
}

}  // namespace trinity::engine
