#include "credentials/formats.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace trinity::credentials {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_quoted(std::string_view text) {
  return !text.empty() && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
}

std::string_view unquoted(std::string_view text) {
  if (!is_quoted(text)) return text;
  return text.size() < 2 ? std::string_view() : text.substr(1, text.size() - 2);
}

bool is_comment(std::string_view line) {
  return line.empty() || line.front() == '#';
}

struct Split {
  std::string_view key;
  std::string_view value;
};

/// Of a trimmed line. Nothing: there is no equals sign.
std::optional<Split> split(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return Split{trimmed(line.substr(0, equals)), unquoted(trimmed(line.substr(equals + 1)))};
}

bool is_bulk_key(std::string_view key) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto within = [&](char c) { return capital(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !key.empty() && capital(key.front()) && std::ranges::all_of(key, within);
}

/// The bytes of the line break at the begin of `text`; 0: there is none.
std::size_t break_length(std::string_view text) {
  if (text.starts_with("\r\n")) return 2;
  if (std::string_view("\n\r\v\f").find(text.front()) != std::string_view::npos) return 1;
  constexpr std::array<std::string_view, 3> wide{"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
  for (const auto one : wide) {
    if (text.starts_with(one)) return one.size();
  }
  return 0;
}

std::vector<std::string_view> lines_at_any_break(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = break_length(text.substr(at));
    if (length == 0) {
      ++at;
      continue;
    }
    lines.push_back(text.substr(begin, at - begin));
    at += length;
    begin = at;
  }
  lines.push_back(text.substr(begin));
  return lines;
}

}  // namespace

BulkText parse_bulk(std::string_view text) {
  BulkText made;
  for (std::size_t number = 1;; ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    const auto found = split(line);
    if (is_comment(line)) {
      // Passed over without a word.
    } else if (!found) {
      made.ignored.push_back({number, "There is no equals sign"});
    } else if (!is_bulk_key(found->key)) {
      made.ignored.push_back({number, "Names have capital letters, digits and underscores and begin with a letter"});
    } else if (found->value.empty()) {
      made.ignored.push_back({number, "The value is empty"});
    } else {
      made.pairs.push_back({std::string(found->key), std::string(found->value), number});
    }
    if (end == text.size()) return made;
    text.remove_prefix(end + 1);
  }
}

std::vector<Pair> parse_hot_reload(std::string_view text) {
  std::vector<Pair> pairs;
  std::map<std::string_view, std::size_t> places;
  std::size_t number = 0;
  for (const auto raw : lines_at_any_break(text)) {
    ++number;
    const auto line = trimmed(raw);
    const auto found = split(line);
    if (is_comment(line) || !found || found->key.empty()) continue;
    const auto [place, fresh] = places.emplace(found->key, pairs.size());
    if (fresh) {
      pairs.push_back({std::string(found->key), std::string(found->value), number});
    } else {
      pairs[place->second].value = found->value;
      pairs[place->second].line = number;
    }
  }
  return pairs;
}

}  // namespace trinity::credentials
