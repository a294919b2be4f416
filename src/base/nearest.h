#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace trinity {

/// The known word that `word` was probably meant to be: fewest letters changed, left out, added or swapped with their
/// neighbour, at most a third of them; or one that begins with it. Nothing when none is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

/// "; did you mean 'port'?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace trinity
