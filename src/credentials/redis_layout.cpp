#include "credentials/redis_layout.h"

#include <algorithm>
#include <array>

#include "credentials/redis_scripts.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t page_size = 100;
constexpr const char* keys_per_look = "500";

struct Field {
  std::string_view name;
  std::string Credential::* member;
};
constexpr std::array fields{Field{"id", &Credential::id},
                            Field{"name", &Credential::name},
                            Field{"service", &Credential::service},
                            Field{"type", &Credential::type},
                            Field{"description", &Credential::description},
                            Field{"file_path", &Credential::file_path},
                            Field{"user_id", &Credential::owner},
                            Field{"created_at", &Credential::created_at},
                            Field{"updated_at", &Credential::updated_at},
                            Field{"export_as", &Credential::export_as}};

RedisRecord record_of(std::string id, RedisReply item) {
  RedisRecord record;
  record.secret = std::move(item.items.front().text);
  for (std::size_t i = 1; i + 1 < item.items.size(); i += 2) {
    const auto found = std::ranges::find(fields, item.items[i].text, &Field::name);
    if (found != fields.end()) record.meta.*(found->member) = std::move(item.items[i + 1].text);
  }
  record.meta.id = std::move(id);  // whatever the hash says
  return record;
}

}  // namespace

RedisConnection::Command eval(const char* script, std::vector<std::string> arguments) {
  RedisConnection::Command command{"EVAL", script, "0"};
  std::ranges::move(arguments, std::back_inserter(command));
  return command;
}

std::vector<std::string> fields_of(const Credential& credential) {
  std::vector<std::string> made{"status", "active"};
  for (const auto& field : fields) {
    made.emplace_back(field.name);
    made.push_back(credential.*(field.member));
  }
  return made;
}

std::vector<RedisRecord> read_records(RedisConnection& connection, const std::vector<std::string>& ids,
                                      std::chrono::milliseconds limit) {
  std::vector<RedisRecord> records;
  for (std::size_t from = 0; from < ids.size(); from += page_size) {
    const auto until = std::min(ids.size(), from + page_size);
    std::vector<std::string> part(ids.begin() + static_cast<std::ptrdiff_t>(from),
                                  ids.begin() + static_cast<std::ptrdiff_t>(until));
    connection.limit(limit);
    auto reply = connection.run(eval(redis_scripts::read, part));
    for (std::size_t i = 0; i < part.size() && i < reply.items.size(); ++i) {
      if (!reply.items[i].items.empty()) records.push_back(record_of(std::move(part[i]), std::move(reply.items[i])));
    }
  }
  return records;
}

void each_key(RedisConnection& connection, const std::string& pattern, std::chrono::milliseconds limit,
              const std::function<bool(const std::vector<std::string>&)>& page) {
  std::string cursor = "0";
  do {
    connection.limit(limit);
    auto reply = connection.run({"SCAN", cursor, "MATCH", pattern, "COUNT", keys_per_look});
    if (reply.items.size() != 2) throw RedisFault("Redis answered SCAN in a form that is not known");
    cursor = reply.items[0].text;
    std::vector<std::string> keys;
    for (auto& item : reply.items[1].items) keys.push_back(std::move(item.text));
    if (!keys.empty() && !page(keys)) return;
  } while (cursor != "0");
}

std::optional<std::string> middle(std::string_view key, std::string_view beginning, std::string_view end) {
  if (key.size() <= beginning.size() + end.size() || !key.starts_with(beginning) || !key.ends_with(end))
    return std::nullopt;
  key.remove_prefix(beginning.size());
  key.remove_suffix(end.size());
  return std::string(key);
}

std::optional<std::pair<std::string, std::string>> tie_key(std::string_view key) {
  const auto inner = middle(key, "agent:", ":credential_id");
  if (!inner) return std::nullopt;
  constexpr std::string_view between = ":mcp:";
  const auto at = inner->find(between);
  if (at == std::string::npos || at == 0 || at + between.size() == inner->size()) return std::nullopt;
  return std::pair(inner->substr(0, at), inner->substr(at + between.size()));
}

}  // namespace trinity::credentials
