#include "live/user_feed.h"

#include <boost/json/object.hpp>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

std::string session_data(const Identity& viewer) {
  const auto& caller = *viewer.caller;
  return trinity::json::write(json::object{{"username", caller.username},
                                           {"role", caller.is_admin() ? "admin" : "user"},
                                           {"email", caller.email ? json::value(*caller.email) : json::value(nullptr)},
                                           {"expires_at", format_z(viewer.expires_at)}});
}

std::string UserFeed::baseline(const fleet::Snapshot&, const Options&, Moment) {
  auto text = session_data(viewer_);
  text.pop_back();
  return text + R"(,"operations":)" + operations_.list_of(viewer_.caller->user_id) + '}';
}

}  // namespace trinity::live
