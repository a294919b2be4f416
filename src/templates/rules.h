#pragma once
#include <string_view>
#include <vector>

#include "templates/types.h"

namespace trinity::templates {

/// Everything that is wrong with a template's files, in the order of the file, at most 100. Pure.
[[nodiscard]] std::vector<Problem> problems_of(const TemplateFiles& files);

/// What the type, the runtime and the model of an agent may be: letters, digits and `._:[]-`, no dash in front.
[[nodiscard]] bool is_token(std::string_view text, std::size_t longest) noexcept;

inline constexpr std::size_t longest_type = 100;
inline constexpr std::size_t longest_runtime = 50;
inline constexpr std::size_t longest_model = 128;

}  // namespace trinity::templates
