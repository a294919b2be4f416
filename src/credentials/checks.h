#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/credential_rules.h"
#include "json/decode.h"

namespace trinity::credentials {

/// Body of POST /api/credentials.
struct CredentialCreate {
  std::string name;
  std::string service;
  std::string type;
  boost::json::object credentials;  ///< the secret
  std::optional<std::string> description;
  std::optional<std::string> file_path;
};
BOOST_DESCRIBE_STRUCT(CredentialCreate, (), (name, service, type, credentials, description, file_path))

/// Body of PUT /api/credentials/{cred_id}. What is not given stays.
struct CredentialUpdate {
  std::optional<std::string> name;
  std::optional<boost::json::object> credentials;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(CredentialUpdate, (), (name, credentials, description))

/// What one person may have, and what one agent may be given.
inline constexpr std::size_t most_credentials = 2'000;
inline constexpr std::size_t most_assigned = most_credential_files;
/// Of one secret.
inline constexpr std::size_t largest_secret = 1'500'000;

/// Throws Unprocessable with all faults; no answer repeats a secret.
void check(const CredentialCreate& wanted);
/// `type`: of the credential that is changed.
void check(const CredentialUpdate& wanted, const std::string& type);

}  // namespace trinity::credentials
