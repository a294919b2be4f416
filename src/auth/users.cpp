#include "auth/users.h"

#include "auth/store.h"

namespace trinity::auth {

void UserDirectory::Users::put(User user) {
  user.caller =
      std::make_shared<const Caller>(Caller{user.id, user.username, user.email, user.role, Scope::session, {}});
  if (const auto old = by_id.find(user.id); old != by_id.end()) by_name.erase(old->second->username);
  auto shared = std::make_shared<const User>(std::move(user));
  by_name[shared->username] = shared;
  by_id[shared->id] = shared;
}

void UserDirectory::load(db::Database& database, Call call) {
  auto job = [](db::Session& session) { return UserRows::all(session); };
  replace(made_of(database.read_now(call, std::move(job))));
}

Task<> UserDirectory::reload(db::Database* database, Call call) {
  auto job = [](db::Session& session) { return UserRows::all(session); };
  auto publish = [this](std::vector<User>& rows) { replace(made_of(std::move(rows))); };
  co_await database->read_in_order(call, std::move(job), std::move(publish));
}

std::shared_ptr<const UserDirectory::Users> UserDirectory::made_of(std::vector<User> rows) {
  auto made = std::make_shared<Users>();
  for (auto& user : rows) made->put(std::move(user));
  return made;
}

std::shared_ptr<const UserDirectory::Users> UserDirectory::users() const {
  const std::lock_guard lock(mutex_);
  return users_;
}

void UserDirectory::replace(std::shared_ptr<const Users> next) {
  // Swapped, not assigned: the old copy is freed after the lock.
  const std::lock_guard lock(mutex_);
  users_.swap(next);
}

std::shared_ptr<const User> UserDirectory::by_name(std::string_view username) const {
  const auto all = users();
  const auto found = all->by_name.find(username);
  return found == all->by_name.end() ? nullptr : found->second;
}

std::shared_ptr<const User> UserDirectory::by_id(std::int64_t id) const {
  const auto all = users();
  const auto found = all->by_id.find(id);
  return found == all->by_id.end() ? nullptr : found->second;
}

// Only the database's writer publishes, one at a time, so the copy cannot lose another change.
void UserDirectory::put(User user) {
  auto next = std::make_shared<Users>(*users());
  next->put(std::move(user));
  replace(std::move(next));
}

}  // namespace trinity::auth
