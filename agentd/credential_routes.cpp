// Credentials: what the control plane puts into the home folder and into the environment of programs.
#include "agentd/credentials/credentials.h"
#include "agentd/routes.h"
#include "base/credential_rules.h"
#include "json/decode.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

/// Reads the request, and collects what is wrong with it.
class UpdateBody {
 public:
  CredentialUpdate read(const std::string& body) {
    const auto root = json::parse_body(body);
    if (!root.is_object()) {
      faults_.add("model_attributes_type", {"body"}, "Input should be a valid object", root);
      faults_.check();
    }
    const auto& members = root.get_object();
    variables(members);
    mcp_config(members);
    files(members);
    mode(members);
    faults_.check();
    return std::move(update_);
  }

 private:
  static const value* given(const object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    return found != nullptr && !found->is_null() ? found : nullptr;
  }

  void variables(const object& root) {
    const auto* credentials = root.if_contains("credentials");
    if (credentials == nullptr) return faults_.add("missing", {"body", "credentials"}, "Field required", root);
    if (!credentials->is_object()) {
      return faults_.add("dict_type", {"body", "credentials"}, "Input should be a valid dictionary", nullptr);
    }
    const auto& members = credentials->get_object();
    if (members.size() > most_credential_variables) {
      return faults_.add("too_long", {"body", "credentials"}, "At most 1000 variables are taken", nullptr);
    }
    for (const auto& member : members) variable(member.key(), member.value());
  }

  /// Values never go into the answer, whatever is wrong.
  void variable(std::string_view name, const value& given) {
    const array place{"body", "credentials", name};
    if (const auto fault = variable_name_fault(name); !fault.empty()) {
      return faults_.add("value_error", place, fault, nullptr);
    }
    if (given.is_null()) return;
    auto text = given.is_string() ? std::string(given.get_string()) : json::write(given);
    if (text.size() > longest_credential_value || text.find('\0') != std::string::npos) {
      return faults_.add("value_error", place, "Values have at most 256 KiB and no zero bytes", nullptr);
    }
    update_.variables.push_back({std::string(name), std::move(text)});
  }

  void mcp_config(const object& root) {
    const auto* text = given(root, "mcp_config");
    if (text == nullptr) return;
    const array place{"body", "mcp_config"};
    if (!text->is_string()) return faults_.add("string_type", place, "Input should be a valid string", nullptr);
    boost::system::error_code fault;
    std::string config(text->get_string());
    if (config.empty()) return;
    const auto parsed = boost::json::parse(config, fault);
    if (fault || !parsed.is_object()) {
      return faults_.add("value_error", place, "Input should be the text of a JSON object", nullptr);
    }
    update_.mcp_config = std::move(config);
  }

  void files(const object& root) {
    const auto* list = given(root, "files");
    if (list == nullptr) return;
    const array place{"body", "files"};
    if (!list->is_object()) return faults_.add("dict_type", place, "Input should be a valid dictionary", nullptr);
    if (list->get_object().size() > most_credential_files)
      return faults_.add("too_long", place, "At most 200 files", nullptr);
    update_.files.emplace();
    for (const auto& member : list->get_object()) {
      if (member.value().is_string()) {
        update_.files->emplace(member.key(), member.value().get_string());
      } else {
        faults_.add("string_type", {"body", "files", member.key()}, "Input should be a valid string", nullptr);
      }
    }
  }

  void mode(const object& root) {
    const auto* word = given(root, "mode");
    if (word == nullptr || *word == "replace") return;
    if (*word != "merge") {
      faults_.add("literal_error", {"body", "mode"}, "Input should be 'replace' or 'merge'", *word);
    }
    update_.merge = true;
  }

  CredentialUpdate update_;
  json::Faults faults_;
};

class CredentialHandlers {
 public:
  explicit CredentialHandlers(const AgentParts& parts) : credentials_(parts.credentials) {}

  Task<Response> update(Request request) {
    auto asked = UpdateBody().read(request.body);
    auto done = co_await credentials_.update(std::move(asked));
    co_return Response::json(std::move(done));
  }

  Task<Response> status(Request) {
    auto card = co_await credentials_.status();
    co_return Response::json(std::move(card));
  }

 private:
  Credentials& credentials_;
};

}  // namespace

std::vector<http::Route> credential_routes(const AgentParts& parts) {
  const Members<CredentialHandlers> call(parts);
  std::vector<http::Route> table{
      {Method::post, "/api/credentials/update", Access::secret, call(&CredentialHandlers::update)},
      {Method::get, "/api/credentials/status", Access::secret, call(&CredentialHandlers::status)},
  };
  table.front().max_body = largest_credential_update;
  return table;
}

}  // namespace trinity::agentd
