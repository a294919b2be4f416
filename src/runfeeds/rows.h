#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "executions/types.h"

namespace trinity::runfeeds {

/// A record as lists show it: without transcript, tool calls and answer, of which the beginning stands in
/// `response_preview`. Long texts are cut, which `message_cut` says of the message; secrets
/// in them are hidden.
[[nodiscard]] boost::json::object list_row(const executions::Execution& record);
/// The same with the answer, at most 64 KB of it (`response_cut`).
[[nodiscard]] boost::json::object page_row(const executions::Execution& record);

/// The beginning of a message on one line; what is secret is hidden before it is cut.
[[nodiscard]] std::string preview_of(std::string_view message);

/// The first bytes of a text, never a part of a character.
[[nodiscard]] std::string beginning(const std::string& text, std::size_t bytes);
/// The same without secrets.
[[nodiscard]] std::string shown_beginning(const std::string& text, std::size_t bytes);

}  // namespace trinity::runfeeds
