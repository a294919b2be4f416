#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <string>

#include "credentials/secret_store.h"

namespace trinity::credentials {

/// The credential of the server itself that templates of the catalogue name.
inline constexpr const char* template_token_id = "github-pat-templates";

/// Lets it have that token and that owner: made, or its secret replaced where it is another one.
Task<> set_template_token(SecretStore* store, const vault::Vault* vault, Call call, std::string owner,
                          std::string token);

/// The same in the background, again and again while the store cannot be reached. What is passed must outlive the
/// executor's work.
void keep_template_token(SecretStore& store, const vault::Vault& vault, const boost::asio::any_io_executor& executor,
                         std::string owner, std::string token);

}  // namespace trinity::credentials
