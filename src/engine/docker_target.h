#pragma once
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "engine/types.h"

// Where things are in the Docker Engine API: paths and queries, percent-encoded. Pure.
namespace trinity::engine {

/// `kind`/`name`/`rest`, as in "/containers/x/json". Throws EngineError(Fault::bad_request) for a name that would lead
/// elsewhere: empty, "." or "..".
[[nodiscard]] std::string target_of(std::string_view kind, std::string_view name, std::string_view rest = {});
/// The same for images, whose names have slashes.
[[nodiscard]] std::string image_target(std::string_view name);
/// Adds `?a=1&b=2`; values are encoded.
[[nodiscard]] std::string with_query(std::string path,
                                     std::initializer_list<std::pair<std::string_view, std::string_view>> query);
/// `1795489575.056842648`: the form of the parameter `since`.
[[nodiscard]] std::string since_text(std::int64_t nano);

/// An image name as a pull wants it: without a tag it would pull all of them.
struct ImageReference {
  std::string name;
  std::string tag;  ///< tag or digest ("sha256:..."); "latest" when the name has none
};
[[nodiscard]] ImageReference split_image(std::string_view name);

}  // namespace trinity::engine
