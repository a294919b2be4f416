#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// Reading objects whose fields may hold anything: a value of another kind counts as absent.
[[nodiscard]] std::string text_of(const boost::json::object& from, std::string_view name);
[[nodiscard]] const boost::json::object* object_of(const boost::json::object& from, std::string_view name);
[[nodiscard]] const boost::json::array* array_of(const boost::json::object& from, std::string_view name);
[[nodiscard]] bool is_true(const boost::json::object& from, std::string_view name);
/// A number that is whole and not negative.
[[nodiscard]] std::optional<std::int64_t> whole_of(const boost::json::object& from, std::string_view name);
/// A number that is finite and not negative.
[[nodiscard]] std::optional<double> amount_of(const boost::json::object& from, std::string_view name);

/// A whole line that is a JSON object, at most 64 levels deep.
[[nodiscard]] std::optional<boost::json::object> object_in(std::string_view line);

/// The shapes of a transcript that the web UI draws.
namespace shown {
[[nodiscard]] boost::json::object session(std::string_view id, std::string_view model);
[[nodiscard]] boost::json::object text(std::string_view text);
[[nodiscard]] boost::json::object tool_use(std::string_view id, std::string_view name,
                                           const boost::json::object& input);
[[nodiscard]] boost::json::object tool_result(std::string_view id, std::string_view output, bool failed);
}  // namespace shown

}  // namespace trinity::agentd
