#pragma once
#include <map>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/credentials/credentials.h"

namespace trinity::agentd {

/// The work on the disk. All of it blocks; what is thrown is Failed.

/// What updates before this one left. Unreadable: nothing.
[[nodiscard]] CredentialRecord read_record(const Config& config);
void write_record(const Config& config, const CredentialRecord& record);
/// The values that `.env` has for these names.
[[nodiscard]] std::vector<Variable> read_variables(const Config& config, const std::vector<std::string>& names);

/// `.env` with these variables; those in `gone` are taken out, all others stay.
void write_variables(const Config& config, const std::vector<Variable>& variables,
                     const std::vector<std::string>& gone);

/// `.mcp.json`: from the given text, else from `.mcp.json.template`, else left alone; always with the platform's entry.
/// Tells whether it was written; `fault` is why the template could not be used.
bool write_mcp_config(const Config& config, const std::optional<std::string>& given,
                      const std::vector<Variable>& variables, std::string& fault);

struct FilesWritten {
  std::vector<std::string> written;           ///< paths relative to the home folder, in the order of the names
  std::map<std::string, std::string> failed;  ///< path as given, and why
};
[[nodiscard]] FilesWritten write_files(const Config& config, const std::map<std::string, std::string>& files);

/// Copies what the server has laid ready into the home folder. Tells how many files.
std::size_t take_generated(const Config& config, const std::vector<Variable>& variables);

}  // namespace trinity::agentd
