#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "credentials/types.h"
#include "credentials/variables.h"
#include "vault/vault.h"

namespace trinity::credentials {

/// Seals secret objects and opens them again. What it opens lies in memory that is overwritten when it is given up. Any
/// thread; does not block.
class SecretBox {
 public:
  /// `vault` must outlive it.
  explicit SecretBox(const vault::Vault& vault) : vault_(vault) {}

  [[nodiscard]] std::string seal(const Credential& meta, const boost::json::object& secret) const;
  /// Throws vault::Damaged.
  [[nodiscard]] Opened open(const Stored& stored) const;

  struct OpenedAll {
    std::vector<Opened> opened{};
    std::vector<std::string> damaged{};  ///< names of those that cannot be opened
  };
  /// One that is damaged does not keep the others back; it is logged.
  [[nodiscard]] OpenedAll open_all(const std::vector<Stored>& stored) const;

 private:
  const vault::Vault& vault_;
};

}  // namespace trinity::credentials
