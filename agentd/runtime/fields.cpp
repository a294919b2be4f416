#include "agentd/runtime/fields.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cmath>

namespace trinity::agentd {

using boost::json::array;
using boost::json::object;

std::string text_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

const object* object_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

const array* array_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_array() : nullptr;
}

bool is_true(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::optional<std::int64_t> whole_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code fault;
  const auto number = found->to_number<std::int64_t>(fault);
  if (fault || number < 0) return std::nullopt;
  return number;
}

std::optional<double> amount_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code fault;
  const auto number = found->to_number<double>(fault);
  if (fault || !std::isfinite(number) || number < 0) return std::nullopt;
  return number;
}

std::optional<object> object_in(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] != '{') return std::nullopt;
  boost::system::error_code fault;
  boost::json::parse_options options;
  options.max_depth = 64;
  auto parsed = boost::json::parse(line, fault, {}, options);
  if (fault || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

namespace shown {

object session(std::string_view id, std::string_view model) {
  return {{"type", "system"}, {"subtype", "init"}, {"session_id", id},
          {"model", model},   {"tools", array()},  {"mcp_servers", array()}};
}

object text(std::string_view text) {
  object block{{"type", "text"}, {"text", text}};
  object message{{"role", "assistant"}, {"content", array{std::move(block)}}};
  return {{"type", "assistant"}, {"message", std::move(message)}};
}

object tool_use(std::string_view id, std::string_view name, const object& input) {
  object block{{"type", "tool_use"}, {"id", id}, {"name", name}, {"input", input}};
  object message{{"role", "assistant"}, {"content", array{std::move(block)}}};
  return {{"type", "assistant"}, {"message", std::move(message)}};
}

object tool_result(std::string_view id, std::string_view output, bool failed) {
  object block{{"type", "tool_result"}, {"tool_use_id", id}, {"is_error", failed}, {"content", output}};
  object message{{"role", "user"}, {"content", array{std::move(block)}}};
  return {{"type", "user"}, {"message", std::move(message)}};
}

}  // namespace shown

}  // namespace trinity::agentd
