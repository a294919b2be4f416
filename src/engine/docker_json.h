#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types.h"

// What the Docker Engine API says and wants to hear, as values of ours. Pure. Answers are read tolerantly: unknown
// fields are ignored, missing ones and nulls are empty. An answer that is no JSON of the expected kind (object, list)
// is EngineError(Fault::failed).
namespace trinity::engine {

/// Of GET /version.
struct EngineVersion {
  std::string engine;  ///< "20.10.24"
  int api = 0;         ///< newest API version, minor part: 41 for 1.41
  int oldest_api = 0;  ///< oldest API version still served, minor part; 0 when not said
};
[[nodiscard]] EngineVersion parse_version(std::string_view body);
/// The API version to speak, minor part: ours, or theirs when that is older, or their oldest when that is newer than
/// ours. Throws EngineError(Fault::failed) when theirs is too old.
[[nodiscard]] int choose_api(const EngineVersion& theirs);
/// The newest API version that this client was written for, minor part.
inline constexpr int our_api = 41;
/// The oldest that has all it needs.
inline constexpr int oldest_api = 24;

[[nodiscard]] std::vector<Container> parse_list(std::string_view body);
[[nodiscard]] ContainerDetail parse_inspect(std::string_view body);
[[nodiscard]] Description parse_description(std::string_view body);
/// Nothing when the line is no event (broken, or without action or id).
[[nodiscard]] std::optional<Event> parse_event(std::string_view line);
/// Nothing when the container does not run.
[[nodiscard]] std::optional<Statistics> parse_statistics(std::string_view body);
[[nodiscard]] Volume parse_volume(std::string_view body);
[[nodiscard]] Network parse_network(std::string_view body);
[[nodiscard]] Image parse_image(std::string_view body);
/// The new object's id in the answer to a creation.
[[nodiscard]] std::string parse_created(std::string_view body);
/// What an answer with a failure status says, shortened.
[[nodiscard]] std::string parse_message(std::string_view body);
/// The failure in a line of pull progress, if it tells one.
[[nodiscard]] std::optional<std::string> parse_pull_failure(std::string_view line);

/// Body of a container's creation. Throws EngineError(Fault::bad_request) when a volume's name is no name (a path would
/// mount a directory of the host).
[[nodiscard]] boost::json::value spec_to_json(const ContainerSpec& spec);
[[nodiscard]] boost::json::value volume_to_json(const std::string& name, const Labels& labels);
/// A bridge. With a subnet the gateway is its first address.
[[nodiscard]] boost::json::value network_to_json(const std::string& name, const std::string& subnet,
                                                 const Labels& labels);
/// The `filters` of lists and events.
[[nodiscard]] std::string filters_text(const std::vector<std::string>& labels, std::string_view type = {});

/// First usable address of an IPv4 subnet ("172.28.0.0/16" gives "172.28.0.1"): what the engine takes as gateway when
/// none is named. Empty when it is no such subnet.
[[nodiscard]] std::string first_address(std::string_view subnet);

}  // namespace trinity::engine
