#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace trinity::templates {

/// What creation reads of a template.yaml (the contract's section 14). Missing keys are empty.
struct CreationConfig {
  std::filesystem::path directory;  ///< the template's own, for upload; empty: it comes from a repository
  std::optional<std::string> type;
  std::optional<std::string> cpu;  ///< numbers are turned into texts
  std::optional<std::string> memory;
  std::optional<std::vector<std::string>> tools;
  std::vector<std::string> mcp_servers;  ///< keys of credentials.mcp_servers
  std::optional<std::string> runtime;
  std::optional<std::string> runtime_model;
};

/// One name that a template needs, and the first place that asks for it.
struct RequiredCredential {
  std::string name;
  std::string source;
  bool operator==(const RequiredCredential&) const = default;
};

/// Something in a template's files that cannot be used, or not as its author thinks.
struct Problem {
  /// error: no agent can be made with it. warning: the value is left out.
  enum class Level { error, warning };
  std::string file;
  int line = 0;     ///< from 1; 0: the file as a whole
  std::string key;  ///< `resources.cpu`; empty: none
  std::string message;
  Level level = Level::error;

  [[nodiscard]] boost::json::object json() const;
  /// "template.yaml, line 4, resources.cpu: ..."
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] boost::json::array problems_json(const std::vector<Problem>& problems);
/// The first one of level error; null: none.
[[nodiscard]] const Problem* first_error(const std::vector<Problem>& problems) noexcept;

/// The files of a template that Trinity reads, as texts.
struct TemplateFiles {
  bool has_yaml = false;            ///< template.yaml is there
  std::optional<std::string> yaml;  ///< empty also when it cannot be read, or is larger than 1 MB
  std::optional<std::string> mcp;   ///< .mcp.json
  std::optional<std::string> mcp_template;
  std::optional<std::string> env_example;
};

/// A line of the catalogue (the contract's LocalTemplate or GithubTemplate).
struct Listed {
  std::string id;
  std::string display_name;
  std::string description;
  std::int64_t priority = 100;
  boost::json::object item;
  std::vector<Problem> problems;
  bool broken = false;  ///< no agent can be made of it; for administrators' eyes only
};

}  // namespace trinity::templates
