#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
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

/// The catalogue's line of a local template with these files. Pure.
[[nodiscard]] Listed local_listed(const std::string& directory, const TemplateFiles& files);

using ListedPtr = std::shared_ptr<const Listed>;

/// The local templates: the directories below one folder that hold a template.yaml. Any thread.
class LocalCatalogue {
 public:
  explicit LocalCatalogue(std::filesystem::path root) : root_(std::move(root)) {}

  /// Sorted by priority, then by shown name; those that cannot be used are marked broken. What has not changed since
  /// the last time (times and sizes of its files) is not read again. Reads files: not on an I/O thread.
  [[nodiscard]] std::vector<ListedPtr> list();
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

 private:
  /// Times and sizes of the files that count.
  using Stamp = std::vector<std::pair<std::int64_t, std::uintmax_t>>;
  struct Known {
    Stamp stamp;
    ListedPtr listed;
  };
  [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& directory);
  [[nodiscard]] ListedPtr look_at(const std::filesystem::path& directory);

  std::filesystem::path root_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  ///< by directory name; never more than the folder has
};

void sort_catalogue(std::vector<ListedPtr>& all);

/// The whole template.yaml and the three computed keys (the contract's LocalTemplateDetail). Throws NotFound with the
/// contract's texts.
[[nodiscard]] boost::json::object local_detail(const std::filesystem::path& root, std::string_view directory);

/// What creation needs. Nothing when the directory is missing: the agent is then made without template. A template.yaml
/// that is missing or cannot be read leaves all settings empty; the directory is used all the same. Throws BadRequest,
/// with file, line and key, for values that cannot be a template's (D51).
[[nodiscard]] std::optional<CreationConfig> creation_config(const std::filesystem::path& root,
                                                            std::string_view directory);
/// The settings alone. Throws BadRequest for values that cannot be a template's; a template.yaml that cannot be read
/// leaves them empty.
[[nodiscard]] CreationConfig config_of(const TemplateFiles& files);

[[nodiscard]] boost::json::array credentials_json(const std::vector<RequiredCredential>& credentials);
/// The text of that member; `fallback` when it is missing or something else.
[[nodiscard]] std::string text_or(const boost::json::object& from, std::string_view key, std::string fallback);

}  // namespace trinity::templates
