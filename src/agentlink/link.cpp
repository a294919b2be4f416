#include "agentlink/link.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/log.h"

namespace trinity::agentlink {

namespace {

constexpr std::uint16_t port = 8000;
constexpr std::size_t most_bytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds retry_every{250};
constexpr std::chrono::seconds retry_for{10};

http::ClientRequest request_for(const Target& target, const std::string& path) {
  http::ClientRequest request;
  request.target = path;
  if (!target.secret.empty()) request.headers.add("Authorization", "Bearer " + target.secret);
  return request;
}

}  // namespace

Task<std::expected<std::string, Trouble>> AgentLink::get(Call call, Target target, std::string path,
                                                         std::chrono::milliseconds limit) {
  const auto begun = steady_now();
  asio::steady_timer pause(co_await asio::this_coro::executor);
  http::Client client({{}, target.address, port}, contexts_, 0);
  while (true) {
    const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - begun);
    if (used >= limit) co_return std::unexpected(Trouble::timeout);
    http::ClientFault fault = http::ClientFault::closed;
    try {
      auto answer = co_await client.request(request_for(target, path), limit - used, most_bytes);
      if (answer.status != 200) co_return std::unexpected(Trouble::refused);
      co_return std::move(answer.body);
    } catch (const http::ClientError& e) {
      log::debug({"agentlink", call.id()}, "{}: {}", path, e.what());
      fault = e.fault();
    }
    if (fault == http::ClientFault::timeout) co_return std::unexpected(Trouble::timeout);
    const bool again = target.starting && fault == http::ClientFault::refused && steady_now() - begun < retry_for;
    if (!again) co_return std::unexpected(Trouble::unreachable);
    pause.expires_after(retry_every);
    co_await pause.async_wait(use_awaitable);
  }
}

}  // namespace trinity::agentlink
