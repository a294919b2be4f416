#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>

#include "templates/address.h"
#include "templates/types.h"

namespace trinity::templates {

/// What a repository has to say about the agents that are made of it.
struct RepositoryContent {
  std::string branch;  ///< the one that was read
  std::string commit;
  TemplateFiles files;
};

/// Why it could not be read.
struct ReadFault {
  enum class Trouble {
    unreachable,
    timed_out,
    denied,
    not_found,
    no_branch,
    empty,
    redirected,
    too_large,
    stopped,
    failed
  };
  Trouble trouble = Trouble::failed;
  std::string message;  ///< for people; without the token

  /// The repository, the branch or the right to read it is not there; trying again changes nothing.
  [[nodiscard]] bool is_definite() const noexcept;
};

using ReadResult = std::expected<RepositoryContent, ReadFault>;

struct ReaderOptions {
  std::filesystem::path folder;  ///< for temporary clones; made when missing
  GitPlaces places;
  std::chrono::milliseconds limit{60'000};              ///< of one reading
  std::uint64_t most_bytes = std::uint64_t{64} << 20U;  ///< of one clone
};

/// Reads the newest commit of a branch through git: one shallow clone without work tree, without hooks, submodules,
/// prompts and redirects, with the one protocol that the address has. The token goes to the address's host only; it
/// stands in no argument, file or variable. Blocks. Any number of threads.
[[nodiscard]] ReadResult read_repository(const ReaderOptions& options, const RepositoryAddress& address,
                                         const std::string& token, const std::stop_token& stop);

/// The folder of a `file:` address with all links followed, when it is a repository below a listed folder.
[[nodiscard]] std::expected<std::filesystem::path, ReadFault> repository_folder(const GitPlaces& places,
                                                                                const RepositoryAddress& address);

}  // namespace trinity::templates
