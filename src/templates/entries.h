#pragma once
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "templates/address.h"
#include "templates/types.h"

namespace trinity::templates {

/// A repository that the administrator has put into the catalogue. What is missing comes from its template.yaml.
struct CatalogueEntry {
  std::string id;                            ///< as it stands there: github:owner/repo[@branch] or git:...
  std::optional<RepositoryAddress> address;  ///< empty: the id cannot be used
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  std::optional<std::string> cpu;
  std::optional<std::string> memory;
  std::optional<std::vector<std::string>> mcp_servers;
  std::optional<std::vector<RequiredCredential>> required;  ///< plain names have no source
  std::optional<std::string> credential_id;
  std::int64_t priority = 100;
  std::vector<Problem> problems;
};

struct Entries {
  std::vector<CatalogueEntry> all;
  std::vector<Problem> problems;  ///< of the file as a whole
};

inline constexpr const char* catalogue_file = "catalogue.yaml";

/// The entries of a catalogue file's text: `repositories`, a list of ids or of mappings with `id`. Pure.
[[nodiscard]] Entries entries_of(const std::string& text, const GitPlaces& places);

/// The file in the folder of templates, and the ids of the configuration. Any thread; reads the file when it has
/// changed: not on an I/O thread.
class EntryBook {
 public:
  EntryBook(std::filesystem::path file, std::vector<std::string> ids, GitPlaces places);
  [[nodiscard]] Entries entries();

 private:
  std::filesystem::path file_;
  GitPlaces places_;
  Entries configured_;
  std::mutex mutex_;
  std::pair<std::int64_t, std::uintmax_t> stamp_{0, 0};
  Entries read_;
};

}  // namespace trinity::templates
