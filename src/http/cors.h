#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace trinity::http {

/// Cross-origin rules of the contract: listed origins only, with credentials.

/// The Origin of the request when it is a listed one.
[[nodiscard]] std::optional<std::string> allowed_origin(const Headers& request,
                                                        const std::vector<std::string>& origins);

/// The answer to a preflight (OPTIONS with Access-Control-Request-Method); nothing when the request is none.
[[nodiscard]] std::optional<Response> answer_preflight(Method method, const Headers& request,
                                                       const std::optional<std::string>& origin);

/// Adds what lets a page of `origin` read the answer.
void allow_origin(Response& response, const std::string& origin);

}  // namespace trinity::http
