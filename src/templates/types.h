#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace trinity::templates {

/// What creation reads of a template.yaml (the contract's section 14). Missing keys are empty.
struct CreationConfig {
  std::filesystem::path directory;  ///< the template's own, for upload
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
};

/// A line of the catalogue (the contract's LocalTemplate).
struct Listed {
  std::string id;  ///< local:<directory>
  std::string display_name;
  std::string description;
  std::int64_t priority = 100;
  boost::json::object item;
};

}  // namespace trinity::templates
