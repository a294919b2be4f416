#include "credentials/mcp_config.h"

#include <boost/json.hpp>

#include "base/credential_rules.h"
#include "json/indented.h"

namespace trinity::credentials {

namespace {

using boost::json::object;
using boost::json::value;
using Variables = std::map<std::string, std::string>;

class Filling {
 public:
  explicit Filling(const Variables& variables) : variables_(variables) {}

  void server(object& one) {
    if (auto* env = one.if_contains("env"); env != nullptr && env->is_object()) {
      for (auto& member : env->get_object()) fill(member.value());
    }
    if (auto* args = one.if_contains("args"); args != nullptr && args->is_array()) {
      for (auto& item : args->get_array()) fill(item);
    }
  }
  [[nodiscard]] bool any() const noexcept { return any_; }

 private:
  void fill(value& in) {
    if (!in.is_string()) return;
    std::string_view text = in.get_string();
    std::string out;
    const bool whole = text.starts_with("${") && text.find('}') == text.size() - 1;
    for (auto open = text.find("${"); open != std::string_view::npos; open = text.find("${")) {
      out.append(text.substr(0, open));
      text.remove_prefix(open);
      const auto close = text.find('}');
      const auto name = close == std::string_view::npos ? std::string_view() : text.substr(2, close - 2);
      const auto taken = is_variable_name(name) ? close + 1 : 2;
      out.append(replaced(text.substr(0, taken), name, whole));
      text.remove_prefix(taken);
    }
    out.append(text);
    in = out;
  }

  std::string_view replaced(std::string_view stands, std::string_view name, bool whole) {
    if (!is_variable_name(name)) return stands;
    any_ = true;
    const auto known = variables_.find(std::string(name));
    if (known != variables_.end()) return known->second;
    return whole ? std::string_view() : stands;
  }

  const Variables& variables_;
  bool any_ = false;
};

}  // namespace

std::optional<std::string> filled_mcp_config(const std::string& text, const Variables& variables) {
  boost::system::error_code fault;
  auto root = boost::json::parse(text, fault);
  if (fault || !root.is_object()) return std::nullopt;
  auto* servers = root.get_object().if_contains("mcpServers");
  if (servers == nullptr || !servers->is_object()) return std::nullopt;
  Filling filling(variables);
  for (auto& server : servers->get_object()) {
    if (server.value().is_object()) filling.server(server.value().get_object());
  }
  if (!filling.any()) return std::nullopt;
  return json::indented(root);
}

}  // namespace trinity::credentials
