#include "agentlink/link.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"

namespace trinity::agentlink {

namespace {

using std::chrono::milliseconds;
constexpr std::uint16_t port = 8000;
constexpr std::chrono::seconds connect_within{5};
/// A container that is starting: the daemon listens soon.
constexpr milliseconds retry_every{250};
constexpr std::chrono::seconds retry_for{10};
/// Otherwise the contract's pauses between three attempts.
constexpr milliseconds pauses[] = {milliseconds(1'000), milliseconds(2'000)};

http::ClientRequest request_for(const Target& target, const Question& question) {
  http::ClientRequest request;
  request.method = question.method;
  request.target = question.path;
  request.body = question.body;
  request.headers = question.headers;
  request.streamed = question.streamed;
  request.hangup = question.hangup;
  request.connect_within = connect_within;
  if (!question.body.empty()) request.headers.add("Content-Type", "application/json");
  if (!target.secret.empty()) request.headers.add("Authorization", "Bearer " + target.secret);
  return request;
}

/// How long to wait before the next attempt; nothing: no further one.
std::optional<milliseconds> pause_before(const Target& target, bool repeat, std::size_t attempts, SteadyTime begun) {
  if (target.starting && steady_now() - begun < retry_for) return retry_every;
  if (repeat && attempts <= std::size(pauses)) return pauses[attempts - 1];
  return std::nullopt;
}

}  // namespace

Task<std::expected<std::unique_ptr<http::ClientStream>, Trouble>> AgentLink::open(Call call, Target target,
                                                                                  Question question) {
  const auto begun = steady_now();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  http::Client client({{}, target.address, port}, contexts_, 0);
  const bool repeat = question.patient || question.method == http::Method::post;
  for (std::size_t attempts = 1;; ++attempts) {
    const auto used = std::chrono::duration_cast<milliseconds>(steady_now() - begun);
    if (used >= question.limit) co_return std::unexpected(Trouble::timeout);
    http::ClientFault fault = http::ClientFault::closed;
    try {
      co_return co_await client.open(request_for(target, question), question.limit - used);
    } catch (const http::ClientError& e) {
      log::debug({"agentlink", call.id()}, "{}: {}", question.path, e.what());
      fault = e.fault();
    }
    if (fault == http::ClientFault::timeout) co_return std::unexpected(Trouble::timeout);
    if (fault != http::ClientFault::refused) co_return std::unexpected(Trouble::lost);
    const auto pause = pause_before(target, repeat, attempts, begun);
    if (!pause) co_return std::unexpected(Trouble::unreachable);
    timer.expires_after(*pause);
    co_await timer.async_wait(use_awaitable);
  }
}

Task<std::expected<Answer, Trouble>> AgentLink::ask(Call call, Target target, Question question) {
  const auto until = steady_now() + question.limit;
  const auto most = question.most_bytes;
  const auto path = question.path;
  auto opened = co_await open(call, std::move(target), std::move(question));
  if (!opened) co_return std::unexpected(opened.error());
  const auto stream = std::move(*opened);
  Answer answer{stream->head().status, {}, stream->head().headers};
  try {
    for (;;) {
      const auto left = std::chrono::duration_cast<milliseconds>(until - steady_now());
      const auto piece = co_await stream->read(std::max(left, milliseconds(0)));
      if (piece.empty()) co_return answer;
      answer.body += piece;
      if (answer.body.size() > most) break;
    }
  } catch (const http::ClientError& e) {
    log::debug({"agentlink", call.id()}, "{}: {}", path, e.what());
    if (e.fault() == http::ClientFault::timeout) co_return std::unexpected(Trouble::timeout);
  }
  co_return std::unexpected(Trouble::lost);
}

Task<std::expected<std::string, Trouble>> AgentLink::get(Call call, Target target, std::string path,
                                                         std::chrono::milliseconds limit) {
  Question question;
  question.path = std::move(path);
  question.limit = limit;
  auto answer = co_await ask(call, std::move(target), std::move(question));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status != 200) co_return std::unexpected(Trouble::refused);
  co_return std::move(answer->body);
}

}  // namespace trinity::agentlink
