#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::app {

struct FileEntry {
  std::string key;
  std::string value;
  int line = 0;  ///< from 1
};

struct ConfigFile {
  std::vector<FileEntry> entries;
  std::vector<std::string> faults;  ///< texts for the operator, with the line
  bool for_owner_only = false;      ///< nobody but this user (or root) can read or change it
  unsigned mode = 0;                ///< permission bits
};

/// Lines `key = value`; `#` at the begin of a line or after a blank begins a comment; a value in double quotes keeps
/// its blanks and `#` (no escapes). A key may come once.
[[nodiscard]] ConfigFile parse_config_text(std::string_view text);

/// Reads a file of at most 1 MB. Throws std::runtime_error with a text for the operator: missing, unreadable, no plain
/// file, too large.
[[nodiscard]] ConfigFile read_config_file(const std::filesystem::path& path);

/// The value as a line of the file needs it: in quotes when it holds blanks at its ends, or `#`.
[[nodiscard]] std::string file_value(const std::string& value);

}  // namespace trinity::app
