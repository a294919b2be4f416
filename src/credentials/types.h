#pragma once
#include <string>
#include <utility>

#include "vault/vault.h"

namespace trinity::credentials {

/// A credential without its secret. Times: UTC, YYYY-MM-DDTHH:MM:SS.ffffff, without a zone.
struct Credential {
  std::string id;
  std::string name;
  std::string service;
  std::string type;  ///< api_key, token, basic_auth, oauth2, file; others count as api_key
  std::string description;
  std::string file_path;  ///< below the agent's home folder; empty: none
  std::string owner;      ///< user name
  std::string created_at;
  std::string updated_at;
  std::string export_as{};  ///< the variable to deliver it as when that is not its name, see imports; empty: none
  bool operator==(const Credential&) const = default;
};

/// With its secret: a JSON object, sealed.
struct Stored {
  Credential meta;
  std::string sealed;
};

/// What the secret of a credential is bound to.
[[nodiscard]] inline vault::Label secret_label(std::string id, std::string owner) {
  return {"credential", std::move(id), std::move(owner), "secret"};
}

}  // namespace trinity::credentials
