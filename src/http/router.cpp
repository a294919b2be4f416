#include "http/router.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>

#include "base/errors.h"
#include "base/log.h"
#include "http/client.h"
#include "http/text.h"

namespace trinity::http {

/// A place in the tree of path segments. Routes are kept by index, since the list grows while routes are added.
struct Router::Node {
  struct End {
    Method method;
    std::size_t route;
    std::vector<std::string> names;  ///< of the parameters on the way, in order
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> parameter;
  std::vector<End> ends;
  std::vector<End> rest_ends;  ///< routes whose last segment takes what is left
};

namespace {

/// What one walk through the tree has found. The first route of the asked method wins; others only count for Allow.
template <class Node>
struct Walk {
  const Node* from;
  Method method = Method::other;
  std::vector<std::string_view> values{};
  const typename Node::End* found = nullptr;
  std::vector<std::string_view> found_values{};
  std::vector<Method> others{};

  void visit(const std::vector<typename Node::End>& ends) {
    for (const auto& end : ends) {
      if (end.method == method) {
        found = &end;
        found_values = values;
        return;
      }
      others.push_back(end.method);
    }
  }

  /// `rest` is what is left of the path, without the slash in front.
  void walk(const Node& node, std::string_view rest, bool at_end) {
    if (at_end) return visit(node.ends);
    auto behind = rest;
    const auto segment = take_until(behind, '/');
    const bool last = segment.size() == rest.size();
    if (const auto next = node.literal.find(segment); next != node.literal.end()) walk(*next->second, behind, last);
    if (found) return;
    if (node.parameter && !segment.empty()) {
      values.push_back(segment);
      walk(*node.parameter, behind, last);
      values.pop_back();
    }
    if (found || node.rest_ends.empty() || rest.empty()) return;
    values.push_back(rest);
    visit(node.rest_ends);
    values.pop_back();
  }
};

/// `{name}` -> name, `{name...}` -> name and takes_rest; a literal gives nothing.
struct Parameter {
  std::string name;
  bool takes_rest = false;
};

std::optional<Parameter> parameter_of(std::string_view segment) {
  if (!segment.starts_with('{') || !segment.ends_with('}')) return std::nullopt;
  auto name = segment.substr(1, segment.size() - 2);
  const bool rest = name.ends_with("...");
  if (rest) name.remove_suffix(3);
  return Parameter{std::string(name), rest};
}

std::string label(const Route& route) {
  return std::string(name_of(route.method)) + ' ' + route.path;
}

void check(const Route& route) {
  if (!route.path.starts_with('/')) throw std::logic_error("route without leading slash: " + label(route));
  if (route.access == Access::undefined) throw std::logic_error("route without access policy: " + label(route));
  if (!route.handler == !route.socket) throw std::logic_error("route needs one handler: " + label(route));
  if (route.socket && route.method != Method::get) throw std::logic_error("an upgrade is a GET: " + label(route));
  if (route.method == Method::head || route.method == Method::options || route.method == Method::other) {
    throw std::logic_error("the server answers this method itself: " + label(route));
  }
}

std::string allow_of(const std::vector<Method>& methods) {
  constexpr std::array order{Method::get, Method::post, Method::put, Method::patch, Method::del};
  std::string text;
  for (const auto method : order) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) continue;
    if (!text.empty()) text += ", ";
    text += name_of(method);
    if (method == Method::get) text += ", HEAD";
  }
  return text;
}

}  // namespace

void Router::add(std::vector<Route> routes) {
  if (!root_) root_ = std::make_shared<Node>();
  for (auto& route : routes) {
    check(route);
    Node* node = root_.get();
    std::vector<std::string> names;
    bool rest_taken = false;
    std::string_view left = std::string_view(route.path).substr(1);
    for (bool more = true; more;) {
      const auto segment = left.substr(0, left.find('/'));
      more = segment.size() != left.size();
      left.remove_prefix(more ? segment.size() + 1 : segment.size());
      if (auto parameter = parameter_of(segment)) {
        if (parameter->takes_rest && more) throw std::logic_error("the rest must come last: " + label(route));
        names.push_back(std::move(parameter->name));
        rest_taken = parameter->takes_rest;
        if (rest_taken) break;
        if (!node->parameter) node->parameter = std::make_unique<Node>();
        node = node->parameter.get();
      } else {
        auto& next = node->literal[std::string(segment)];
        if (!next) next = std::make_unique<Node>();
        node = next.get();
      }
    }
    auto& ends = rest_taken ? node->rest_ends : node->ends;
    for (const auto& end : ends) {
      if (end.method == route.method) throw std::logic_error("route declared twice: " + label(route));
    }
    ends.push_back({route.method, routes_.size(), std::move(names)});
    routes_.push_back(std::move(route));
  }
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (!root_ || !path.starts_with('/')) return match;
  Walk<Node> walk{root_.get(), method == Method::head ? Method::get : method};
  walk.walk(*root_, path.substr(1), false);
  if (walk.found) {
    match.route = &routes_[walk.found->route];
    for (std::size_t i = 0; i < walk.found->names.size(); ++i) {
      match.params.add(walk.found->names[i], std::string(walk.found_values[i]));
    }
    return match;
  }
  if (!walk.others.empty()) {
    match.known_path = true;
    match.allowed = allow_of(walk.others);
    return match;
  }
  if (path == "/") return match;
  const std::string other =
      path.ends_with('/') ? std::string(path.substr(0, path.size() - 1)) : std::string(path) + '/';
  Walk<Node> second{root_.get(), walk.method};
  second.walk(*root_, std::string_view(other).substr(1), false);
  if (second.found || !second.others.empty()) match.redirect = other;
  return match;
}

namespace {

unsigned status_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::bad_request:
      return 400;
    case ErrorKind::unauthorized:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::method_not_allowed:
      return 405;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::payload_too_large:
      return 413;
    case ErrorKind::unprocessable:
      return 422;
    case ErrorKind::too_many_requests:
      return 429;
    case ErrorKind::internal:
      return 500;
    case ErrorKind::bad_gateway:
      return 502;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::timeout:
      return 504;
  }
  return 500;
}

Response detail(unsigned status, boost::json::value text) {
  return Response::json(boost::json::object{{"detail", std::move(text)}}, status);
}

Response answer_for_error(const Error& fault, const Call& call) {
  const auto status = status_of(fault.kind());
  if (!fault.shown()) {
    log::error({"http", call.id()}, "failed: {}", fault.what());
    return detail(status, "Internal Server Error");
  }
  auto made = detail(status, fault.detail());
  if (status == 401) made.headers.add("WWW-Authenticate", "Bearer");
  if (fault.retry_after().count() > 0) made.headers.add("Retry-After", std::to_string(fault.retry_after().count()));
  return made;
}

}  // namespace

Response answer_for(std::exception_ptr fault, const Call& call) {
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const Error& e) {
    return answer_for_error(e, call);
  } catch (const ClientError& e) {
    log::warn({"http", call.id()}, "a call to another server failed: {}", e.what());
    return detail(502, "Bad Gateway");
  } catch (const std::exception& e) {
    log::error({"http", call.id()}, "failed: {}", e.what());
  } catch (...) {
    log::error({"http", call.id()}, "failed by something that is no exception");
  }
  return detail(500, "Internal Server Error");
}

}  // namespace trinity::http
