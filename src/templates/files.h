#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::templates {

inline const std::string missing_file = "Missing template.yaml";

/// The template.yaml of a directory as a JSON object; at most 1 MB. The error is a text for people: missing_file, or
/// what is wrong.
[[nodiscard]] std::expected<boost::json::object, std::string> read_template_file(
    const std::filesystem::path& directory);

/// A file's content, at most `most` bytes and only if it is a regular file; nothing otherwise.
[[nodiscard]] std::optional<std::string> read_bounded(const std::filesystem::path& file, std::size_t most = 1'000'000);

/// `${NAME}` variables of each server in .mcp.json (or .mcp.json.template when the former is absent): server -> sorted
/// names.
[[nodiscard]] std::map<std::string, std::vector<std::string>> mcp_variables(const std::filesystem::path& directory);

/// Every NAME of `${NAME}` with NAME = [A-Z][A-Z0-9_]*, in order.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text);

/// Names left of `=` in lines of a .env file; comments and other names are left out.
[[nodiscard]] std::vector<std::string> env_names(std::string_view text);

}  // namespace trinity::templates
