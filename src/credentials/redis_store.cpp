#include "credentials/redis_store.h"

#include <algorithm>

#include "base/log.h"
#include "credentials/redis_scripts.h"
#include "vault/marks.h"
#include "vault/sealed_text.h"

namespace trinity::credentials {

namespace {

constexpr const char* marks_key = "trinity_vault";

bool newest_first(const Stored& a, const Stored& b) {
  return std::tie(b.meta.created_at, b.meta.id) < std::tie(a.meta.created_at, a.meta.id);
}
bool by_name(const Stored& a, const Stored& b) {
  return std::tie(a.meta.name, a.meta.created_at, a.meta.id) < std::tie(b.meta.name, b.meta.created_at, b.meta.id);
}

std::vector<std::string> texts_of(const RedisReply& reply) {
  std::vector<std::string> texts;
  texts.reserve(reply.items.size());
  for (const auto& item : reply.items) texts.push_back(item.text);
  return texts;
}

std::vector<vault::Mark> marks_of(const RedisReply& reply) {
  std::vector<vault::Mark> marks;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    marks.push_back({reply.items[i].text, reply.items[i + 1].text});
  return marks;
}

/// Whether a secret is sealed under that key.
bool needs_key(RedisConnection& connection, const std::string& key_id, std::chrono::milliseconds limit) {
  const auto beginning = vault::sealed_beginning(key_id);
  bool found = false;
  const auto page = [&](const std::vector<std::string>& keys) {
    RedisConnection::Command all{"MGET"};
    all.insert(all.end(), keys.begin(), keys.end());
    const auto secrets = connection.run(all);
    found = std::ranges::any_of(secrets.items, [&](const auto& item) { return item.text.starts_with(beginning); });
    return !found;
  };
  each_key(connection, "credentials:*:secret", limit, page);
  return found;
}

}  // namespace

RedisStore::RedisStore(RedisAddress address, const vault::Vault& vault, RedisPool::Options options)
    : vault_(vault),
      limit_(options.limit),
      pool_(std::move(address), options, [this](RedisConnection& connection) { prepare(connection); }) {}

void RedisStore::prepare(RedisConnection& connection) const {
  const auto marks = marks_of(connection.run({"HGETALL", marks_key}));
  const auto needed = [&](const std::string& id) { return needs_key(connection, id, limit_); };
  const auto verdict = vault::judge(marks, vault_, pool_.address().shown(), needed);
  for (const auto& id : verdict.unused) connection.run({"HDEL", marks_key, id});
  if (verdict.note_newest) {
    const auto mark = vault::mark_of(vault_);
    connection.run({"HSET", marks_key, mark.key_id, mark.check});
  }
  connection.limit(limit_);
  build_index(connection, limit_);
}

bool RedisStore::check() {
  auto job = [](RedisConnection& connection) { return connection.run({"PING"}).text; };
  try {
    (void)pool_.run_now(std::move(job));
    return true;
  } catch (const RedisFault& fault) {
    log::warn("credentials", "{}; going on without it until it answers", fault.what());
    return false;
  }
}

Task<RedisReply> RedisStore::ask(RedisConnection::Command command) {
  auto job = [&command](RedisConnection& connection) { return connection.run(command); };
  co_return co_await pool_.run(std::move(job));
}

Task<> RedisStore::run(RedisConnection::Command command) {
  (void)co_await ask(std::move(command));
}

Stored RedisStore::stored_of(RedisConnection& connection, RedisRecord record) const {
  const auto label = secret_label(record.meta.id, record.meta.owner);
  if (vault::Vault::is_sealed(record.secret)) return {std::move(record.meta), std::move(record.secret)};
  if (record.secret.empty()) return {std::move(record.meta), vault_.seal(label, "{}")};
  auto sealed = vault_.seal(label, record.secret);
  connection.run(eval(redis_scripts::reseal, {record.meta.id, record.secret, sealed}));
  vault::wipe(record.secret);
  return {std::move(record.meta), std::move(sealed)};
}

/// `which` gives the ids; with an owner, only credentials that are that owner's.
Task<std::vector<Stored>> RedisStore::read(RedisConnection::Command which, std::string owner) {
  auto job = [this, &which, &owner](RedisConnection& connection) {
    std::vector<Stored> found;
    for (auto& record : read_records(connection, texts_of(connection.run(which)), limit_)) {
      if (owner.empty() || record.meta.owner == owner) found.push_back(stored_of(connection, std::move(record)));
    }
    return found;
  };
  co_return co_await pool_.run(std::move(job));
}

Task<> RedisStore::put(Call, Stored stored) {
  std::vector<std::string> words{stored.meta.id, stored.meta.owner, std::move(stored.sealed)};
  std::ranges::move(fields_of(stored.meta), std::back_inserter(words));
  auto command = eval(redis_scripts::put, std::move(words));
  co_await run(std::move(command));
}

Task<std::optional<Stored>> RedisStore::get(Call, std::string id) {
  auto job = [this, &id](RedisConnection& connection) -> std::optional<Stored> {
    auto records = read_records(connection, {id}, limit_);
    if (records.empty()) return std::nullopt;
    return stored_of(connection, std::move(records.front()));
  };
  co_return co_await pool_.run(std::move(job));
}

Task<std::vector<Stored>> RedisStore::of_owner(Call, std::string owner, std::string name) {
  RedisConnection::Command which{"SMEMBERS", "user:" + owner + ":credentials"};
  auto found = co_await read(std::move(which), owner);
  if (!name.empty()) std::erase_if(found, [&name](const Stored& one) { return one.meta.name != name; });
  std::ranges::sort(found, newest_first);
  co_return found;
}

Task<std::vector<Stored>> RedisStore::of_agent(Call, std::string agent) {
  RedisConnection::Command which{"SMEMBERS", "agent:" + agent + ":credentials"};
  auto found = co_await read(std::move(which), "");
  std::ranges::sort(found, by_name);
  co_return found;
}

Task<std::map<std::string, std::vector<std::string>>> RedisStore::agents_of(Call, std::vector<std::string> ids) {
  auto job = [&ids](RedisConnection& connection) {
    std::vector<RedisConnection::Command> commands;
    commands.reserve(ids.size());
    for (const auto& id : ids) commands.push_back({"SMEMBERS", "trinity:credential:" + id + ":agents"});
    return connection.run_all(commands);
  };
  const auto replies = co_await pool_.run(std::move(job));
  std::map<std::string, std::vector<std::string>> found;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto agents = texts_of(replies[i]);
    std::ranges::sort(agents);
    if (!agents.empty()) found.emplace(ids[i], std::move(agents));
  }
  co_return found;
}

