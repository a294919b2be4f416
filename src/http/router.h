#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "http/message.h"

namespace trinity::http {

class WebSocket;

/// Who may call a route. The service decides which objects the caller may touch; `agent_reader` and `agent_owner`
/// document that and require a signed-in user here.
enum class Access {
  undefined,     ///< start-up fails: every route must say it
  anyone,        ///< no sign-in
  user,          ///< any signed-in user
  agent_reader,  ///< signed in; the service applies the reader rule
  agent_owner,   ///< signed in; the service applies the owner rule
  admin,         ///< role admin, else 403
  secret         ///< agentd: the agent's secret as bearer
};

using Handler = std::function<Task<Response>(Request)>;
/// Owns the socket until it returns; returning closes it.
using SocketHandler = std::function<Task<>(std::shared_ptr<WebSocket>, Request)>;

/// Resolves the Authorization header. Called for every route other than `anyone`; throws Unauthorized or Forbidden.
/// Must not block.
using Authenticator =
    std::function<Task<std::shared_ptr<const Caller>>(Access access, std::string authorization, Call call)>;

/// A line of a feature's table. `path` has `{name}` segments; a last segment `{name...}` takes the rest, slashes
/// included.
struct Route {
  Method method = Method::get;
  std::string path;
  Access access = Access::undefined;
  Handler handler;
  SocketHandler socket{};    ///< set for an upgrade route instead of `handler`
  std::size_t max_body = 0;  ///< bytes; beyond it 413; 0: the limit of the server (ServerOptions)
  /// The handler reads the body itself, from Request::streamed, which ends with the handler. A body that is too large,
  /// too slow or broken throws there; the handler lets that pass.
  bool streams = false;
};

/// All routes. Built at start-up, then read by every I/O thread.
class Router {
 public:
  /// Throws std::logic_error for a route without access policy, without handler, or declared twice.
  void add(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< null: see the other two
    bool known_path = false;       ///< the path exists with other methods (405)
    std::string allowed;           ///< for the Allow header
    std::string redirect;          ///< the path exists with or without its trailing slash (307)
    Parameters params;
  };
  /// A literal segment wins over a parameter.
  [[nodiscard]] Match match(Method method, std::string_view path) const;
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  struct Node;
  std::vector<Route> routes_;
  std::shared_ptr<Node> root_;
};

/// The one place where an exception becomes an answer: status, `{"detail": ...}`, headers. Unknown exceptions become
/// 500 with a fixed text; the cause goes to the log with the request id.
[[nodiscard]] Response answer_for(std::exception_ptr fault, const Call& call);

}  // namespace trinity::http
