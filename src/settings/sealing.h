#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "db/session.h"
#include "vault/holding.h"

namespace trinity::settings {

[[nodiscard]] vault::Label label_of(const std::string& key);

/// Shows every secret setting of the table that is not empty to `reseal` and stores what it makes of it.
vault::Resealed reseal_all(db::Session& session, const vault::Reseal& reseal);

/// Seals the secret settings that stand plain in the table; how many there were.
std::size_t seal_plain(db::Session& session, const vault::Vault& vault);

/// The keys of secret settings that stand plain in a database file, looked at from outside; none without a file.
/// Changes nothing. Throws db::Failure.
[[nodiscard]] std::vector<std::string> plain_secrets_of(const std::filesystem::path& database);

/// After plain secrets were sealed: rewrites the database file, so that no free page or journal still has them, and
/// does the same to the copies that migrations left beside it. What cannot be done is logged: the database itself is
/// sealed by then. Blocks.
void clean_files(const std::filesystem::path& database, const vault::Vault& vault);

}  // namespace trinity::settings
