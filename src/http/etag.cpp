#include "http/etag.h"

#include <fmt/format.h>

#include <optional>

#include "http/text.h"

namespace trinity::http {

namespace {

std::string_view without_weakness(std::string_view tag) noexcept {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

/// Takes the next tag of a list off its front: what stands between the quotes, which may hold commas. Nothing at the
/// end or where the list is broken.
std::optional<std::string_view> take_tag(std::string_view& list) noexcept {
  list = trim(list);
  while (list.starts_with(',')) list = trim(list.substr(1));
  auto rest = without_weakness(list);
  if (!rest.starts_with('"')) return std::nullopt;
  const auto end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto tag = rest.substr(0, end + 1);
  list = trim(rest.substr(end + 1));
  if (!list.empty() && !list.starts_with(',')) list = {};
  return tag;
}

}  // namespace

std::uint64_t digest(std::string_view bytes) noexcept {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string strong_tag(std::uint64_t digest, std::string_view form) {
  return fmt::format("\"{:016x}{}{}\"", digest, form.empty() ? "" : "-", form);
}

std::string packed_tag(std::string_view tag) {
  if (!tag.starts_with('"') || !tag.ends_with('"') || tag.size() < 2) return std::string(tag);
  return fmt::format("{}-gz\"", tag.substr(0, tag.size() - 1));
}

bool is_known(const Headers& asked, std::string_view tag) noexcept {
  const auto wanted = without_weakness(tag);
  for (const auto& [name, value] : asked) {
    if (!same_name(name, "If-None-Match")) continue;
    auto list = trim(std::string_view(value));
    if (list == "*") return true;
    while (const auto known = take_tag(list)) {
      if (*known == wanted) return true;
    }
  }
  return false;
}

std::string known_form(const Headers& asked, std::string_view tag) {
  for (const auto& form : {std::string(tag), packed_tag(tag)}) {
    if (is_known(asked, form)) return form;
  }
  return {};
}

}  // namespace trinity::http
