#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "executions/types.h"

namespace trinity::runfeeds {

/// A record as lists show it: without transcript, tool calls and answer, of which the beginning stands in
/// `response_preview`. Long texts are cut, which `message_cut` says of the message.
[[nodiscard]] boost::json::object list_row(const executions::Execution& record);
/// The same with the answer, at most 64 KB of it (`response_cut`).
[[nodiscard]] boost::json::object page_row(const executions::Execution& record);

/// The first bytes of a text, never a part of a character.
[[nodiscard]] std::string beginning(const std::string& text, std::size_t bytes);

}  // namespace trinity::runfeeds
