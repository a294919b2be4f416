#include "agents/list_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agents/tags.h"
#include "http/text.h"
#include "json/decode.h"
#include "json/write.h"

namespace trinity::agents {

namespace {

constexpr std::int64_t most_per_page = 1000;
constexpr std::size_t longest_value = 200;

/// Of an item in the list.
constexpr std::array<std::string_view, 23> known_fields{
    "name",      "type",         "status",           "port",        "created",
    "resources", "container_id", "template",         "runtime",     "base_image_version",
    "owner",     "is_system",    "autonomy_enabled", "github_repo", "memory_limit",
    "cpu_limit", "started_at",   "changed_at",       "reason",      "exit_code",
    "tags",      "is_owner",     "is_shared"};

std::string lower(std::string_view text) {
  std::string made(text);
  for (auto& c : made) c = http::lower(c);
  return made;
}

void refuse(json::Faults& faults, std::string_view name, std::string_view value, std::string_view why) {
  faults.add("value_error", json::array{"query", name}, why, json::value(value));
}

void read_fields(ListQuery& into, std::string_view value, json::Faults& faults) {
  while (!value.empty()) {
    const auto field = http::trim(http::take_until(value, ','));
    if (field.empty()) continue;
    if (std::ranges::find(known_fields, field) == known_fields.end()) {
      refuse(faults, "fields", field, "Not a field of an agent in the list");
      return;
    }
    if (std::ranges::find(into.fields, field) == into.fields.end()) into.fields.emplace_back(field);
  }
}

void read_tags(ListQuery& into, std::string_view value, json::Faults& faults) {
  while (!value.empty()) {
    const auto given = http::trim(http::take_until(value, ','));
    if (given.empty()) continue;
    auto tag = tag_of(given);
    if (!tag) {
      refuse(faults, "tag", given.substr(0, longest_value), "Not a tag that an agent can have");
      return;
    }
    if (std::ranges::find(into.tags, *tag) == into.tags.end()) into.tags.push_back(std::move(*tag));
    if (into.tags.size() > most_tags) {
      refuse(faults, "tag", given, fmt::format("At most {} tags", most_tags));
      return;
    }
  }
}

void read_order(ListQuery& into, std::string_view value, json::Faults& faults) {
  const auto given = value;
  into.descending = value.starts_with('-');
  if (into.descending) value.remove_prefix(1);
  if (value == "created") {
    into.order = ListQuery::Order::created;
  } else if (value == "name") {
    into.order = ListQuery::Order::name;
  } else if (value == "status") {
    into.order = ListQuery::Order::status;
  } else {
    refuse(faults, "sort", given, "One of created, name, status; with - in front for the other way round");
  }
}

void read_cursor(ListQuery& into, std::string_view value, json::Faults& faults) {
  const auto colon = value.find(':');
  if (value.size() > longest_value || colon == std::string_view::npos) {
    refuse(faults, "cursor", value.substr(0, longest_value), "Not a cursor that a page has given");
    return;
  }
  into.after = ListQuery::Cursor{std::string(value.substr(0, colon)), std::string(value.substr(colon + 1))};
}

/// Sorts as the order wants it. Times have the same number of digits.
std::string key_of(const fleet::Agent& agent, ListQuery::Order order) {
  switch (order) {
    case ListQuery::Order::created:
      return fmt::format("{:020}", std::max<std::int64_t>(agent.created_at.time_since_epoch().count(), 0));
    case ListQuery::Order::status:
      return agent.status;
    case ListQuery::Order::name:
      break;
  }
  return agent.name;
}

/// All of them; an agent's are sorted.
bool has_tags(const fleet::Agent& agent, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  return agent.metadata && std::ranges::all_of(wanted, [&](const std::string& tag) {
           return std::ranges::binary_search(agent.metadata->tags, tag);
         });
}

bool has_words(const fleet::Agent& agent, const std::string& words) {
  if (words.empty()) return true;
  const auto holds = [&words](const std::string& text) { return lower(text).find(words) != std::string::npos; };
  const bool owner = agent.metadata && agent.metadata->owner && holds(*agent.metadata->owner);
  const bool tag = agent.metadata && std::ranges::any_of(agent.metadata->tags, holds);
  return owner || tag || holds(agent.name) || holds(agent.type) || holds(agent.template_id) || holds(agent.runtime);
}

struct Candidate {
  const fleet::Agent* agent;
  std::string key;
};

void append_fields(std::string& out, const fleet::Agent& agent, const Caller& caller, const ListQuery& query) {
  std::string item;
  fleet::append_item(item, agent, caller);
  if (query.fields.empty()) {
    out += item;
    return;
  }
  const auto whole = boost::json::parse(item).as_object();
  json::object part;
  for (const auto& field : query.fields) part[field] = whole.at(field);
  out += json::write(part);
}

}  // namespace

std::optional<ListQuery> list_query(const http::Parameters& parameters) {
  ListQuery query;
  json::Faults faults;
  bool asked = false;
  const auto with = [&](std::string_view name, auto read) {
    const auto value = parameters.find(name);
    if (!value || value->empty()) return;
    asked = true;
    read(*value);
  };
  with("fields", [&](std::string_view value) { read_fields(query, value, faults); });
  with("limit", [&](std::string_view value) {
    const auto number = json::query_int(value, "limit", faults);
    if (!number) return;
    if (*number < 1 || *number > most_per_page) {
      refuse(faults, "limit", value, "A whole number from 1 to 1000");
    } else {
      query.limit = static_cast<std::size_t>(*number);
    }
  });
  with("cursor", [&](std::string_view value) { read_cursor(query, value, faults); });
  with("status", [&](std::string_view value) { query.status = std::string(value.substr(0, longest_value)); });
  with("tag", [&](std::string_view value) { read_tags(query, value, faults); });
  with("q", [&](std::string_view value) { query.words = lower(http::trim(value.substr(0, longest_value))); });
  with("sort", [&](std::string_view value) { read_order(query, value, faults); });
  faults.check();
  return asked ? std::optional(std::move(query)) : std::nullopt;
}

ListPage select(const fleet::Snapshot& snapshot, const Caller& caller, const ListQuery& query) {
  std::vector<Candidate> fitting;
  for (const auto& entry : snapshot.entries) {
    const auto& agent = *entry.agent;
    if (!fleet::can_read(agent, caller)) continue;
    if (query.status && agent.status != *query.status) continue;
    if (!has_tags(agent, query.tags)) continue;
    if (has_words(agent, query.words)) fitting.push_back({&agent, key_of(agent, query.order)});
  }
  const auto precedes = [&query](const std::string& key, const std::string& name, const std::string& other_key,
                                 const std::string& other_name) {
    if (key != other_key) return query.descending ? key > other_key : key < other_key;
    return name < other_name;
  };
  std::ranges::sort(fitting, [&](const Candidate& a, const Candidate& b) {
    return precedes(a.key, a.agent->name, b.key, b.agent->name);
  });
  ListPage page;
  page.total = fitting.size();
  auto first = fitting.begin();
  if (query.after) {
    first = std::ranges::find_if(fitting, [&](const Candidate& one) {
      return precedes(query.after->key, query.after->name, one.key, one.agent->name);
    });
  }
  const auto rest = static_cast<std::size_t>(fitting.end() - first);
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(query.limit.value_or(rest), rest));
  page.text = "[";
  for (auto it = first; it != last; ++it) {
    if (it != first) page.text += ',';
    append_fields(page.text, *it->agent, caller, query);
  }
  page.text += ']';
  if (last != fitting.end() && last != first) page.next = (last - 1)->key + ':' + (last - 1)->agent->name;
  return page;
}

}  // namespace trinity::agents
