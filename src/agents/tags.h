#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::agents {

inline constexpr std::size_t most_tags = 20;     ///< of one agent
inline constexpr std::size_t longest_tag = 40;   ///< characters
inline constexpr std::size_t most_given = 1000;  ///< before repeated ones are dropped

/// The one form of a tag: blanks around it are dropped, capitals become small. Then it holds a-z, 0-9 and `- _ . : /`,
/// begins with a letter or a digit, and has at most 40 characters. Nothing: it is no tag.
[[nodiscard]] std::optional<std::string> tag_of(std::string_view given);

/// The tags of one agent out of a body's field `tags`: each in its one form, none twice, sorted, at most 20. Throws
/// Unprocessable, which names the field and the place of every tag that is none; null counts as missing.
[[nodiscard]] std::vector<std::string> tags_of(const std::optional<boost::json::value>& given);

}  // namespace trinity::agents
