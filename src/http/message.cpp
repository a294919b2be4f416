#include "http/message.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "http/text.h"
#include "json/write.h"

namespace trinity::http {

namespace {

struct MethodName {
  Method method;
  std::string_view name;
};

constexpr std::array<MethodName, 7> method_names{{{Method::get, "GET"},
                                                  {Method::head, "HEAD"},
                                                  {Method::post, "POST"},
                                                  {Method::put, "PUT"},
                                                  {Method::patch, "PATCH"},
                                                  {Method::del, "DELETE"},
                                                  {Method::options, "OPTIONS"}}};

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view name_of(Method method) noexcept {
  for (const auto& entry : method_names) {
    if (entry.method == method) return entry.name;
  }
  return "OTHER";
}

Method method_from(std::string_view name) noexcept {
  for (const auto& entry : method_names) {
    if (entry.name == name) return entry.method;
  }
  return Method::other;
}

void Headers::set(std::string name, std::string value) {
  remove(name);
  add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [name](const auto& field) { return same_name(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Parameters::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (!same_name(key, "cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto pair = trim(take_until(rest, ';'));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      auto found = pair.substr(equals + 1);
      if (found.size() >= 2 && found.starts_with('"') && found.ends_with('"'))
        found = found.substr(1, found.size() - 2);
      return found;
    }
  }
  return std::nullopt;
}

Response Response::json(const boost::json::value& value, unsigned status) {
  return json_text(json::write(value), status);
}

Response Response::json_text(std::string text, unsigned status) {
  Response made;
  made.status = status;
  made.headers.add("Content-Type", "application/json");
  made.body = std::move(text);
  return made;
}

Response Response::json_shared(std::shared_ptr<const std::string> text) {
  Response made;
  made.headers.add("Content-Type", "application/json");
  made.shared = std::move(text);
  return made;
}

Response Response::empty(unsigned status) {
  Response made;
  made.status = status;
  return made;
}

std::optional<std::string> percent_decode(std::string_view raw, bool plus_is_space) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (i + 2 >= raw.size()) return std::nullopt;
      const int high = hex_digit(raw[i + 1]);
      const int low = hex_digit(raw[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    text.push_back(c);
  }
  return text;
}

}  // namespace trinity::http
