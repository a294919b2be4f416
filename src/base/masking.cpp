#include "base/masking.h"

#include <algorithm>
#include <array>
#include <optional>

namespace trinity {

namespace {

using Text = std::string_view;
using Set = bool (*)(char);

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_lower(c) || is_upper(c) || is_digit(c);
}
bool is_word(char c) {
  return is_alnum(c) || c == '_';
}
bool is_dashed(char c) {
  return is_word(c) || c == '-';
}
bool is_key_id(char c) {
  return is_upper(c) || is_digit(c);
}
bool is_credential(char c) {
  return is_dashed(c) || Text(".~+/=").find(c) != Text::npos;
}
bool is_space(char c) {
  return Text(" \t\n\r\f\v").find(c) != Text::npos;
}
bool is_plain_value(char c) {
  return !is_space(c) && Text("\"'`;&|<>()\\").find(c) == Text::npos;
}
bool is_quoted_value(char c) {
  return Text("\"'`\\\n").find(c) == Text::npos;
}
bool is_query_value(char c) {
  return !is_space(c) && Text("&#\"'`<>\\").find(c) == Text::npos;
}
bool is_address_part(char c) {
  return !is_space(c) && Text("/?#@\"'<>`\\").find(c) == Text::npos;
}

/// A form of keys: what it begins with, and what follows.
struct Form {
  Text prefix;
  Set set;
  std::size_t least;        ///< of what follows
  bool digit = false;       ///< one is among the first ones: ordinary words are not meant
  std::size_t exactly = 0;  ///< 0: any length
  std::size_t digit_within = 10;
};

constexpr auto forms = std::to_array<Form>({
    {"sk-ant-", is_dashed, 20},
    {"sk-proj-", is_dashed, 20},
    {"sk-svcacct-", is_dashed, 20},
    {"sk-admin-", is_dashed, 20},
    {"sk-or-v1-", is_dashed, 20},
    {"sk-", is_alnum, 20, true, 0, 48},
    {"sk_live_", is_alnum, 16},
    {"sk_test_", is_alnum, 16},
    {"rk_live_", is_alnum, 16},
    {"rk_test_", is_alnum, 16},
    {"whsec_", is_alnum, 24},
    {"AIza", is_dashed, 35},
    {"ya29.", is_dashed, 20},
    {"GOCSPX-", is_dashed, 20},
    {"ghp_", is_word, 30},
    {"gho_", is_word, 30},
    {"ghu_", is_word, 30},
    {"ghs_", is_word, 30},
    {"ghr_", is_word, 30},
    {"github_pat_", is_word, 30},
    {"glpat-", is_dashed, 20},
    {"gldt-", is_dashed, 20},
    {"glrt-", is_dashed, 20},
    {"glptt-", is_dashed, 20},
    {"xoxa-", is_dashed, 10, true},
    {"xoxb-", is_dashed, 10, true},
    {"xoxe-", is_dashed, 10, true},
    {"xoxp-", is_dashed, 10, true},
    {"xoxr-", is_dashed, 10, true},
    {"xoxs-", is_dashed, 10, true},
    {"xapp-", is_dashed, 10, true},
    {"AKIA", is_key_id, 16, false, 16},
    {"ASIA", is_key_id, 16, false, 16},
    {"trinity_mcp_", is_dashed, 16},
    {"npm_", is_alnum, 36},
    {"hf_", is_alnum, 30},
    {"dop_v1_", is_alnum, 40},
    {"pypi-", is_dashed, 60},
});

/// Names of values that are secret, at their ends.
constexpr auto name_ends = std::to_array<Text>(
    {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY", "SECRET_KEY", "PRIVATE_KEY"});
/// Members of JSON that are secret, whole.
constexpr auto members = std::to_array<Text>({"password", "passwd", "secret", "client_secret", "api_key", "apikey",
                                              "apiKey", "x-api-key", "access_token", "accessToken", "refresh_token",
                                              "refreshToken", "auth_token", "private_token"});
constexpr auto query_ends = std::to_array<Text>({"token", "secret", "password", "api_key", "apikey", "api-key"});

constexpr std::size_t shown = 6;
constexpr std::size_t longest_user = 256;
constexpr std::size_t longest_password = 512;
constexpr std::size_t longest_query_name = 48;
/// A cut key is one from here on.
constexpr std::size_t least_of_cut = 4;
constexpr std::size_t digit_within = 64;

/// What is hidden.
struct Span {
  std::size_t from = 0;
  std::size_t to = 0;
};
using Found = std::optional<Span>;

class Finder {
 public:
  explicit Finder(Text text) : text_(text) {}

  /// A secret that something at this place tells of.
  Found at(std::size_t at) const {
    switch (text_[at]) {
      case '=':
        return named(at);
      case ':':
        return in_address(at);
      case '"':
      case '\'':
        return member(at);
      case '?':
      case '&':
        return in_query(at);
      case '-':
        return pem(at);
      default:
        break;
    }
    if (!is_alnum(text_[at]) || !begins_word(at)) return std::nullopt;
    if (auto found = key(at)) return found;
    if (auto found = jwt(at)) return found;
    return header(at);
  }

 private:
  char char_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  bool has(std::size_t at, Text words) const { return at <= text_.size() && text_.substr(at).starts_with(words); }
  bool ends(std::size_t at, Text words) const { return text_.substr(0, at).ends_with(words); }

  /// An escaped end of line ends a word, too.
  bool begins_word(std::size_t at) const {
    if (at == 0 || !is_word(text_[at - 1])) return true;
    return at >= 2 && text_[at - 2] == '\\' && Text("nrt").find(text_[at - 1]) != Text::npos;
  }
  std::size_t run(std::size_t at, Set set, std::size_t most = Text::npos) const {
    auto end = at;
    while (end < text_.size() && end - at < most && set(text_[end])) ++end;
    return end;
  }
  std::size_t spaces(std::size_t at, std::size_t most) const { return run(at, is_space, most); }
  bool has_digit(std::size_t from, std::size_t to) const {
    const auto part = text_.substr(from, to - from);
    return std::any_of(part.begin(), part.end(), is_digit);
  }
  bool is_cut(std::size_t at) const { return has(at, "...") || has(at, "…"); }

  Found key(std::size_t at) const {
    for (const auto& form : forms) {
      if (form.prefix.front() != text_[at] || !has(at, form.prefix)) continue;
      const auto from = at + form.prefix.size();
      // Looked for first: what is no key is then not read to its end.
      if (form.digit && !has_digit(from, run(from, form.set, form.digit_within))) continue;
      const auto to = run(from, form.set, form.exactly == 0 ? Text::npos : form.exactly + 1);
      const auto length = to - from;
      if (form.exactly != 0 && (length != form.exactly || is_word(char_at(to)))) continue;
      const bool cut = !form.digit && form.prefix.size() > 3 && length >= least_of_cut && is_cut(to);
      if (length < form.least && !cut) continue;
      return Span{at + shown, to};
    }
    return std::nullopt;
  }

  Found jwt(std::size_t at) const {
    constexpr std::size_t least = 10;
    if (!has(at, "eyJ") || (at > 0 && text_[at - 1] == '-')) return std::nullopt;
    const auto first = run(at, is_dashed);
    if (first - at < 3 + least || char_at(first) != '.' || !has(first + 1, "eyJ")) return std::nullopt;
    const auto second = run(first + 1, is_dashed);
    if (second - first - 1 < 3 + least || char_at(second) != '.') return std::nullopt;
    const auto third = run(second + 1, is_dashed);
    if (third - second - 1 < least && !is_cut(third)) return std::nullopt;
    return Span{at + shown, third};
  }

  bool has_any_case(std::size_t at, Text lower) const {
    if (at + lower.size() > text_.size()) return false;
    return std::equal(lower.begin(), lower.end(), text_.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, char b) { return a == (is_upper(b) ? static_cast<char>(b - 'A' + 'a') : b); });
  }
  Found credential(std::size_t at, std::size_t least) const {
    const auto from = spaces(at, 2);
    if (from == at) return std::nullopt;
    const auto to = run(from, is_credential);
    if (to - from < least || !has_digit(from, std::min(to, from + digit_within))) return std::nullopt;
    return Span{from, to};
  }
  Found header(std::size_t at) const {
    if (has_any_case(at, "bearer")) return credential(at + 6, 16);
    constexpr Text name = "authorization";
    if (!has_any_case(at, name)) return std::nullopt;
    const auto sign = [](char c) { return is_space(c) || Text("\"'\\:=").find(c) != Text::npos; };
    const auto scheme = run(at + name.size(), sign, 6);
    for (const Text word : {"basic", "token", "bearer"}) {
      if (scheme > at + name.size() && has_any_case(scheme, word)) return credential(scheme + word.size(), 8);
    }
    return std::nullopt;
  }

  /// What stands for a value that is put in later, or is hidden already.
  bool is_placeholder(std::size_t at) const {
    return Text("$<{*(=").find(char_at(at)) != Text::npos || has(at, "•") || has(at, "os.") || has(at, "process.env");
  }
  /// A value in quotes, or up to the end of a word.
  Found value(std::size_t at, std::size_t least) const {
    auto from = at;
    if (char_at(from) == '\\') ++from;
    const bool quoted = char_at(from) == '"' || char_at(from) == '\'';
    if (!quoted && from != at) return std::nullopt;
    if (quoted) ++from;
    if (is_placeholder(from)) return std::nullopt;
    const auto to = run(from, quoted ? is_quoted_value : is_plain_value);
    if (to - from < least) return std::nullopt;
    return Span{from, to};
  }
  bool is_secret_name(std::size_t end) const {
    return std::any_of(name_ends.begin(), name_ends.end(), [&](Text name) {
      return ends(end, name) && (end == name.size() || !is_lower(text_[end - name.size() - 1]));
    });
  }
  Found named(std::size_t at) const {
    constexpr std::size_t least = 6;
    if (at == 0 || !is_secret_name(at)) return std::nullopt;
    return value(at + 1, least);
  }
  /// The colon behind a quoted name of JSON, which may be escaped, and where its value begins.
  std::size_t behind_colon(std::size_t quote) const {
    auto at = spaces(quote + 1, 1);
    if (char_at(at) != ':') return Text::npos;
    at = spaces(at + 1, 1);
    const auto mark = char_at(at) == '\\' ? at + 1 : at;
    return char_at(mark) == '"' || char_at(mark) == '\'' ? at : Text::npos;
  }
  /// The quote that ends a name: what stands before it tells whether the value is secret.
  Found member(std::size_t at) const {
    constexpr std::size_t least = 6;
    constexpr std::size_t least_of_lower = 8;
    const auto begin = behind_colon(at);
    if (begin == Text::npos) return std::nullopt;
    const auto end = at > 0 && text_[at - 1] == '\\' ? at - 1 : at;
    if (is_secret_name(end)) return value(begin, least);
    const auto known = std::any_of(members.begin(), members.end(), [&](Text name) {
      if (end <= name.size() || !ends(end, name)) return false;
      const auto before = text_[end - name.size() - 1];
      return before == '"' || before == '\'';
    });
    if (!known) return std::nullopt;
    auto found = value(begin, least_of_lower);
    // Prose is no password.
    const auto in_word = [](char c) { return !is_space(c); };
    if (found && run(found->from, in_word) < found->to) return std::nullopt;
    return found;
  }

  Found in_query(std::size_t at) const {
    constexpr std::size_t least = 8;
    const auto end = run(at + 1, is_dashed, longest_query_name);
    if (char_at(end) != '=') return std::nullopt;
    const auto name = text_.substr(at + 1, end - at - 1);
    const bool known =
        std::any_of(query_ends.begin(), query_ends.end(), [&](Text word) { return name.ends_with(word); });
    if (!known || is_placeholder(end + 1)) return std::nullopt;
    const auto to = run(end + 1, is_query_value);
    if (to - end - 1 < least) return std::nullopt;
    return Span{end + 1, to};
  }

  /// `://user:password@`, or a long name alone: some services take a token there.
  Found in_address(std::size_t at) const {
    constexpr std::size_t least_token = 20;
    if (!has(at, "://")) return std::nullopt;
    const auto user = at + 3;
    const auto in_user = [](char c) { return c != ':' && is_address_part(c); };
    const auto colon = run(user, in_user, longest_user);
    if (char_at(colon) == '@' && colon - user >= least_token && has_digit(user, colon) && !is_placeholder(user))
      return Span{user, colon};
    if (char_at(colon) != ':') return std::nullopt;
    const auto from = colon + 1;
    const auto to = run(from, is_address_part, longest_password);
    if (to == from || char_at(to) != '@' || is_placeholder(from)) return std::nullopt;
    return Span{from, to};
  }

  /// The body of a private key, as far as it goes on.
  Found pem(std::size_t at) const {
    constexpr std::size_t longest_kind = 40;
    constexpr std::size_t least_of_line = 16;
    constexpr Text begin = "-----BEGIN ";
    if (!has(at, begin)) return std::nullopt;
    const auto kind = text_.substr(at + begin.size(), longest_kind);
    const auto length = kind.find("-----");
    if (length == Text::npos) return std::nullopt;
    const auto name = kind.substr(0, length);
    const auto in_kind = [](char c) { return is_key_id(c) || c == ' '; };
    if (!std::all_of(name.begin(), name.end(), in_kind)) return std::nullopt;
    if (!name.ends_with("PRIVATE KEY") && !name.ends_with("PRIVATE KEY BLOCK")) return std::nullopt;
    const auto from = at + begin.size() + length + 5;
    std::size_t longest = 0;
    std::size_t line = 0;
    auto to = from;
    for (; to < text_.size(); ++to) {
      const char c = text_[to];
      const bool coded = is_alnum(c) || c == '+' || c == '/' || c == '=';
      line = coded ? line + 1 : 0;
      longest = std::max(longest, line);
      if (coded || is_space(c) || c == ':' || c == ',' || (c == '-' && char_at(to + 1) != '-')) continue;
      // An escaped end of line; other escapes are not torn.
      const auto escaped = run(to, [](char sign) { return sign == '\\'; });
      if (escaped == to || (char_at(escaped) != 'n' && char_at(escaped) != 'r')) break;
      to = escaped;
    }
    if (longest < least_of_line) return std::nullopt;
    return Span{from, to};
  }

  Text text_;
};

}  // namespace

std::string masked(std::string_view text) {
  std::string made;
  std::size_t kept = 0;
  const Finder finder(text);
  for (std::size_t at = 0; at < text.size();) {
    const auto found = finder.at(at);
    if (!found) {
      ++at;
      continue;
    }
    made.append(text, kept, at + 1 - kept);
    // What leads to a secret may hold another one: the user of an address. It is short.
    if (found->from > at + 1) made += masked(text.substr(at + 1, found->from - at - 1));
    made.append(secret_mask);
    kept = at = found->to;
  }
  made.append(text, kept);
  return made;
}

}  // namespace trinity
