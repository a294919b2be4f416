#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "base/call.h"
#include "base/caller.h"
#include "base/task.h"
#include "templates/book.h"
#include "templates/catalogue.h"
#include "templates/entries.h"
#include "templates/tokens.h"

namespace trinity::templates {

using CallerPtr = std::shared_ptr<const Caller>;

struct TemplateOptions {
  std::filesystem::path root;             ///< of local templates and catalogue.yaml
  std::vector<std::string> repositories;  ///< further ids of the catalogue
  BookOptions book;                       ///< with the places that are allowed
  /// How long a creation waits for a repository. After that the agent is made with what is known.
  std::chrono::milliseconds creation_waits{12'000};
};

/// The repository of an agent that is to be made.
struct ChosenRepository {
  RepositoryAddress address;
  std::string token;             ///< empty: it is public. A secret
  std::string branch;            ///< to follow; never empty
  std::filesystem::path folder;  ///< of a `file:` address, on this host; empty: none
};

/// What an agent is made from.
struct Chosen {
  CreationConfig config;
  std::vector<RequiredCredential> required;
  std::optional<ChosenRepository> repository;
};

/// Templates: local ones and repositories. Any I/O thread; files and git are read elsewhere.
class TemplateService {
 public:
  /// All three must outlive it.
  TemplateService(TemplateOptions options, BlockingPool& pool, TokenSource& tokens);

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return options_.root; }
  /// The contract's list. Administrators also see what cannot be used, and why.
  Task<boost::json::array> list(Call call, CallerPtr caller);
  /// The contract's detail. Throws NotFound, Failed.
  Task<boost::json::object> detail(Call call, std::string id);
  /// The contract's EnvTemplate. Throws NotFound.
  Task<boost::json::object> env_file(Call call, std::string id);
  /// The names that it needs. A repository outside the catalogue is read with the caller's rights. Throws NotFound,
  /// BadRequest.
  Task<std::vector<RequiredCredential>> required(Call call, CallerPtr caller, std::string id);
  /// Looks at it anew and says what is wrong: {template, valid, problems, item}. Throws NotFound, BadRequest for ids
  /// that are none and for places that are not allowed.
  Task<boost::json::object> check(Call call, CallerPtr caller, std::string id, std::string branch);
  /// What creation needs. `branch`: asked for; empty: none. Throws BadRequest and the contract's Failed texts.
  Task<Chosen> choose(Call call, CallerPtr caller, std::string id, std::string branch);

 private:
  /// A repository, and how this caller may read it.
  struct Access {
    RepositoryAddress address;
    std::optional<CatalogueEntry> entry;
    std::string token;
  };
  Task<Entries> entries();
  Task<std::optional<CatalogueEntry>> entry_of(std::string id);
  Task<ListedPtr> listed(Call call, CatalogueEntry entry);
  Task<Access> access(Call call, CallerPtr caller, std::string id, std::string branch);
  Task<std::string> entry_token(Call call, const CatalogueEntry* entry);
  Task<std::string> free_token(Call call, CallerPtr caller, const RepositoryAddress* address);
  Task<Chosen> choose_repository(Call call, CallerPtr caller, std::string id, std::string branch);
  Task<Chosen> choose_local(std::string directory);
  Task<boost::json::object> check_local(std::string id, std::string directory);
  Task<boost::json::object> check_repository(Call call, CallerPtr caller, std::string id, std::string branch);
  Task<boost::json::object> local(std::string directory);

  TemplateOptions options_;
  BlockingPool& pool_;
  TokenSource& tokens_;
  LocalCatalogue local_;
  EntryBook entries_;
  RepositoryBook book_;
};

}  // namespace trinity::templates
