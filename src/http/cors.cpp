#include "http/cors.h"

#include <algorithm>
#include <array>

#include "http/text.h"

namespace trinity::http {

namespace {

constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "DELETE", "OPTIONS"};
constexpr std::array<std::string_view, 6> fields{"Accept",           "Accept-Language", "Authorization",
                                                 "Content-Language", "Content-Type",    "X-Source-Agent"};

template <class List>
std::string joined(const List& list) {
  std::string text;
  for (const auto item : list) {
    if (!text.empty()) text += ", ";
    text += item;
  }
  return text;
}

bool all_known(std::string_view asked) {
  while (!asked.empty()) {
    const auto name = trim(take_until(asked, ','));
    const auto known = [name](std::string_view field) { return same_name(field, name); };
    if (!name.empty() && std::none_of(fields.begin(), fields.end(), known)) return false;
  }
  return true;
}

Response refuse(std::string_view what) {
  return Response::json(boost::json::object{{"detail", "Disallowed CORS " + std::string(what)}}, 400);
}

}  // namespace

std::optional<std::string> allowed_origin(const Headers& request, const std::vector<std::string>& origins) {
  const auto origin = request.find("Origin");
  if (!origin || std::find(origins.begin(), origins.end(), *origin) == origins.end()) return std::nullopt;
  return std::string(*origin);
}

std::optional<Response> answer_preflight(Method method, const Headers& request,
                                         const std::optional<std::string>& origin) {
  const auto asked = request.find("Access-Control-Request-Method");
  if (method != Method::options || !asked || !request.find("Origin")) return std::nullopt;
  if (!origin) return refuse("origin");
  if (std::find(methods.begin(), methods.end(), *asked) == methods.end()) return refuse("method");
  if (!all_known(request.find("Access-Control-Request-Headers").value_or(""))) return refuse("headers");
  auto made = Response::empty(200);
  made.headers.add("Access-Control-Allow-Methods", joined(methods));
  made.headers.add("Access-Control-Allow-Headers", joined(fields));
  made.headers.add("Access-Control-Max-Age", "600");
  return made;
}

void allow_origin(Response& response, const std::string& origin) {
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Access-Control-Expose-Headers", "X-Conflict-Type, Retry-After");
  const auto vary = response.headers.find("Vary");
  response.headers.set("Vary", vary ? std::string(*vary) + ", Origin" : "Origin");
}

}  // namespace trinity::http
