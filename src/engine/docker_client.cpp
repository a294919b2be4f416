#include "engine/docker_client.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.h"
#include "engine/docker_events.h"
#include "engine/docker_fault.h"
#include "engine/docker_logs.h"
#include "engine/docker_target.h"

namespace trinity::engine {

namespace {

using Milliseconds = std::chrono::milliseconds;

/// How much longer than its grace a stop may take.
constexpr std::chrono::seconds stop_reserve{5};
/// Between two looks whether a container has gone.
constexpr Milliseconds look_pause{50};
/// Of the list: 20,000 containers with many labels.
constexpr std::size_t max_list_body = 64 * 1024 * 1024;
/// Of an answer that tells a failure.
constexpr std::size_t max_failure_body = 64 * 1024;

Milliseconds left_until(SteadyTime deadline) {
  return std::max(std::chrono::ceil<Milliseconds>(deadline - steady_now()), Milliseconds(0));
}

Task<> pause(Milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(use_awaitable);
}

/// The next bytes of an answer; empty at its end.
Task<std::string> read_more(http::ClientStream* stream, SteadyTime deadline, const std::string* action) {
  try {
    co_return co_await stream->read(left_until(deadline));
  } catch (const http::ClientError& fault) {
    throw translated(fault, *action);
  }
}

Task<http::ClientResponse> read_failure(http::ClientStream* stream, SteadyTime deadline, const std::string* action) {
  auto answer = stream->head();
  while (answer.body.size() < max_failure_body) {
    const auto bytes = co_await read_more(stream, deadline, action);
    if (bytes.empty()) break;
    answer.body += bytes;
  }
  co_return answer;
}

}  // namespace

DockerEngine::Ask DockerEngine::get(std::string target, Milliseconds limit, std::string action) const {
  return {.method = http::Method::get,
          .target = std::move(target),
          .body = {},
          .type = {},
          .limit = limit,
          .action = std::move(action)};
}

DockerEngine::Ask DockerEngine::post(std::string target, const boost::json::value& body, std::string action) const {
  return {.method = http::Method::post,
          .target = std::move(target),
          .body = body.is_null() ? std::string() : boost::json::serialize(body),
          .type = body.is_null() ? "" : "application/json",
          .limit = limits_.change,
          .action = std::move(action)};
}

http::ClientRequest DockerEngine::request_of(Ask& ask) const {
  http::ClientRequest request;
  request.method = ask.method;
  request.target = fmt::format("/v1.{}{}", api_.load(std::memory_order_relaxed), ask.target);
  request.body = std::move(ask.body);
  if (!ask.type.empty()) request.headers.add("Content-Type", ask.type);
  return request;
}

Task<http::ClientResponse> DockerEngine::send(Call call, Ask ask) {
  call.count_engine();
  auto request = request_of(ask);
  try {
    co_return co_await client_.request(std::move(request), ask.limit);
  } catch (const http::ClientError& fault) {
    throw translated(fault, ask.action);
  }
}

Task<http::ClientResponse> DockerEngine::expect(Call call, Ask ask, unsigned also_fine) {
  const auto action = ask.action;
  auto answer = co_await send(call, std::move(ask));
  if (answer.status != also_fine) check_status(answer, action);
  co_return answer;
}

Task<std::optional<std::string>> DockerEngine::look_up(Call call, Ask ask) {
  auto answer = co_await expect(call, std::move(ask), 404);
  if (answer.status == 404) co_return std::nullopt;
  co_return std::move(answer.body);
}

Task<std::unique_ptr<http::ClientStream>> DockerEngine::open(Call call, Ask ask) {
  call.count_engine();
  const auto deadline = steady_now() + ask.limit;
  auto request = request_of(ask);
  std::unique_ptr<http::ClientStream> stream;
  try {
    stream = co_await client_.open(std::move(request), ask.limit);
  } catch (const http::ClientError& fault) {
    throw translated(fault, ask.action);
  }
  if (stream->head().status >= 300) {
    const auto answer = co_await read_failure(stream.get(), deadline, &ask.action);
    check_status(answer, ask.action);
  }
  co_return stream;
}

Task<std::string> DockerEngine::collect(Call call, Ask ask, Milliseconds whole, std::size_t most) {
  const auto action = ask.action;
  const auto part = ask.limit;
  const auto deadline = steady_now() + whole;
  const auto stream = co_await open(call, std::move(ask));
  std::string body;
  while (true) {
    const auto bytes = co_await read_more(stream.get(), std::min(deadline, steady_now() + part), &action);
    if (bytes.empty()) co_return body;
    body += bytes;
    if (body.size() > most) {
      throw EngineError(Fault::failed, fmt::format("{}: the engine's answer is too large", action));
    }
  }
}

Task<std::string> DockerEngine::negotiate(Call call) {
  call.count_engine();
  http::ClientRequest request;
  request.target = "/version";  // the one call that every version of the API answers
  http::ClientResponse answer;
  try {
    answer = co_await client_.request(std::move(request), limits_.quick);
  } catch (const http::ClientError& fault) {
    throw translated(fault, "version");
  }
  check_status(answer, "version");
  const auto version = parse_version(answer.body);
  const auto chosen = choose_api(version);
  api_.store(chosen, std::memory_order_relaxed);
  co_return fmt::format("{} (API 1.{})", version.engine, chosen);
}

Task<std::vector<Container>> DockerEngine::list(Call call, std::vector<std::string> labels) {
  const auto filters = filters_text(labels);
  auto ask = get(with_query("/containers/json", {{"all", "1"}, {"filters", filters}}), limits_.list, "list");
  const auto body = co_await collect(call, std::move(ask), limits_.whole_list, max_list_body);
  co_return parse_list(body);
}

Task<std::optional<ContainerDetail>> DockerEngine::inspect(Call call, std::string container) {
  auto ask = get(target_of("containers", container, "json"), limits_.quick, "inspect of " + container);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  co_return parse_inspect(*body);
}

Task<std::optional<Description>> DockerEngine::describe(Call call, std::string container) {
  auto ask = get(target_of("containers", container, "json"), limits_.quick, "inspect of " + container);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  co_return parse_description(*body);
}

Task<std::string> DockerEngine::create(Call call, std::string name, ContainerSpec spec) {
  const auto body = spec_to_json(spec);
  auto ask = post(with_query("/containers/create", {{"name", name}}), body, "creation of " + name);
  const auto answer = co_await expect(call, std::move(ask));
  co_return parse_created(answer.body);
}

Task<> DockerEngine::start(Call call, std::string container) {
  auto ask = post(target_of("containers", container, "start"), nullptr, "start of " + container);
  co_await expect(call, std::move(ask), 304);
}

Task<> DockerEngine::stop(Call call, std::string container, std::chrono::seconds grace) {
  const auto seconds = std::to_string(grace.count());
  auto target = with_query(target_of("containers", container, "stop"), {{"t", seconds}});
  auto ask = post(std::move(target), nullptr, "stop of " + container);
  ask.limit = grace + stop_reserve;
  co_await expect(call, std::move(ask), 304);
}

Task<> DockerEngine::kill(Call call, std::string container, std::string signal) {
  auto target = with_query(target_of("containers", container, "kill"), {{"signal", signal}});
  auto ask = post(std::move(target), nullptr, "kill of " + container);
  co_await expect(call, std::move(ask));
}

Task<> DockerEngine::rename(Call call, std::string container, std::string name) {
  auto target = with_query(target_of("containers", container, "rename"), {{"name", name}});
  auto ask = post(std::move(target), nullptr, "renaming of " + container);
  co_await expect(call, std::move(ask));
}

Task<> DockerEngine::remove(Call call, std::string container, bool force) {
  // v=0: volumes have a life of their own.
  auto target = with_query(target_of("containers", container), {{"force", force ? "1" : "0"}, {"v", "0"}});
  auto ask = get(std::move(target), limits_.change, "removal of " + container);
  ask.method = http::Method::del;
  const auto action = ask.action;
  const auto answer = co_await send(call, std::move(ask));
  if (answer.status == 404) co_return;
  if (answer.status == 409 && answer.body.find("already in progress") != std::string::npos) {
    co_await wait_until_gone(call, container);
    co_return;
  }
  check_status(answer, action);
}

Task<> DockerEngine::wait_until_gone(Call call, std::string container) {
  const auto deadline = steady_now() + limits_.change;
  while (steady_now() < deadline) {
    auto ask = get(target_of("containers", container, "json"), limits_.quick, "inspect of " + container);
    const auto body = co_await look_up(call, std::move(ask));
    if (!body) co_return;
    co_await pause(look_pause);
  }
  throw EngineError(Fault::conflict, fmt::format("the engine is still removing {}", container));
}

Task<> DockerEngine::upload(Call call, std::string container, std::string path, std::string tar) {
  auto target = with_query(target_of("containers", container, "archive"), {{"path", path}});
  auto ask = get(std::move(target), limits_.change, "upload to " + container);
  ask.method = http::Method::put;
  ask.type = "application/x-tar";
  ask.body = std::move(tar);
  co_await expect(call, std::move(ask));
}

Task<std::optional<std::string>> DockerEngine::download(Call call, std::string container, std::string path,
                                                        std::size_t most) {
  auto target = with_query(target_of("containers", container, "archive"), {{"path", path}});
  auto ask = get(std::move(target), limits_.change, "download from " + container);
  try {
    co_return co_await collect(call, std::move(ask), limits_.change, most);
  } catch (const EngineError& fault) {
    if (fault.fault() != Fault::not_found) throw;
  }
  co_return std::nullopt;
}

Task<std::vector<LogPiece>> DockerEngine::logs(Call call, std::string container, LogOptions options) {
  const auto tail = options.tail < 0 ? std::string("all") : std::to_string(options.tail);
  auto target =
      with_query(target_of("containers", container, "logs"),
                 {{"stdout", "1"}, {"stderr", "1"}, {"tail", tail}, {"timestamps", options.timestamps ? "1" : "0"}});
  auto ask = get(std::move(target), limits_.logs, "logs of " + container);
  const auto action = ask.action;
  const auto deadline = steady_now() + limits_.logs;
  const auto stream = co_await open(call, std::move(ask));
  LogFramer framer;
  LogTail newest(options.max_bytes);
  std::vector<LogPiece> pieces;
  while (true) {
    const auto bytes = co_await read_more(stream.get(), deadline, &action);
    if (bytes.empty()) {
      framer.finish(pieces);
    } else {
      framer.feed(bytes, pieces);
    }
    for (auto& piece : pieces) newest.add(std::move(piece));
    pieces.clear();
    if (bytes.empty()) co_return newest.take();
  }
}

Task<std::unique_ptr<LogStream>> DockerEngine::follow_logs(Call call, std::string container, FollowOptions options) {
  const auto tail = std::to_string(options.tail);
  const auto since = since_text(options.since_nano);
  auto target = with_query(
      target_of("containers", container, "logs"),
      {{"follow", "1"}, {"stdout", "1"}, {"stderr", "1"}, {"timestamps", "1"}, {"tail", tail}, {"since", since}});
  auto ask = get(std::move(target), limits_.logs, "logs of " + container);
  auto stream = co_await open(call, std::move(ask));
  co_return std::make_unique<DockerLogs>(std::move(stream));
}

Task<std::optional<Statistics>> DockerEngine::statistics(Call call, std::string container) {
  auto target = with_query(target_of("containers", container, "stats"), {{"stream", "false"}, {"one-shot", "true"}});
  auto ask = get(std::move(target), limits_.quick, "statistics of " + container);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  co_return parse_statistics(*body);
}

Task<std::unique_ptr<EventStream>> DockerEngine::events(Call call, std::int64_t since_nano,
                                                        std::vector<std::string> labels) {
  const auto since = since_text(since_nano);
  const auto filters = filters_text(labels, "container");
  auto ask = get(with_query("/events", {{"since", since}, {"filters", filters}}), limits_.quick, "events");
  auto stream = co_await open(call, std::move(ask));
  co_return std::make_unique<DockerEvents>(std::move(stream));
}

Task<std::optional<Image>> DockerEngine::image(Call call, std::string name) {
  auto ask = get(image_target(name), limits_.quick, "inspect of image " + name);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  co_return parse_image(*body);
}

Task<> DockerEngine::pull(Call call, std::string name, std::chrono::seconds limit) {
  const auto reference = split_image(name);
  auto target = with_query("/images/create", {{"fromImage", reference.name}, {"tag", reference.tag}});
  auto ask = post(std::move(target), nullptr, "pull of " + name);
  ask.limit = limit;
  const auto action = ask.action;
  const auto deadline = steady_now() + limit;
  const auto stream = co_await open(call, std::move(ask));
  LineSplitter splitter;
  std::vector<std::string> lines;
  while (true) {
    const auto bytes = co_await read_more(stream.get(), deadline, &action);
    if (bytes.empty()) {
      splitter.finish(lines);
    } else {
      splitter.feed(bytes, lines);
    }
    for (const auto& line : lines) {
      if (const auto failure = parse_pull_failure(line)) throw EngineError(Fault::failed, action + ": " + *failure);
    }
    lines.clear();
    if (bytes.empty()) co_return;
  }
}

Task<std::optional<Network>> DockerEngine::network(Call call, std::string name) {
  auto ask = get(target_of("networks", name), limits_.quick, "inspect of network " + name);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  auto found = parse_network(*body);
  // The engine also takes the beginning of an id for a name.
  if (found.name != name && found.id != name) co_return std::nullopt;
  co_return found;
}

Task<> DockerEngine::create_network(Call call, std::string name, std::string subnet, Labels labels) {
  const auto body = network_to_json(name, subnet, labels);
  auto ask = post("/networks/create", body, "creation of network " + name);
  co_await expect(call, std::move(ask));
}

Task<> DockerEngine::remove_network(Call call, std::string name) {
  auto ask = get(target_of("networks", name), limits_.change, "removal of network " + name);
  ask.method = http::Method::del;
  co_await expect(call, std::move(ask));
}

Task<std::optional<Volume>> DockerEngine::volume(Call call, std::string name) {
  auto ask = get(target_of("volumes", name), limits_.quick, "inspect of volume " + name);
  const auto body = co_await look_up(call, std::move(ask));
  if (!body) co_return std::nullopt;
  co_return parse_volume(*body);
}

Task<> DockerEngine::create_volume(Call call, std::string name, Labels labels) {
  const auto body = volume_to_json(name, labels);
  auto ask = post("/volumes/create", body, "creation of volume " + name);
  co_await expect(call, std::move(ask));
}

Task<> DockerEngine::remove_volume(Call call, std::string name) {
  auto ask = get(target_of("volumes", name), limits_.change, "removal of volume " + name);
  ask.method = http::Method::del;
  co_await expect(call, std::move(ask), 404);
}

std::unique_ptr<Engine> make_docker(http::Endpoint endpoint, const std::vector<boost::asio::io_context*>& contexts,
                                    DockerLimits limits) {
  return std::make_unique<DockerEngine>(std::move(endpoint), contexts, limits);
}

}  // namespace trinity::engine
