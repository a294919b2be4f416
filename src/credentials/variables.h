#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "credentials/types.h"

namespace trinity::credentials {

/// A credential with its secret open.
struct Opened {
  Credential meta;
  boost::json::object secret;
};

/// A secret tied to one MCP server of the agent, as old deployments have them.
struct Tied {
  std::string server;
  boost::json::object secret;
};

/// What an agent gets. Values are secrets; they are overwritten when it dies.
struct Delivered {
  std::map<std::string, std::string> variables{};
  std::map<std::string, std::string> files{};  ///< path below the home folder to content
  std::set<std::string> ambiguous{};           ///< bare names that several credentials would give; left out
  std::set<std::string> refused{};             ///< names and paths that no credential may have; left out

  Delivered() = default;
  Delivered(Delivered&&) noexcept = default;
  Delivered& operator=(Delivered&&) noexcept = default;
  Delivered(const Delivered&) = delete;
  Delivered& operator=(const Delivered&) = delete;
  ~Delivered();
};

/// Sections 4, 5.4 and 17.3 of the contract. For a variable that several members would give, the one that spells its
/// name wins over the credential of that name, this over `<SERVICE>_<MEMBER>`, and that over the bare name of a member
/// that many credentials have (api_key, token...); among equals the credential with the greatest name, then the newest.
/// `platform`: what only the platform may set for this agent.
[[nodiscard]] Delivered deliver(const std::vector<Opened>& assigned, const std::vector<Tied>& tied,
                                const std::set<std::string>& platform);

/// How well a credential stands for a variable that a template asks for.
enum class Match { none, derived, named, spelled };
/// The bare name of a member that many credentials have is no match.
[[nodiscard]] Match match(const Opened& one, std::string_view variable);

/// The variable that a credential stands for by its name.
[[nodiscard]] const std::string& export_name(const Credential& meta) noexcept;

}  // namespace trinity::credentials
