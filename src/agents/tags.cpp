#include "agents/tags.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/text.h"
#include "json/decode.h"

namespace trinity::agents {

namespace {

constexpr std::string_view rule =
    "A tag holds a-z, 0-9 and - _ . : / only, begins with a letter or a digit, and has at most 40 characters";

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

json::array place(std::size_t at) {
  return json::array{"body", "tags", at};
}

void take(std::vector<std::string>& into, const json::value& given, std::size_t at, json::Faults& faults) {
  const auto* text = given.if_string();
  if (!text) {
    faults.add("string_type", place(at), "Input should be a valid string", given);
    return;
  }
  auto tag = tag_of(*text);
  if (tag) {
    into.push_back(std::move(*tag));
  } else {
    faults.add("value_error", place(at), rule, given);
  }
}

}  // namespace

std::optional<std::string> tag_of(std::string_view given) {
  std::string tag(http::trim(given));
  for (auto& c : tag) c = http::lower(c);
  if (tag.empty() || tag.size() > longest_tag || !is_plain(tag.front())) return std::nullopt;
  const auto fits = [](char c) { return is_plain(c) || std::string_view("-_.:/").find(c) != std::string_view::npos; };
  if (!std::ranges::all_of(tag, fits)) return std::nullopt;
  return tag;
}

std::vector<std::string> tags_of(const std::optional<boost::json::value>& given) {
  json::Faults faults;
  const json::array whole{"body", "tags"};
  std::vector<std::string> tags;
  if (!given || given->is_null()) {
    faults.add("missing", whole, "Field required", nullptr);
  } else if (!given->is_array()) {
    faults.add("list_type", whole, "Input should be a valid list", *given);
  } else if (given->get_array().size() > most_given) {
    faults.add("too_long", whole, fmt::format("An agent has at most {} tags", most_tags), nullptr);
  } else {
    const auto& list = given->get_array();
    for (std::size_t at = 0; at < list.size(); ++at) take(tags, list[at], at, faults);
  }
  std::ranges::sort(tags);
  const auto repeated = std::ranges::unique(tags);
  tags.erase(repeated.begin(), repeated.end());
  if (tags.size() > most_tags)
    faults.add("too_long", whole, fmt::format("An agent has at most {} tags", most_tags), *given);
  faults.check();
  return tags;
}

}  // namespace trinity::agents
