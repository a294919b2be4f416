#include "agentd/runtime/runtimes.h"

#include <algorithm>
#include <cctype>

namespace trinity::agentd {

bool is_model_name(std::string_view model) {
  constexpr std::string_view fine = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:[]-";
  return !model.empty() && model.size() <= 128 && !model.starts_with('-') &&
         model.find_first_not_of(fine) == std::string_view::npos;
}

std::shared_ptr<const Runtime> runtime_named(std::string_view name) {
  std::string wanted(name);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](unsigned char c) { return std::tolower(c); });
  if (wanted == "gemini-cli" || wanted == "gemini") return gemini_cli();
  if (wanted == "codex") return codex();
  return claude_code();
}

}  // namespace trinity::agentd
