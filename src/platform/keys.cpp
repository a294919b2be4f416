#include "platform/keys.h"

#include <algorithm>
#include <array>

namespace trinity::platform {

namespace {

constexpr std::size_t longest = 1'024;
constexpr std::size_t shortest_shown = 8;
constexpr std::size_t shown = 4;

bool is_anthropic(std::string_view key) {
  return key.starts_with("sk-ant-");
}
bool is_github(std::string_view key) {
  return key.starts_with("ghp_") || key.starts_with("github_pat_");
}
bool is_google(std::string_view key) {
  return key.starts_with("AIza");
}
bool is_openai(std::string_view key) {
  return key.starts_with("sk-") && !is_anthropic(key);
}

constexpr std::array kinds{
    KeyKind{"anthropic", "anthropic_api_key", "Invalid API key format. Anthropic keys start with 'sk-ant-'",
            "Invalid format. Anthropic keys start with 'sk-ant-'", is_anthropic},
    KeyKind{"github", "github_pat", "Invalid token format. GitHub PATs start with 'ghp_' or 'github_pat_'",
            "Invalid format. GitHub PATs start with 'ghp_' or 'github_pat_'", is_github},
    KeyKind{"google", "google_api_key", "Invalid API key format. Google keys start with 'AIza'",
            "Invalid format. Google keys start with 'AIza'", is_google},
    KeyKind{"openai", "openai_api_key", "Invalid API key format. OpenAI keys start with 'sk-'",
            "Invalid format. OpenAI keys start with 'sk-'", is_openai},
};

const KeyKind* found(std::string_view KeyKind::* member, std::string_view text) noexcept {
  const auto* const at = std::ranges::find(kinds, text, member);
  return at == kinds.end() ? nullptr : at;
}

}  // namespace

std::span<const KeyKind> key_kinds() noexcept {
  return kinds;
}

const KeyKind* key_kind(std::string_view name) noexcept {
  return found(&KeyKind::name, name);
}

const KeyKind* key_kind_of_setting(std::string_view setting) noexcept {
  return found(&KeyKind::setting, setting);
}

std::string_view stripped(std::string_view key) noexcept {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto begin = key.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return key.substr(begin, key.find_last_not_of(blanks) - begin + 1);
}

bool is_well_formed(const KeyKind& kind, std::string_view key) noexcept {
  return key.size() <= longest && kind.begins_well(key) &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7F'; });
}

std::string masked(std::string_view key) {
  if (key.size() < shortest_shown) return "****";
  return "..." + std::string(key.substr(key.size() - shown));
}

}  // namespace trinity::platform