Task<bool> RedisStore::remove(Call, std::string id) {
  auto command = eval(redis_scripts::remove, {std::move(id)});
  const auto reply = co_await ask(std::move(command));
  co_return reply.number > 0;
}

Task<> RedisStore::assign(Call, std::string agent, std::vector<std::string> ids) {
  ids.insert(ids.begin(), std::move(agent));
  auto command = eval(redis_scripts::assign, std::move(ids));
  co_await run(std::move(command));
}

Task<bool> RedisStore::unassign(Call, std::string agent, std::string id) {
  auto command = eval(redis_scripts::unassign, {std::move(agent), std::move(id)});
  const auto reply = co_await ask(std::move(command));
  co_return reply.number > 0;
}

Task<> RedisStore::forget_agent(Call, std::string agent) {
  auto command = eval(redis_scripts::forget_agent, {std::move(agent)});
  co_await run(std::move(command));
}

Task<> RedisStore::tie(Call, std::string agent, std::string mcp_server, std::string id) {
  auto command = eval(redis_scripts::tie, {std::move(agent), std::move(mcp_server), std::move(id)});
  co_await run(std::move(command));
}

Task<std::map<std::string, std::string>> RedisStore::ties_of(Call, std::string agent) {
  auto command = eval(redis_scripts::ties_of, {std::move(agent)});
  const auto reply = co_await ask(std::move(command));
  std::map<std::string, std::string> ties;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    ties.emplace(reply.items[i].text, reply.items[i + 1].text);
  co_return ties;
}

Task<> RedisStore::put_state(Call, std::string state, std::string value, std::chrono::seconds life) {
  RedisConnection::Command command{"SET", "oauth_state:" + state, std::move(value), "EX", std::to_string(life.count())};
  co_await run(std::move(command));
}

Task<std::optional<std::string>> RedisStore::take_state(Call, std::string state) {
  auto command = eval(redis_scripts::take_state, {std::move(state)});
  auto reply = co_await ask(std::move(command));
  if (reply.kind != RedisReply::Kind::text) co_return std::nullopt;
  co_return std::move(reply.text);
}

void RedisStore::reseal_page(RedisConnection& connection, const vault::Reseal& reseal, Page& page) const {
  auto reply = connection.run({"SCAN", page.cursor, "MATCH", "credentials:*:secret", "COUNT", "100"});
  if (reply.items.size() != 2) throw RedisFault("Redis answered SCAN in a form that is not known");
  page.cursor = reply.items[0].text;
  for (const auto& item : reply.items[1].items) {
    const auto id = middle(item.text, "credentials:", ":secret");
    if (!id || !page.seen.insert(*id).second) continue;
    connection.limit(limit_);
    const auto owner = connection.run({"HGET", "credentials:" + *id + ":metadata", "user_id"}).text;
    auto secret = connection.run({"GET", item.text}).text;
    if (secret.empty()) continue;
    ++page.done.seen;
    const auto next = reseal(secret_label(*id, owner), secret);
    if (!next) continue;
    if (connection.run(eval(redis_scripts::reseal, {*id, secret, *next})).number == 1) ++page.done.changed;
    if (!vault::Vault::is_sealed(secret)) page.sealed_plain = true;
    vault::wipe(secret);
  }
}

Task<vault::Resealed> RedisStore::each(Call, vault::Reseal reseal) {
  Page page;
  do {
    auto job = [&](RedisConnection& connection) {
      reseal_page(connection, reseal, page);
      if (page.cursor == "0" && page.sealed_plain) rewrite_files(connection);
      return true;
    };
    (void)co_await pool_.run(std::move(job));
  } while (page.cursor != "0");
  co_return page.done;
}

Task<std::vector<vault::Mark>> RedisStore::marks(Call) {
  RedisConnection::Command command{"HGETALL", marks_key};
  const auto reply = co_await ask(std::move(command));
  co_return marks_of(reply);
}

Task<> RedisStore::put_mark(Call, vault::Mark mark) {
  RedisConnection::Command command{"HSET", marks_key, std::move(mark.key_id), std::move(mark.check)};
  co_await run(std::move(command));
}

Task<> RedisStore::drop_mark(Call, std::string key_id) {
  RedisConnection::Command command{"HDEL", marks_key, std::move(key_id)};
  co_await run(std::move(command));
}

}  // namespace trinity::credentials
