#include "templates/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/errors.h"
#include "base/log.h"
#include "json/encode.h"
#include "templates/env_file.h"
#include "templates/files.h"
#include "templates/rules.h"

namespace trinity::templates {

namespace {

using std::chrono::seconds;

/// What is younger is not read again for a creation, or for somebody who asks what is wrong.
constexpr seconds fresh_for_creation{60};
constexpr seconds fresh_for_check{2};
constexpr seconds check_waits{70};
constexpr const char* no_pat = "GitHub PAT not configured. Set GITHUB_PAT in .env or add via Settings.";
constexpr const char* no_repository = "GitHub template not found";
constexpr const char* no_template = "Template not found";

const char* text_of(NoToken reason) {
  switch (reason) {
    case NoToken::no_credential:
      return "GitHub credential not found in credential store";
    case NoToken::no_secret:
      return "GitHub credential secret not found";
    case NoToken::no_token:
      break;
  }
  return "GitHub PAT not found in credential";
}

Problem reading_problem(const ReadFault& fault) {
  return {"", 0, "", fault.message, fault.is_definite() ? Problem::Level::error : Problem::Level::warning};
}

/// Credentials of GitHub's entries are names, not mappings.
json::array names_of(const std::vector<RequiredCredential>& required) {
  json::array made;
  for (const auto& one : required) made.emplace_back(one.name);
  return made;
}

std::vector<RequiredCredential> required_of(const CatalogueEntry* entry, const Seen* seen) {
  if (entry && entry->required) return *entry->required;
  if (!seen || !seen->content) return {};
  const auto& files = seen->content->files;
  return required_credentials(files, template_root(files).value_or(json::object()));
}

/// A repository as the catalogue shows it, of what is known of it now.
Listed repository_item(const CatalogueEntry& entry, const Seen* seen) {
  Listed made;
  made.id = entry.id;
  made.problems = entry.problems;
  made.priority = entry.priority;
  const bool known = seen && seen->content;
  const auto root = known ? template_root(seen->content->files).value_or(json::object()) : json::object();
  if (known && seen->content->files.has_yaml) {
    const auto found = problems_of(seen->content->files);
    made.problems.insert(made.problems.end(), found.begin(), found.end());
  }
  if (seen && seen->fault) made.problems.push_back(reading_problem(*seen->fault));
  made.broken = first_error(made.problems) != nullptr;
  const auto repository = entry.address ? entry.address->shown() : entry.id;
  const auto name = repository.substr(repository.rfind('/') + 1);
  made.display_name = entry.display_name.value_or(text_or(root, "display_name", text_or(root, "name", name)));
  made.description = entry.description.value_or(text_or(root, "description", ""));
  // A template that is wrong gives no settings.
  const auto config = known && !made.broken ? config_of(seen->content->files) : CreationConfig();
  const bool is_github = entry.address && !entry.address->github.empty();
  made.item = json::object{
      {"id", made.id},
      {"display_name", made.display_name},
      {"description", made.description},
      {"github_repo", repository},
      {"github_credential_id", entry.credential_id.value_or(is_github ? catalogue_credential : "")},
      {"source", "github"},
      {"resources", json::object{{"cpu", entry.cpu.value_or(config.cpu.value_or("2"))},
                                 {"memory", entry.memory.value_or(config.memory.value_or("4g"))}}},
      {"mcp_servers", json::encode(entry.mcp_servers.value_or(config.mcp_servers))},
      {"required_credentials", names_of(required_of(&entry, seen))},
      {"priority", made.priority},
  };
  if (known) {
    made.item["branch"] = seen->content->branch;
    made.item["commit"] = seen->content->commit;
    made.item["read_at"] = format_z(seen->content_at);
  }
  return made;
}

/// What administrators see beside the contract's members, and nobody else.
json::object shown(const Listed& listed, bool is_admin) {
  auto item = listed.item;
  if (listed.broken) item["broken"] = true;
  if (is_admin && !listed.problems.empty()) item["problems"] = problems_json(listed.problems);
  return item;
}

/// A catalogue file that cannot be read shows as what it is.
ListedPtr file_item(const std::vector<Problem>& problems) {
  Listed made;
  made.id = made.display_name = catalogue_file;
  made.problems = problems;
  made.broken = true;
  made.item = json::object{{"id", made.id},
                           {"display_name", made.display_name},
                           {"description", "The list of repositories in the folder of templates"},
                           {"mcp_servers", json::array()},
                           {"resources", json::object{{"cpu", "2"}, {"memory", "4g"}}},
                           {"source", "local"},
                           {"required_credentials", json::array()},
                           {"priority", made.priority}};
  return std::make_shared<const Listed>(std::move(made));
}

bool is_same(const RepositoryAddress& a, const RepositoryAddress& b) {
  return a.origin == b.origin && a.path == b.path && a.transport == b.transport;
}

json::object report(const std::string& id, const Listed& listed) {
  return {{"template", id},
          {"valid", first_error(listed.problems) == nullptr},
          {"problems", problems_json(listed.problems)},
          {"item", listed.item}};
}

std::string bare(const std::string& id) {
  return local_directory(id).value_or(id);
}

}  // namespace

TemplateService::TemplateService(TemplateOptions options, BlockingPool& pool, TokenSource& tokens)
    : options_(std::move(options)),
      pool_(pool),
      tokens_(tokens),
      local_(options_.root),
      entries_(options_.root / catalogue_file, options_.repositories, options_.book.reader.places),
      book_(options_.book) {}

Task<Entries> TemplateService::entries() {
  auto job = [this] { return entries_.entries(); };
  co_return co_await pool_.run(std::move(job));
}

Task<std::optional<CatalogueEntry>> TemplateService::entry_of(std::string id) {
  const auto found = co_await entries();
  for (const auto& one : found.all) {
    if (one.id == id && one.address) co_return one;
  }
  co_return std::nullopt;
}

/// Throws the contract's texts. Without a credential of its own, the platform's token serves GitHub's entries.
Task<std::string> TemplateService::entry_token(Call call, const CatalogueEntry* entry) {
  const bool is_github = entry->address && !entry->address->github.empty();
  const auto id = entry->credential_id.value_or(is_github ? catalogue_credential : "");
  if (id.empty()) co_return std::string();
  const auto token = co_await tokens_.of_credential(call, id);
  if (token) co_return *token;
  if (is_github && token.error() == NoToken::no_credential) {
    if (auto platform = tokens_.platform(); !platform.empty()) co_return platform;
  }
  throw Failed(text_of(token.error()));
}

/// A repository that nobody has put into the catalogue: the platform's token is for administrators, others have their
/// own, or see what everybody sees.
Task<std::string> TemplateService::free_token(Call call, CallerPtr caller, const RepositoryAddress* address) {
  if (address->transport == RepositoryAddress::Transport::file) co_return std::string();
  const bool is_github = !address->github.empty();
  const auto platform = is_github ? tokens_.platform() : std::string();
  if (caller->is_admin() && !platform.empty()) co_return platform;
  const auto host = is_github ? std::string("github.com") : address->origin.substr(address->origin.find("://") + 3);
  auto own = co_await tokens_.of_person(call, caller->username, host);
  if (own.empty() && is_github && platform.empty()) throw Failed(no_pat);
  co_return own;
}

Task<TemplateService::Access> TemplateService::access(Call call, CallerPtr caller, std::string id, std::string branch) {
  auto address = parse_repository(id, options_.book.reader.places);
  if (!address) throw BadRequest(address.error());
  if (!branch.empty() && !is_branch_name(branch)) throw BadRequest("source_branch is not the name of a branch");
  if (!branch.empty() && !address->branch.empty() && branch != address->branch)
    throw BadRequest("source_branch and the template name two different branches");
  Access made;
  made.address = std::move(*address);
  const auto known = co_await entries();
  for (const auto& one : known.all) {
    if (!one.address || !is_same(*one.address, made.address)) continue;
    if (!made.entry || one.id == id) made.entry = one;
  }
  if (made.address.branch.empty()) made.address.branch = branch;
  if (made.address.branch.empty() && made.entry && made.entry->id == id)
    made.address.branch = made.entry->address->branch;
  if (made.entry) {
    made.token = co_await entry_token(call, &*made.entry);
  } else {
    made.token = co_await free_token(call, caller, &made.address);
  }
  co_return made;
}

/// What is known now; the rest comes in the background.
Task<ListedPtr> TemplateService::listed(Call call, CatalogueEntry entry) {
  SeenPtr seen;
  if (entry.address) {
    std::string token;
    std::optional<std::string> why;
    try {
      token = co_await entry_token(call, &entry);
    } catch (const Error& e) {
      why = e.what();
    }
    if (why) entry.problems.push_back({"", 0, "github_credential_id", *why, Problem::Level::warning});
    seen = book_.known(*entry.address, token);
  }
  co_return std::make_shared<const Listed>(repository_item(entry, seen.get()));
}

Task<json::array> TemplateService::list(Call call, CallerPtr caller) {
  auto job = [this] { return local_.list(); };
  auto all = co_await pool_.run(std::move(job));
  const auto is_admin = caller->is_admin();
  std::erase_if(all, [&](const ListedPtr& one) { return one->broken && !is_admin; });
  const auto known = co_await entries();
  for (const auto& entry : known.all) {
    if (!entry.address && !is_admin) continue;
    auto made = co_await listed(call, entry);
    all.push_back(std::move(made));
  }
  if (!known.problems.empty() && is_admin) all.push_back(file_item(known.problems));
  sort_catalogue(all);
  json::array items;
  for (const auto& one : all) items.push_back(shown(*one, is_admin));
  co_return items;
}

Task<json::object> TemplateService::local(std::string directory) {
  auto job = [this, directory = std::move(directory)] { return local_detail(local_.root(), directory); };
  co_return co_await pool_.run(std::move(job));
}

Task<json::object> TemplateService::detail(Call call, std::string id) {
  if (!is_repository(id)) co_return co_await local(bare(id));
  auto entry = co_await entry_of(id);
  if (!entry) throw NotFound(no_repository);
  const auto made = co_await listed(call, std::move(*entry));
  co_return made->item;
}

Task<json::object> TemplateService::env_file(Call call, std::string id) {
  if (is_repository(id)) {
    auto entry = co_await entry_of(id);
    if (!entry) throw NotFound(no_repository);
    const auto item = co_await listed(call, *entry);
    auto required = entry->required.value_or(std::vector<RequiredCredential>());
    if (!entry->required) {
      for (const auto& one : item->item.at("required_credentials").as_array())
        required.push_back({std::string(one.as_string()), ""});
    }
    co_return env_template(id, item->display_name, required);
  }
  const auto directory = bare(id);
  auto job = [this, directory]() -> json::object {
    const auto path = local_.root() / directory;
    const auto files = is_plain_name(directory) ? read_files(path) : TemplateFiles();
    if (!files.has_yaml) throw NotFound(no_template);
    const auto root = template_root(files);
    if (!root) throw Failed("Failed to generate env template: " + root.error());
    return env_template(directory, text_or(*root, "display_name", directory), required_credentials(files, *root));
  };
  co_return co_await pool_.run(std::move(job));
}

Task<std::vector<RequiredCredential>> TemplateService::required(Call call, CallerPtr caller, std::string id) {
  if (is_repository(id)) {
    const auto rights = co_await access(call, caller, id, "");
    const auto seen = co_await book_.read(rights.address, rights.token, fresh_for_creation, options_.creation_waits);
    const auto* entry = rights.entry ? &*rights.entry : nullptr;
    if (seen && seen->fault && seen->fault->is_definite() && !(entry && entry->required))
      throw BadRequest(seen->fault->message);
    co_return required_of(entry, seen.get());
  }
  const auto directory = bare(id);
  auto job = [this, directory]() -> std::vector<RequiredCredential> {
    const auto path = local_.root() / directory;
    std::error_code fault;
    if (!is_plain_name(directory) || !std::filesystem::is_directory(path, fault)) throw NotFound(no_template);
    const auto files = read_files(path);
    return required_credentials(files, template_root(files).value_or(json::object()));
  };
  co_return co_await pool_.run(std::move(job));
}

Task<json::object> TemplateService::check_local(std::string id, std::string directory) {
  auto job = [this, id, directory]() -> json::object {
    std::error_code fault;
    if (!is_plain_name(directory) || !std::filesystem::is_directory(local_.root() / directory, fault))
      throw NotFound(no_template);
    return report(id, local_listed(directory, read_files(local_.root() / directory)));
  };
  co_return co_await pool_.run(std::move(job));
}

Task<json::object> TemplateService::check_repository(Call call, CallerPtr caller, std::string id, std::string branch) {
  const auto rights = co_await access(call, caller, id, branch);
  const auto seen = co_await book_.read(rights.address, rights.token, fresh_for_check, check_waits);
  CatalogueEntry entry;
  if (rights.entry) entry = *rights.entry;
  entry.id = id;
  entry.address = rights.address;
  // What was read before counts no more: the question is how it is now.
  Seen now_seen;
  if (seen) now_seen = *seen;
  if (now_seen.fault) now_seen.content.reset();
  if (!seen || (!now_seen.fault && !now_seen.content))
    now_seen.fault = ReadFault{ReadFault::Trouble::timed_out, "Reading " + rights.address.shown() + " takes too long"};
  auto listed = repository_item(entry, &now_seen);
  // A warning in the catalogue; here nothing could be checked at all.
  if (now_seen.fault && !now_seen.fault->is_definite()) listed.problems.back().level = Problem::Level::error;
  if (now_seen.content && !now_seen.content->files.has_yaml) {
    listed.problems.push_back(
        {"template.yaml", 0, "", "is missing: agents are made with the standard settings", Problem::Level::warning});
  }
  co_return report(id, listed);
}

Task<json::object> TemplateService::check(Call call, CallerPtr caller, std::string id, std::string branch) {
  if (is_repository(id)) co_return co_await check_repository(call, std::move(caller), std::move(id), std::move(branch));
  auto directory = bare(id);
  co_return co_await check_local(std::move(id), std::move(directory));
}

Task<Chosen> TemplateService::choose_local(std::string directory) {
  auto job = [this, directory = std::move(directory)]() -> Chosen {
    Chosen made;
    auto config = creation_config(local_.root(), directory);
    if (!config) return made;
    const auto files = read_files(config->directory);
    made.required = required_credentials(files, template_root(files).value_or(json::object()));
    made.config = std::move(*config);
    return made;
  };
  co_return co_await pool_.run(std::move(job));
}

Task<Chosen> TemplateService::choose_repository(Call call, CallerPtr caller, std::string id, std::string branch) {
  const auto rights = co_await access(call, caller, id, std::move(branch));
  const auto seen = co_await book_.read(rights.address, rights.token, fresh_for_creation, options_.creation_waits);
  if (seen && seen->fault && seen->fault->is_definite()) throw BadRequest(seen->fault->message);
  Chosen made;
  const auto* content = seen && seen->content ? &*seen->content : nullptr;
  if (!content) {
    const auto* why = seen && seen->fault ? seen->fault->message.c_str() : "it takes long to read";
    log::warn({"templates", call.id()}, "{} is used without its settings: {}", rights.address.shown(), why);
  } else if (content->files.has_yaml) {
    const auto root = template_root(content->files);
    if (!root)
      throw BadRequest(fmt::format("The template of {} cannot be used: {}", rights.address.shown(), root.error()));
    made.config = config_of(content->files);
  }
  const auto* entry = rights.entry ? &*rights.entry : nullptr;
  made.required = required_of(entry, seen.get());
  if (entry && entry->cpu) made.config.cpu = entry->cpu;
  if (entry && entry->memory) made.config.memory = entry->memory;
  if (entry && entry->mcp_servers) made.config.mcp_servers = *entry->mcp_servers;
  made.repository.emplace();
  made.repository->address = rights.address;
  made.repository->token = rights.token;
  made.repository->branch = rights.address.branch;
  if (made.repository->branch.empty()) made.repository->branch = content ? content->branch : "main";
  if (rights.address.transport == RepositoryAddress::Transport::file) {
    auto job = [this, &rights] { return repository_folder(options_.book.reader.places, rights.address); };
    auto folder = co_await pool_.run(std::move(job));
    if (!folder) throw BadRequest(folder.error().message);
    made.repository->folder = std::move(*folder);
  }
  co_return made;
}

Task<Chosen> TemplateService::choose(Call call, CallerPtr caller, std::string id, std::string branch) {
  if (id.size() > 300) throw BadRequest("template is too long");
  if (is_repository(id))
    co_return co_await choose_repository(call, std::move(caller), std::move(id), std::move(branch));
  auto directory = local_directory(id);
  // Any other text is a label only.
  if (!directory) co_return Chosen();
  co_return co_await choose_local(std::move(*directory));
}

}  // namespace trinity::templates
