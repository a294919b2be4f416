#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace trinity {

enum class Role { user, admin };

/// Who asks. Made by the authenticator, immutable, shared by all requests of one token.
struct Caller {
  std::int64_t user_id = 0;
  std::string username;
  std::optional<std::string> email;  ///< as stored; compare in lower case
  Role role = Role::user;

  [[nodiscard]] bool is_admin() const noexcept { return role == Role::admin; }
};

}  // namespace trinity
