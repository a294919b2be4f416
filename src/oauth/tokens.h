#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <optional>

#include "oauth/providers.h"

namespace trinity::oauth {

/// Tokens as a credential keeps them: the contract's members, null where the provider sent nothing. Nothing when the
/// provider refused. A secret.
[[nodiscard]] std::optional<boost::json::object> secret_of(const Provider& provider, const outbound::Answer& answer);

/// The secret with what a refresh has brought; what it did not bring stays. Nothing when the provider refused.
[[nodiscard]] std::optional<boost::json::object> refreshed(const Provider& provider, boost::json::object secret,
                                                           const outbound::Answer& answer);

/// How long the tokens are good for, when they end by themselves and can be refreshed.
[[nodiscard]] std::optional<std::chrono::seconds> life_of(const boost::json::object& secret);

/// A text of it; empty without one.
[[nodiscard]] std::string text_of(const boost::json::object& from, std::string_view key);

}  // namespace trinity::oauth
