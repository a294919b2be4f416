#include "credentials/redis_connection.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>

#include <span>

namespace trinity::credentials {

namespace {

timeval time_of(std::chrono::milliseconds span) {
  constexpr long per_second = 1000;
  const auto rest = std::max<std::int64_t>(span.count(), 1);
  return {rest / per_second, rest % per_second * per_second};
}

struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};

/// A reply that is no list.
RedisReply leaf_of(const redisReply& reply) {
  RedisReply made;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      made.kind = RedisReply::Kind::text;
      made.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_INTEGER:
      made.kind = RedisReply::Kind::number;
      made.number = reply.integer;
      break;
    default:
      break;
  }
  return made;
}

/// Lists of lists of plain replies are as deep as anything goes that is asked for.
RedisReply reply_of(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY) return leaf_of(reply);
  RedisReply made;
  made.kind = RedisReply::Kind::list;
  for (const auto* item : std::span(reply.element, reply.elements)) {
    if (item->type != REDIS_REPLY_ARRAY) {
      made.items.push_back(leaf_of(*item));
      continue;
    }
    RedisReply inner;
    inner.kind = RedisReply::Kind::list;
    for (const auto* one : std::span(item->element, item->elements)) inner.items.push_back(leaf_of(*one));
    made.items.push_back(std::move(inner));
  }
  return made;
}

/// The code in front, as NOAUTH. What follows may repeat what was sent.
std::string code_of(const redisReply& reply) {
  const std::string_view text(reply.str, static_cast<std::size_t>(reply.len));
  const auto code = text.substr(0, text.find(' '));
  const bool plain =
      code.size() <= 20 && code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  return plain ? std::string(code) : "ERR";
}

}  // namespace

void RedisConnection::Free::operator()(redisContext* context) const noexcept {
  redisFree(context);
}

RedisConnection::RedisConnection(const RedisAddress& address, std::chrono::milliseconds limit)
    : shown_(address.shown()), deadline_(steady_now() + limit) {
  const auto span = time_of(limit);
  context_.reset(address.socket.empty() ? redisConnectWithTimeout(address.host.c_str(), address.port, span)
                                        : redisConnectUnixWithTimeout(address.socket.c_str(), span));
  if (!context_ || context_->err != 0) fail();
  if (!address.password.empty()) {
    Command sign_in{"AUTH"};
    if (!address.user.empty()) sign_in.push_back(address.user);
    sign_in.push_back(address.password);
    run(sign_in);
  }
  if (address.database != 0) run({"SELECT", std::to_string(address.database)});
}

RedisConnection::~RedisConnection() = default;

RedisReply RedisConnection::run(const Command& command) {
  append(command);
  return read();
}

std::vector<RedisReply> RedisConnection::run_all(const std::vector<Command>& commands) {
  for (const auto& command : commands) append(command);
  std::vector<RedisReply> replies;
  replies.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) replies.push_back(read());
  return replies;
}

bool RedisConnection::usable() const noexcept {
  if (broken_) return false;
  pollfd look{context_->fd, POLLIN, 0};
  return ::poll(&look, 1, 0) == 0;
}

void RedisConnection::append(const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  for (const auto& word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(), lengths.data()) != REDIS_OK)
    fail();
}

RedisReply RedisConnection::read() {
  allow_rest();
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) fail();
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
  if (reply->type == REDIS_REPLY_ERROR) {
    broken_ = true;  // further answers may be on their way
    throw RedisFault(fmt::format("{} refused a command: {}", shown_, code_of(*reply)));
  }
  return reply_of(*reply);
}

void RedisConnection::allow_rest() {
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_now());
  if (rest.count() <= 0) {
    broken_ = true;
    throw RedisFault(shown_ + " has not answered in time");
  }
  redisSetTimeout(context_.get(), time_of(rest));
}

void RedisConnection::fail() {
  broken_ = true;
  std::string why = "no memory";
  if (context_) why = context_->err == REDIS_ERR_IO && errno == EAGAIN ? "no answer in time" : context_->errstr;
  throw RedisFault(fmt::format("{} cannot be reached: {}", shown_, why));
}

}  // namespace trinity::credentials
