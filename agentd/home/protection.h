#pragma once
#include <string>
#include <vector>

namespace trinity::agentd {

/// Names from the home directory down; empty: the home directory itself.
using HomePath = std::vector<std::string>;

/// What may not be done with a path, by its names alone.
struct Protection {
  bool edit = false;    ///< neither written nor created
  bool remove = false;  ///< neither deleted nor moved away
  bool secret = false;  ///< only owner and administrators may read it
  /// Holds secrets that are known by where they lie: moved, they would not be known any more.
  bool keeps_secrets = false;

  Protection& operator|=(const Protection& other) noexcept {
    edit = edit || other.edit;
    remove = remove || other.remove;
    secret = secret || other.secret;
    keeps_secrets = keeps_secrets || other.keeps_secrets;
    return *this;
  }
};

[[nodiscard]] Protection protection_of(const HomePath& path) noexcept;

/// `a/b`, or a dot for the home directory.
[[nodiscard]] std::string text_of_path(const HomePath& path);

}  // namespace trinity::agentd
