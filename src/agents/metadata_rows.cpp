#include "agents/metadata_rows.h"

#include <algorithm>

#include "base/mail_address.h"

namespace trinity::agents {

namespace {

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;
/// One row per agent and share; the agent's columns repeat.
using Row =
    std::tuple<std::string, std::int64_t, Text, Number, Number, Text, Text, Number, Number, Text, Text, Text, Text>;

/// No tag holds a blank.
constexpr const char* columns =
    "SELECT o.agent_name, o.owner_id, u.username, o.is_system, o.autonomy_enabled, o.memory_limit, o.cpu_limit, "
    "o.use_platform_api_key, o.full_capabilities, c.chosen_by, g.github_repo, s.shared_with_email, "
    "(SELECT group_concat(t.tag, ' ') FROM trinity_agent_tags t WHERE t.agent_name = o.agent_name) "
    "FROM agent_ownership o "
    "LEFT JOIN users u ON u.id = o.owner_id "
    "LEFT JOIN trinity_capability_choices c ON c.agent_name = o.agent_name "
    "LEFT JOIN agent_git_config g ON g.agent_name = o.agent_name "
    "LEFT JOIN agent_sharing s ON s.agent_name = o.agent_name ";

std::vector<Row> rows(db::Query query) {
  return query
      .all<std::string, std::int64_t, Text, Number, Number, Text, Text, Number, Number, Text, Text, Text, Text>();
}

fleet::ChosenBy chosen_by(const Text& text) noexcept {
  if (!text) return fleet::ChosenBy::nobody;
  return *text == "administrator" ? fleet::ChosenBy::administrator : fleet::ChosenBy::owner;
}

std::vector<std::string> words_of(const Text& text) {
  std::vector<std::string> words;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
}

void add(fleet::Metadata& metadata, const Row& row) {
  const auto& [name, owner_id, owner, is_system, autonomy, memory, cpu, platform_key, full, chosen, repository,
               shared_with, tags] = row;
  metadata.owner_id = owner_id;
  metadata.owner = owner;
  metadata.is_system = is_system.value_or(0) != 0;
  metadata.autonomy_enabled = autonomy.value_or(0) != 0;
  metadata.memory_limit = memory;
  metadata.cpu_limit = cpu;
  metadata.use_platform_api_key = platform_key.value_or(1) != 0;
  metadata.full_capabilities = full.value_or(0) != 0;
  metadata.capabilities_by = chosen_by(chosen);
  metadata.github_repo = repository;
  metadata.tags = words_of(tags);
  if (shared_with) metadata.shared_with.push_back(lower_case(*shared_with));
}

void sort(fleet::Metadata& metadata) {
  std::sort(metadata.shared_with.begin(), metadata.shared_with.end());
  std::sort(metadata.permitted_by.begin(), metadata.permitted_by.end());
  std::sort(metadata.tags.begin(), metadata.tags.end());
}

}  // namespace

std::map<std::string, fleet::Metadata> MetadataRows::all(db::Session& session) {
  std::map<std::string, fleet::Metadata> all;
  for (const auto& row : rows(session.query(std::string(columns) + "ORDER BY o.agent_name")))
    add(all[std::get<0>(row)], row);
  for (auto& [source, target] :
       session.query("SELECT source_agent, target_agent FROM agent_permissions").all<std::string, std::string>()) {
    const auto found = all.find(target);
    if (found != all.end()) found->second.permitted_by.push_back(std::move(source));
  }
  for (auto& [name, metadata] : all) sort(metadata);
  return all;
}

std::optional<fleet::Metadata> MetadataRows::of(db::Session& session, const std::string& name) {
  std::optional<fleet::Metadata> metadata;
  for (const auto& row : rows(session.query(std::string(columns) + "WHERE o.agent_name = :a", name))) {
    if (!metadata) metadata.emplace();
    add(*metadata, row);
  }
  if (!metadata) return std::nullopt;
  for (auto& [source] :
       session.query("SELECT source_agent FROM agent_permissions WHERE target_agent = :a", name).all<std::string>())
    metadata->permitted_by.push_back(std::move(source));
  sort(*metadata);
  return metadata;
}

std::vector<std::string> MetadataRows::targets_of(db::Session& session, const std::string& name) {
  std::vector<std::string> targets;
  for (auto& [target] :
       session.query("SELECT target_agent FROM agent_permissions WHERE source_agent = :a", name).all<std::string>())
    targets.push_back(std::move(target));
  std::sort(targets.begin(), targets.end());
  return targets;
}

}  // namespace trinity::agents
