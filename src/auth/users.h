#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/types.h"
#include "base/call.h"
#include "base/task.h"
#include "db/database.h"

namespace trinity::auth {

/// Every user, in memory: looking one up costs no SQL. Changes are written through by whoever changes the table, who
/// calls put() in the publish step of Database::write. Any thread.
class UserDirectory {
 public:
  UserDirectory() : users_(std::make_shared<const Users>()) {}
  UserDirectory(const UserDirectory&) = delete;
  UserDirectory& operator=(const UserDirectory&) = delete;

  /// Reads the table; at start, after the migrations.
  void load(db::Database& database, Call call);

  /// The same while the server runs: another program has changed the table.
  Task<> reload(db::Database* database, Call call);

  /// Null when there is none. Names compare exactly.
  [[nodiscard]] std::shared_ptr<const User> by_name(std::string_view username) const;
  [[nodiscard]] std::shared_ptr<const User> by_id(std::int64_t id) const;

  /// Adds the user or replaces the one of the same id.
  void put(User user);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct Users {
    std::unordered_map<std::string, std::shared_ptr<const User>, TextHash, std::equal_to<>> by_name;
    std::unordered_map<std::int64_t, std::shared_ptr<const User>> by_id;
    void put(User user);
  };
  [[nodiscard]] static std::shared_ptr<const Users> made_of(std::vector<User> rows);

  [[nodiscard]] std::shared_ptr<const Users> users() const;
  void replace(std::shared_ptr<const Users> next);

  mutable std::mutex mutex_;
  std::shared_ptr<const Users> users_;
};

}  // namespace trinity::auth
