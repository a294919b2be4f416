#pragma once
#include <string>

#include "sessions/archive.h"

namespace trinity::sessions {

/// A conversation as a text for people.
[[nodiscard]] std::string markdown_of(const Archive::Conversation& conversation);
/// For programs: `session` and `messages`, as the API gives them, oldest message first.
[[nodiscard]] std::string json_of(const Archive::Conversation& conversation);
/// Agent, day and the begin of the id; any file system takes it. `ending`: without dot.
[[nodiscard]] std::string file_name(const ChatSession& session, std::string_view ending);

/// Some of a text around the first place that holds `wanted` (whatever the case of A to Z), on one line.
[[nodiscard]] std::string excerpt_of(const std::string& text, const std::string& wanted);

}  // namespace trinity::sessions
