#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "templates/types.h"

namespace trinity::templates {

/// A directory name that may stand in `local:<directory>`: letters, digits, `.`, `_`, `-`, not starting with a dot, at
/// most 100 characters.
[[nodiscard]] bool is_plain_name(std::string_view directory) noexcept;

/// `local:demo` -> `demo`; nothing for other kinds.
[[nodiscard]] std::optional<std::string> local_directory(std::string_view template_id);

/// The directories below `root` that hold a readable template.yaml, sorted by priority, then by shown name. Unreadable
/// ones are left out and logged. Reads files: not on an I/O thread.
[[nodiscard]] std::vector<Listed> list_local(const std::filesystem::path& root);

/// The whole template.yaml and the three computed keys (the contract's LocalTemplateDetail). Throws NotFound with the
/// contract's texts.
[[nodiscard]] boost::json::object local_detail(const std::filesystem::path& root, std::string_view directory);

/// What creation needs. Nothing when the directory is missing: the agent is then made without template. A template.yaml
/// that is missing or cannot be read leaves all settings empty; the directory is used all the same. Throws BadRequest,
/// with the reason, for values that cannot be a template's (D51).
[[nodiscard]] std::optional<CreationConfig> creation_config(const std::filesystem::path& root,
                                                            std::string_view directory);

/// Names of credentials that a template asks for, each once, sorted; see the contract's section 14.3.
[[nodiscard]] std::vector<RequiredCredential> required_credentials(const std::filesystem::path& directory,
                                                                   const boost::json::object& root);

}  // namespace trinity::templates
