#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// The platform's sections in CLAUDE.md. Each stands between two comment lines of its own, so that it can be replaced
/// or taken out without touching anything around it. Sections of older platforms have no comments: they begin with
/// their heading and end before the next heading of level 1 or 2. Pure.

inline constexpr std::string_view kSystemHeading = "## Trinity Agent System";
inline constexpr std::string_view kCustomHeading = "## Custom Instructions";

struct PlatformSections {
  bool system = false;                ///< the section about the platform is there
  std::optional<std::string> custom;  ///< the operator's instructions, trimmed
};

[[nodiscard]] PlatformSections sections_in(std::string_view text);

/// The text with both sections: those that stand in it are replaced where they are, missing ones go to the end (the
/// instructions behind the section about the platform). `custom` nothing or blank: no section for it.
[[nodiscard]] std::string with_sections(std::string_view text, std::string_view system,
                                        const std::optional<std::string>& custom);

/// The text as it was before, byte for byte.
[[nodiscard]] std::string without_sections(std::string_view text);

}  // namespace trinity::agentd
