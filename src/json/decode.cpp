#include "json/decode.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace trinity::json {

namespace {

constexpr std::size_t max_faults = 100;
constexpr std::size_t max_input_bytes = 4096;
constexpr std::size_t max_depth = 32;

/// Takes the rough size of `input` off `left`; false as soon as nothing is left.
bool fits(const value& input, std::size_t& left) {
  std::size_t own = 8;
  if (const auto* text = input.if_string()) own += text->size();
  if (left < own) return false;
  left -= own;
  if (const auto* items = input.if_array()) {
    for (const auto& item : *items) {
      if (!fits(item, left)) return false;
    }
  }
  if (const auto* fields = input.if_object()) {
    for (const auto& field : *fields) {
      if (left < field.key().size()) return false;
      left -= field.key().size();
      if (!fits(field.value(), left)) return false;
    }
  }
  return true;
}

value bounded(const value& input) {
  std::size_t left = max_input_bytes;
  return fits(input, left) ? input : value(nullptr);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

struct IntText {
  std::optional<std::int64_t> number;
  bool too_big = false;
};

/// Digits with an optional sign; `.0` behind them does no harm.
IntText int_from(std::string_view text) {
  text = trimmed(text);
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    const auto fraction = text.substr(dot + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) return {};
    text = text.substr(0, dot);
  }
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return {};
  }
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc::result_out_of_range && end == text.data() + text.size()) return {std::nullopt, true};
  if (fault != std::errc() || end != text.data() + text.size()) return {};
  return {number, false};
}

