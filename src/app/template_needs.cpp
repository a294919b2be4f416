#include "app/template_needs.h"

#include "base/errors.h"
#include "base/log.h"
#include "templates/catalogue.h"
#include "templates/files.h"

namespace trinity::app {

namespace {

/// Agents of old deployments carry the bare name of the folder.
std::optional<std::filesystem::path> folder_of(const std::filesystem::path& root, const std::string& id) {
  const auto name = templates::local_directory(id).value_or(id);
  if (!templates::is_plain_name(name)) return std::nullopt;
  return root / name;
}

}  // namespace

/// One that cannot be found, or read now, asks for nothing: an agent does without rather than not at all.
Task<std::vector<templates::RequiredCredential>> TemplateNeeds::required(Call call,
                                                                         std::shared_ptr<const Caller> caller,
                                                                         std::string template_id) {
  std::vector<templates::RequiredCredential> found;
  if (template_id.empty()) co_return found;
  try {
    found = co_await service_.required(call, std::move(caller), template_id);
  } catch (const Error& e) {
    log::debug("credentials", "what {} asks for is not known: {}", template_id, e.what());
  }
  co_return found;
}

Task<std::optional<std::string>> TemplateNeeds::mcp_config(Call, std::string template_id) {
  auto look = [this, id = std::move(template_id)]() -> std::optional<std::string> {
    const auto folder = folder_of(service_.root(), id);
    if (!folder) return std::nullopt;
    auto text = templates::read_bounded(*folder / ".mcp.json");
    if (!text) text = templates::read_bounded(*folder / ".mcp.json.template");
    return text;
  };
  auto found = co_await pool_.run(std::move(look));
  co_return found;
}

}  // namespace trinity::app
