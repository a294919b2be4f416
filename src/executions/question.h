#pragma once
#include <boost/json/array.hpp>
#include <string>
#include <string_view>

namespace trinity::executions {

/// The longest question that is kept, in characters.
inline constexpr std::size_t longest_question = 160;

/// The question that an answer ends with: its last sentence, when that ends with a question mark in any script; a list
/// of choices below it belongs to it. One line, at most longest_question characters, without Markdown's marks around
/// it; empty: it ends with none.
[[nodiscard]] std::string question_in(std::string_view answer);

/// What a run that ended well wants from a person, in one line; empty: nothing. In this order: its last tool call asks
/// (AskUserQuestion, ExitPlanMode), the runtime's result record names calls that nobody permitted
/// (`permission_denials`, Claude Code), or the answer ends with a question. `lines`: the transcript. Pure; any JSON is
/// taken.
[[nodiscard]] std::string wish_of(const boost::json::array& lines, std::string_view answer);

/// Words before the question itself.
inline constexpr std::string_view asks = "Asks: ";

}  // namespace trinity::executions
