#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "templates/types.h"

namespace trinity::templates {

inline const std::string missing_file = "Missing template.yaml";
inline constexpr std::size_t largest_template_file = 1'000'000;

/// Reads files: not on an I/O thread.
[[nodiscard]] TemplateFiles read_files(const std::filesystem::path& directory);

/// A file's content, at most `most` bytes and only if it is a regular file; nothing otherwise.
[[nodiscard]] std::optional<std::string> read_bounded(const std::filesystem::path& file,
                                                      std::size_t most = largest_template_file);

/// The template.yaml as a JSON object. The error is a text for people: missing_file, or what is wrong.
[[nodiscard]] std::expected<boost::json::object, std::string> template_root(const TemplateFiles& files);

/// `${NAME}` variables of each server in .mcp.json (or .mcp.json.template when the former is absent): server -> sorted
/// names.
[[nodiscard]] std::map<std::string, std::vector<std::string>> mcp_variables(const TemplateFiles& files);

/// Names of credentials that a template asks for, each once, sorted; see the contract's section 14.3.
[[nodiscard]] std::vector<RequiredCredential> required_credentials(const TemplateFiles& files,
                                                                   const boost::json::object& root);

/// Every NAME of `${NAME}` with NAME = [A-Z][A-Z0-9_]*, in order.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text);

/// Names left of `=` in lines of a .env file; comments and other names are left out.
[[nodiscard]] std::vector<std::string> env_names(std::string_view text);

/// [A-Z][A-Z0-9_]*
[[nodiscard]] bool is_variable_name(std::string_view text) noexcept;

}  // namespace trinity::templates
