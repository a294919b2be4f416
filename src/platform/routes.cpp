#include "platform/routes.h"

#include <optional>

#include "json/decode.h"

namespace trinity::platform {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t key_body = 16 * 1024;
constexpr std::size_t ops_body = 64 * 1024;
/// A value of 256 KiB may need six bytes for each of its own.
constexpr std::size_t setting_body = 2 * 1024 * 1024;

struct SettingUpdate {
  std::string value;
};
BOOST_DESCRIBE_STRUCT(SettingUpdate, (), (value))

struct OpsUpdate {
  std::map<std::string, std::string> settings;
};
BOOST_DESCRIBE_STRUCT(OpsUpdate, (), (settings))

struct KeyValue {
  std::string api_key;
};
BOOST_DESCRIBE_STRUCT(KeyValue, (), (api_key))

struct KeyToTry {
  std::optional<std::string> api_key;
};
BOOST_DESCRIBE_STRUCT(KeyToTry, (), (api_key))

Task<Response> list(PlatformService* service, Request request) {
  const auto all = co_await service->list(request.call);
  co_return Response::json(json::encode(all));
}

Task<Response> get(PlatformService* service, Request request) {
  const auto made = co_await service->get(request.call, request.params.get("key"));
  co_return Response::json(json::encode(made));
}

Task<Response> set(PlatformService* service, Request request) {
  auto update = json::decode_body<SettingUpdate>(request.body);
  const auto made =
      co_await service->set(request.call, request.caller, request.params.get("key"), std::move(update.value));
  co_return Response::json(json::encode(made));
}

Task<Response> remove(PlatformService* service, Request request) {
  const bool deleted = co_await service->remove(request.call, request.caller, request.params.get("key"));
  json::object made{{"success", true}, {"deleted", deleted}};
  co_return Response::json(made);
}

Task<Response> ops(PlatformService* service, Request) {
  co_return Response::json(service->ops());
}

Task<Response> set_ops(PlatformService* service, Request request) {
  auto update = json::decode_body<OpsUpdate>(request.body);
  const auto done = co_await service->set_ops(request.call, request.caller, std::move(update.settings));
  json::object made{{"success", true}, {"updated", json::encode(done.updated)}, {"ignored", nullptr}};
  if (!done.ignored.empty()) made["ignored"] = json::encode(done.ignored);
  co_return Response::json(made);
}

Task<Response> reset_ops(PlatformService* service, Request request) {
  const auto removed = co_await service->reset_ops(request.call, request.caller);
  json::object made{{"success", true}, {"message", "Ops settings reset to defaults"}, {"reset", json::encode(removed)}};
  co_return Response::json(made);
}

/// For a page that shows the keys and where they are kept. A store that cannot be reached hides no key.
Task<> add_vault(vault::Rotation* rotation, const Request* request, json::object* made) {
  json::value vault;
  json::value fault;
  try {
    const auto status = co_await rotation->status(request->call, request->caller);
    vault = json::encode(status);
  } catch (const Error& failed) {
    if (failed.kind() == ErrorKind::internal) throw;
    fault = failed.what();
  }
  (*made)["vault"] = std::move(vault);
  (*made)["vault_error"] = std::move(fault);
}

Task<Response> keys(PlatformService* service, vault::Rotation* rotation, Request request) {
  json::Faults faults;
  const bool with_vault = json::query_bool(request.query.find("with_vault"), "with_vault", faults).value_or(false);
  faults.check();
  auto made = service->keys();
  if (with_vault) co_await add_vault(rotation, &request, &made);
  co_return Response::json(made);
}

Task<Response> set_key(PlatformService* service, const KeyKind* kind, Request request) {
  auto given = json::decode_body<KeyValue>(request.body);
  const auto done = co_await service->set_key(request.call, request.caller, kind, std::move(given.api_key));
  json::object made{{"success", true}, {"masked", done.masked}, {"agents_to_restart", done.agents_to_restart}};
  co_return Response::json(made);
}

Task<Response> remove_key(PlatformService* service, const KeyKind* kind, Request request) {
  const auto done = co_await service->remove_key(request.call, request.caller, kind);
  json::object made{{"success", true},
                    {"deleted", done.deleted},
                    {"fallback_configured", done.fallback_configured},
                    {"agents_to_restart", done.agents_to_restart}};
  co_return Response::json(made);
}

Task<Response> check_key(PlatformService* service, const KeyKind* kind, Request request) {
  KeyToTry given;
  if (!request.body.empty()) given = json::decode_body<KeyToTry>(request.body);
  const auto made = co_await service->check_key(request.call, request.caller, kind, std::move(given.api_key));
  co_return Response::json(made);
}

void add_key_routes(std::vector<http::Route>& table, PlatformService& service) {
  using Step = Task<Response> (*)(PlatformService*, const KeyKind*, Request);
  for (const auto& kind : key_kinds()) {
    const auto to = [&service, &kind](Step step) {
      return [step, &service, &kind](Request request) { return step(&service, &kind, std::move(request)); };
    };
    const auto path = "/api/settings/api-keys/" + std::string(kind.name);
    table.push_back({Method::put, path, Access::admin, to(set_key), {}, key_body});
    table.push_back({Method::del, path, Access::admin, to(remove_key)});
    table.push_back({Method::post, path + "/test", Access::admin, to(check_key), {}, key_body});
  }
}

}  // namespace

std::vector<http::Route> routes(PlatformService& service, vault::Rotation& rotation) {
  using Step = Task<Response> (*)(PlatformService*, Request);
  const auto to = [&service](Step step) {
    return [step, &service](Request request) { return step(&service, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/settings", Access::admin, to(list)});
  table.push_back({Method::get, "/api/settings/api-keys", Access::admin,
                   [&service, &rotation](Request request) { return keys(&service, &rotation, std::move(request)); }});
  table.push_back({Method::get, "/api/settings/ops/config", Access::admin, to(ops)});
  table.push_back({Method::put, "/api/settings/ops/config", Access::admin, to(set_ops), {}, ops_body});
  table.push_back({Method::post, "/api/settings/ops/reset", Access::admin, to(reset_ops)});
  table.push_back({Method::get, "/api/settings/{key}", Access::admin, to(get)});
  table.push_back({Method::put, "/api/settings/{key}", Access::admin, to(set), {}, setting_body});
  table.push_back({Method::del, "/api/settings/{key}", Access::admin, to(remove)});
  add_key_routes(table, service);
  return table;
}

}  // namespace trinity::platform
