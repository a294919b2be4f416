#include "live/routes.h"

#include "http/origin.h"
#include "http/text.h"

namespace trinity::live {

namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  return std::string(*text);
}

std::optional<std::string> bearer_of(const http::Request& request) {
  const auto field = request.headers.find("Authorization");
  if (!field || !http::starts_with_name(*field, "Bearer ")) return std::nullopt;
  return owned(http::trim(field->substr(7)));
}

Task<> serve(HubLink* hub, IdentitySource* identities, SessionOptions options, std::shared_ptr<http::WebSocket> socket,
             Handshake handshake) {
  auto session = std::make_shared<Session>(std::move(socket), *hub, *identities, options);
  co_await Session::run(std::move(session), std::move(handshake));
}

}  // namespace

Handshake handshake_of(const http::Request& request, const std::vector<std::string>& allowed_origins) {
  Handshake made;
  made.token = owned(request.query.find("token"));
  if (!made.token) made.token = bearer_of(request);
  if (!http::same_origin(request.headers, allowed_origins)) return made;
  made.token_cookie = owned(request.cookie("token"));
  made.session_cookie = owned(request.cookie("trinity_session"));
  return made;
}

std::vector<http::Route> routes(HubLink& hub, IdentitySource& identities, LiveOptions options) {
  http::Route route;
  route.method = http::Method::get;
  route.path = "/ws";
  route.access = http::Access::anyone;
  route.socket = [h = &hub, i = &identities, o = std::move(options)](std::shared_ptr<http::WebSocket> socket,
                                                                     http::Request request) {
    return serve(h, i, o.session, std::move(socket), handshake_of(request, o.allowed_origins));
  };
  std::vector<http::Route> table;
  table.push_back(std::move(route));
  return table;
}

}  // namespace trinity::live
