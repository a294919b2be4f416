#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "vault/holding.h"

namespace trinity::vault {

/// A key is missing that something needs, or is not the right one. The text is for the operator.
struct WrongKey : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Of the newest key.
[[nodiscard]] Mark mark_of(const Vault& vault);

/// What to do about the marks of a place before it is used.
struct Verdict {
  bool note_newest = false;         ///< the newest key has no mark there yet
  std::vector<std::string> unused;  ///< marks of keys that are not here and that nothing needs
};

/// `needed`: whether a text sealed under that key is kept there. Throws WrongKey. `place`: "the database
/// /var/trinity.db".
[[nodiscard]] Verdict judge(const std::vector<Mark>& marks, const Vault& vault, std::string_view place,
                            const std::function<bool(const std::string& key_id)>& needed);

/// Table trinity_vault.
class DatabaseMarks : public MarkBook {
 public:
  /// `database` must outlive it.
  explicit DatabaseMarks(db::Database& database) : database_(database) {}

  Task<std::vector<Mark>> marks(Call call) override;
  Task<> put_mark(Call call, Mark mark) override;
  Task<> drop_mark(Call call, std::string key_id) override;

  /// At start, after the migrations: judge() with what the tables hold, and what follows from it. `needed` as there,
  /// within one transaction. Blocks.
  void check(Call call, const Vault& vault, const std::function<bool(db::Session&, const std::string& key_id)>& needed);

 private:
  db::Database& database_;
};

}  // namespace trinity::vault