std::optional<double> float_from(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<bool> bool_from(std::string_view text) {
  std::string lower;
  if (text.size() > 5) return std::nullopt;
  for (const char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  constexpr std::array<std::string_view, 6> yes{"true", "1", "yes", "on", "t", "y"};
  constexpr std::array<std::string_view, 6> no{"false", "0", "no", "off", "f", "n"};
  for (const auto word : yes) {
    if (lower == word) return true;
  }
  for (const auto word : no) {
    if (lower == word) return false;
  }
  return std::nullopt;
}

constexpr std::string_view int_parsing_text = "Input should be a valid integer, unable to parse string as an integer";
constexpr std::string_view bool_parsing_text = "Input should be a valid boolean, unable to interpret input";
constexpr std::string_view int_size_text = "Unable to parse input string as an integer, exceeded maximum size";

/// A whole number that the parser kept as a double (1.0, 1e3).
std::optional<std::int64_t> whole(double number) {
  constexpr double limit = 9007199254740992.0;  // beyond 2^53 a double no longer names one integer
  if (std::trunc(number) != number || std::fabs(number) > limit) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

void Faults::add(std::string_view type, array loc, std::string_view message, const value& input, object ctx) {
  if (faults_.size() >= max_faults) return;
  object fault;
  fault["type"] = type;
  fault["loc"] = std::move(loc);
  fault["msg"] = message;
  fault["input"] = bounded(input);
  if (!ctx.empty()) fault["ctx"] = std::move(ctx);
  faults_.push_back(std::move(fault));
}

void Faults::check() {
  if (!faults_.empty()) throw Unprocessable(std::move(faults_));
}

namespace detail {

array below(const array& loc, value step) {
  array longer;
  longer.reserve(loc.size() + 1);
  longer.insert(longer.end(), loc.begin(), loc.end());
  longer.push_back(std::move(step));
  return longer;
}

void add_missing(const array& loc, std::string_view field, const value& input, Faults& faults) {
  faults.add("missing", below(loc, value(field)), "Field required", input);
}

bool read_text(std::string& into, const value& from, const array& loc, Faults& faults) {
  if (const auto* text = from.if_string()) {
    into.assign(text->data(), text->size());
    return true;
  }
  faults.add("string_type", loc, "Input should be a valid string", from);
  return false;
}

bool read_bool(bool& into, const value& from, const array& loc, Faults& faults) {
  std::optional<bool> found;
  if (const auto* plain = from.if_bool()) {
    found = *plain;
  } else if (const auto* text = from.if_string()) {
    found = bool_from(std::string_view(text->data(), text->size()));
  } else if (from.is_number()) {
    const auto number = from.to_number<double>();
    if (number == 0 || number == 1) found = number == 1;
  } else {
    faults.add("bool_type", loc, "Input should be a valid boolean", from);
    return false;
  }
  if (!found) {
    faults.add("bool_parsing", loc, bool_parsing_text, from);
    return false;
  }
  into = *found;
  return true;
}

bool read_float(double& into, const value& from, const array& loc, Faults& faults) {
  if (from.is_number()) {
    into = from.to_number<double>();
    if (std::isfinite(into)) return true;
    faults.add("finite_number", loc, "Input should be a finite number", from);
    return false;
  }
  if (const auto* plain = from.if_bool()) {
    into = *plain ? 1 : 0;
    return true;
  }
  const auto* text = from.if_string();
  if (!text) {
    faults.add("float_type", loc, "Input should be a valid number", from);
    return false;
  }
  const auto number = float_from(std::string_view(text->data(), text->size()));
  if (!number) {
    faults.add("float_parsing", loc, "Input should be a valid number, unable to parse string as a number", from);
    return false;
  }
  into = *number;
  return true;
}

namespace {

/// The number in `from`, whatever its range; nothing when a fault was added.
std::optional<std::int64_t> any_int(const value& from, const array& loc, Faults& faults) {
  if (const auto* number = from.if_int64()) return *number;
  if (from.is_uint64()) {
    faults.add("int_parsing_size", loc, int_size_text, from);
  } else if (const auto* number = from.if_double()) {
    if (const auto exact = whole(*number)) return exact;
    faults.add("int_from_float", loc, "Input should be a valid integer, got a number with a fractional part", from);
  } else if (const auto* plain = from.if_bool()) {
    return *plain ? 1 : 0;
  } else if (const auto* text = from.if_string()) {
    const auto read = int_from(std::string_view(text->data(), text->size()));
    if (read.number) return read.number;
    faults.add(read.too_big ? "int_parsing_size" : "int_parsing", loc, read.too_big ? int_size_text : int_parsing_text,
               from);
  } else {
    faults.add("int_type", loc, "Input should be a valid integer", from);
  }
  return std::nullopt;
}

}  // namespace

bool read_int(std::int64_t& into, std::int64_t least, std::int64_t most, const value& from, const array& loc,
              Faults& faults) {
  const auto number = any_int(from, loc, faults);
  if (!number) return false;
  if (*number < least) {
    faults.add("greater_than_equal", loc, "Input should be greater than or equal to " + std::to_string(least), from,
               object{{"ge", least}});
    return false;
  }
  if (*number > most) {
    faults.add("less_than_equal", loc, "Input should be less than or equal to " + std::to_string(most), from,
               object{{"le", most}});
    return false;
  }
  into = *number;
  return true;
}

value parse_required_body(std::string_view body) {
  if (body.empty()) {
    Faults faults;
    faults.add("missing", array{"body"}, "Field required", nullptr);
    faults.check();
  }
  return parse_body(body);
}

}  // namespace detail

namespace {

[[noreturn]] void refuse_json(std::size_t offset, const std::string& reason) {
  Faults faults;
  faults.add("json_invalid", array{"body", offset}, "JSON decode error", object{}, object{{"error", reason}});
  faults.check();
  std::unreachable();
}

}  // namespace

value parse_body(std::string_view body) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::parser parser({}, options);
  boost::json::error_code fault;
  const auto used = parser.write_some(body.data(), body.size(), fault);
  if (fault) refuse_json(used, fault.message());
  if (const auto rest = body.find_first_not_of(" \t\r\n", used); rest != std::string_view::npos) {
    refuse_json(rest, "extra data");
  }
  return parser.release();
}

std::optional<std::int64_t> query_int(std::optional<std::string_view> text, std::string_view name, Faults& faults) {
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto read =
      detail::read_int(number, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                       value(*text), array{"query", name}, faults);
  return read ? std::optional(number) : std::nullopt;
}

std::optional<bool> query_bool(std::optional<std::string_view> text, std::string_view name, Faults& faults) {
  if (!text) return std::nullopt;
  bool flag = false;
  const auto read = detail::read_bool(flag, value(*text), array{"query", name}, faults);
  return read ? std::optional(flag) : std::nullopt;
}

}  // namespace trinity::json
