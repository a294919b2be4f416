#include "agents/names.h"

#include <algorithm>
#include <array>

#include "base/errors.h"

namespace trinity::agents {

namespace {

constexpr std::size_t longest_name = 50;
constexpr std::array<std::string_view, 8> reserved{"context-stats", "execution-stats", "autonomy-status",
                                                   "deploy-local",  "activities",      "stats",
                                                   "attention",     "trinity-system"};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string sanitise_name(std::string_view raw) {
  std::string name;
  for (const char c : raw) {
    const char kept = is_alphanumeric(c) || c == '_' || c == '.' || c == '-' ? c : '-';
    if (name.empty() && !is_alphanumeric(kept)) continue;
    if (kept == '-' && !name.empty() && name.back() == '-') continue;
    name.push_back(kept >= 'A' && kept <= 'Z' ? static_cast<char>(kept - 'A' + 'a') : kept);
  }
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

void check_name(std::string_view sanitised) {
  if (sanitised.empty()) throw BadRequest("Invalid agent name - must contain at least one alphanumeric character");
  if (sanitised.size() > longest_name) throw BadRequest("Invalid agent name - at most 50 characters");
  if (std::find(reserved.begin(), reserved.end(), sanitised) != reserved.end()) {
    throw BadRequest("Invalid agent name - '" + std::string(sanitised) + "' is reserved");
  }
}

}  // namespace trinity::agents
