#include "app/own_credentials.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "credentials/variables.h"

namespace trinity::app {

namespace {

boost::json::object shown(const credentials::Credential& meta) {
  return {{"id", meta.id}, {"name", meta.name}, {"service", meta.service}, {"type", meta.type}};
}

/// The best match first; among equals the newest, as the store gives them.
boost::json::array matching(const std::vector<credentials::Opened>& own, const std::string& name) {
  std::vector<std::pair<credentials::Match, const credentials::Opened*>> found;
  for (const auto& one : own) {
    const auto how = credentials::match(one, name);
    if (how != credentials::Match::none) found.emplace_back(how, &one);
  }
  std::ranges::stable_sort(found, std::greater(), [](const auto& one) { return one.first; });
  boost::json::array made;
  for (const auto& [how, one] : found) made.push_back(shown(one->meta));
  return made;
}

}  // namespace

Task<std::map<std::string, boost::json::array>> OwnCredentials::fitting(Call call, std::shared_ptr<const Caller> caller,
                                                                        std::vector<std::string> names) {
  std::map<std::string, boost::json::array> made;
  if (names.empty() || !caller->is_person()) co_return made;
  const auto stored = co_await store_.of_owner(call, caller->username, std::string());
  const auto own = box_.open_all(stored);
  for (const auto& name : names) made[name] = matching(own.opened, name);
  co_return made;
}

}  // namespace trinity::app
