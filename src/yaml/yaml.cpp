#include "yaml/yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "base/text.h"

namespace trinity::yaml {

namespace {

constexpr int most_levels = 64;
constexpr int most_nodes = 100'000;
/// Bytes of all texts. Enough for any file without aliases, even one whose bytes all become U+FFFD.
constexpr std::size_t most_text = 4 * largest_file;

struct TooBig : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::optional<bool> as_bool(std::string_view text) {
  constexpr std::array<std::string_view, 9> yes{"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  constexpr std::array<std::string_view, 9> no{"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  if (std::find(yes.begin(), yes.end(), text) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), text) != no.end()) return false;
  return std::nullopt;
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<std::int64_t> digits_of(std::string_view digits, int base) {
  if (digits.starts_with('-')) return std::nullopt;  // the sign was taken off before
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// `1:30` is 90: base 60, first part not starting with 0, the others below 60.
std::optional<std::int64_t> as_base_60(std::string_view text) {
  if (text.find(':') == std::string_view::npos || text.front() == '0') return std::nullopt;
  std::int64_t value = 0;
  bool first = true;
  while (true) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    if (!all_of(part, "0123456789") || part.size() > (first ? 9U : 2U)) return std::nullopt;
    const auto number = *digits_of(part, 10);
    if (!first && number > 59) return std::nullopt;
    if (value > 1'000'000'000'000) return std::nullopt;
    value = value * 60 + number;
    first = false;
    if (colon == std::string_view::npos) return value;
    text.remove_prefix(colon + 1);
  }
}

std::optional<std::int64_t> as_integer(std::string_view text) {
  const bool minus = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  std::optional<std::int64_t> value;
  if (digits.starts_with("0b")) {
    value = digits_of(std::string_view(digits).substr(2), 2);
  } else if (digits.starts_with("0x")) {
    value = digits_of(std::string_view(digits).substr(2), 16);
  } else if (digits.size() > 1 && digits.front() == '0' && digits.find(':') == std::string::npos) {
    value = digits_of(digits, 8);
  } else if (digits.find(':') != std::string::npos) {
    value = as_base_60(digits);
  } else {
    value = digits_of(digits, 10);
  }
  if (value && minus) *value = -*value;
  return value;
}

/// YAML 1.1: a dot is required, an exponent has a sign.
std::optional<boost::json::value> as_float(std::string_view text) {
  auto body = text;
  if (!body.empty() && (body.front() == '-' || body.front() == '+')) body.remove_prefix(1);
  for (const std::string_view word : {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) {
    if (body == word) return boost::json::value(nullptr);
  }
  const auto dot = body.find('.');
  if (dot == std::string_view::npos || body.find_first_not_of("0123456789_.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto exponent = body.find_first_of("eE");
  const auto mantissa = body.substr(0, exponent);
  if (exponent != std::string_view::npos && body.find_first_of("+-", exponent) != exponent + 1) return std::nullopt;
  if (mantissa.find_first_of("+-") != std::string_view::npos || mantissa.find_first_of("0123456789") > dot + 1) {
    return std::nullopt;
  }
  std::string digits(text);
  std::erase(digits, '_');
  if (digits.starts_with('+')) digits.erase(0, 1);
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (fault != std::errc() || !std::isfinite(value)) return boost::json::value(nullptr);
  return boost::json::value(value);
}

/// Where values stand, as far as somebody wants to know.
class Places {
 public:
  explicit Places(Document* into) : into_(into) {}

  [[nodiscard]] bool wanted(int level) const {
    return into_ != nullptr && level <= most_placed_levels && into_->lines.size() < most_places;
  }
  void note(const std::string& path, const YAML::Mark& mark) {
    const bool is_new = into_->lines.insert_or_assign(path, mark.line + 1).second;
    if (!is_new && into_->repeated.size() < most_repeated) into_->repeated.push_back(path);
  }

 private:
  static constexpr int most_placed_levels = 4;
  static constexpr std::size_t most_places = 4'000;
  static constexpr std::size_t most_repeated = 100;
  Document* into_;
};

/// A document on its way to JSON, and how much of it there is so far: aliases make it larger than the file.
class Conversion {
 public:
  explicit Conversion(Document* places = nullptr) : places_(places) {}

  boost::json::value convert(const YAML::Node& node, int level = 0, const std::string& path = {}) {
    if (level > most_levels) throw TooBig("more than 64 levels");
    if (++nodes_ > most_nodes) throw TooBig("too many values");
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return scalar(node);
      case YAML::NodeType::Sequence: {
        boost::json::array list;
        for (const auto& item : node) {
          auto place = item_path(item, level + 1, path, list.size());
          list.push_back(convert(item, level + 1, place));
        }
        return list;
      }
      case YAML::NodeType::Map: {
        boost::json::object members;
        for (const auto& member : node) {
          if (!member.first.IsScalar()) continue;
          const auto key = text(member.first);
          const auto place = member_path(member.first, level + 1, path, key);
          members[key] = convert(member.second, level + 1, place);
        }
        return members;
      }
      default:
        return nullptr;
    }
  }

 private:
  std::string item_path(const YAML::Node& item, int level, const std::string& path, std::size_t index) {
    if (!places_.wanted(level) || path.size() > longest_path) return {};
    auto place = path + "[" + std::to_string(index) + "]";
    places_.note(place, item.Mark());
    return place;
  }
  std::string member_path(const YAML::Node& key, int level, const std::string& path, const std::string& name) {
    if (!places_.wanted(level) || path.size() + name.size() > longest_path) return {};
    auto place = path.empty() ? name : path + "." + name;
    places_.note(place, key.Mark());
    return place;
  }
  boost::json::value scalar(const YAML::Node& node) {
    // Quoted texts carry the tag "!"; plain ones "?" or nothing.
    const auto& tag = node.Tag();
    if (tag.empty() || tag == "?") return plain_scalar(text(node));
    return boost::json::value(text(node));
  }
  std::string text(const YAML::Node& node) {
    auto made = to_utf8(node.Scalar());
    text_ += made.size();
    if (text_ > most_text) throw TooBig("too much text");
    return made;
  }

  static constexpr std::size_t longest_path = 300;
  Places places_;
  int nodes_ = 0;
  std::size_t text_ = 0;
};

}  // namespace

boost::json::value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (const auto flag = as_bool(text)) return *flag;
  if (const auto number = as_integer(text)) return *number;
  if (auto number = as_float(text)) return std::move(*number);
  return boost::json::value(text);
}

std::expected<boost::json::value, std::string> to_json(std::string_view text) {
  if (text.size() > largest_file) return std::unexpected(std::string("larger than 1 MB"));
  try {
    return Conversion().convert(YAML::Load(std::string(text)));
  } catch (const std::exception& e) {
    return std::unexpected(preview(e.what(), 200));
  }
}

int Document::line_of(std::string_view path) const {
  while (true) {
    const auto found = lines.find(path);
    if (found != lines.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) return 0;
    path = path.substr(0, cut);
  }
}

std::expected<Document, Fault> read(std::string_view text) {
  if (text.size() > largest_file) return std::unexpected(Fault{"larger than 1 MB"});
  try {
    Document made;
    made.value = Conversion(&made).convert(YAML::Load(std::string(text)));
    return made;
  } catch (const YAML::Exception& e) {
    const auto& mark = e.mark;
    return std::unexpected(
        Fault{preview(e.msg, 200), mark.is_null() ? 0 : mark.line + 1, mark.is_null() ? 0 : mark.column + 1});
  } catch (const std::exception& e) {
    return std::unexpected(Fault{preview(e.what(), 200)});
  }
}

}  // namespace trinity::yaml
