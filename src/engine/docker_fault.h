#pragma once
#include <string_view>

#include "engine/types.h"
#include "http/client.h"

namespace trinity::engine {

/// What a failure of the transport means to callers of the engine.
[[nodiscard]] EngineError translated(const http::ClientError& fault, std::string_view action);
/// Throws unless the status says success. `action` names the call in the text ("start of x").
void check_status(const http::ClientResponse& answer, std::string_view action);

}  // namespace trinity::engine
