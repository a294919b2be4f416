#include "cli/api.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/server_address.h"
#include "cli/terminal.h"

namespace trinity::cli {

namespace {

std::string place_of(const json::object& fault) {
  std::string place;
  const auto* loc = fault.if_contains("loc");
  if (loc == nullptr || !loc->is_array()) return place;
  // The first step says body, query or path, which is of no help on a command line.
  for (std::size_t i = 1; i < loc->get_array().size(); ++i) {
    const auto& step = loc->get_array()[i];
    if (!place.empty()) place += '.';
    place += step.is_string() ? std::string(step.get_string()) : json::serialize(step);
  }
  return place;
}

std::string faults_text(const json::array& faults) {
  std::string made;
  for (const auto& fault : faults) {
    if (!fault.is_object()) continue;
    if (!made.empty()) made += '\n';
    const auto place = place_of(fault.get_object());
    if (!place.empty()) made += harmless(place, false) + ": ";
    made += harmless(text_of(fault.get_object(), "msg"), false);
  }
  return made;
}

std::optional<json::value> parsed(const std::string& text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 256;  // a tree of files nests twice for each folder
  auto made = json::parse(text, error, {}, options);
  return error ? std::nullopt : std::optional(std::move(made));
}

json::value body_of(const Answer& answer) {
  if (answer.body.empty()) return nullptr;
  auto body = parsed(answer.body);
  if (!body) throw Fault(ExitCode::failed, "the answer is not JSON", "Is this the address of a Trinity server?");
  return std::move(*body);
}

}  // namespace

std::string text_of(const json::object& from, std::string_view field) {
  const auto* found = from.if_contains(field);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

double number_of(const json::object& from, std::string_view field) {
  const auto* found = from.if_contains(field);
  return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

bool flag_of(const json::object& from, std::string_view field) {
  const auto* found = from.if_contains(field);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::string refusal_text(const Answer& answer) {
  const auto body = parsed(answer.body);
  if (body && body->is_object()) {
    const auto* detail = body->get_object().if_contains("detail");
    if (detail != nullptr && detail->is_string()) return harmless(detail->get_string(), false);
    if (detail != nullptr && detail->is_array()) {
      auto text = faults_text(detail->get_array());
      if (!text.empty()) return text;
    }
    if (detail != nullptr && detail->is_object()) {
      const auto& words = detail->get_object();
      const auto text = text_of(words, "message").empty() ? text_of(words, "error") : text_of(words, "message");
      if (!text.empty()) return harmless(text, false);
    }
  }
  return fmt::format("the server answered {}", answer.status);
}

void check(const Answer& answer) {
  if (answer.status >= 200 && answer.status < 300) return;
  if (answer.status == 401) {
    throw Fault(ExitCode::not_signed_in, refusal_text(answer), kSignInHint);
  }
  const bool hidden = answer.status == 403 || answer.status == 404;
  throw Fault(hidden ? ExitCode::not_found : ExitCode::failed, refusal_text(answer));
}

json::value ask_about(Api& api, const std::string& agent, Call call) {
  call.path.insert(0, "/api/agents/" + path_segment(agent));
  const auto answer = api.send(call);
  try {
    check(answer);
  } catch (const Fault& fault) {
    if (fault.code() == ExitCode::not_signed_in) throw;
    const bool missing = fault.code() == ExitCode::not_found;
    throw Fault(fault.code(), harmless(agent, false) + ": " + fault.what(), missing ? kAgentsHint : "");
  }
  return body_of(answer);
}

json::value ask(Api& api, const Call& call) {
  const auto answer = api.send(call);
  check(answer);
  return body_of(answer);
}

}  // namespace trinity::cli
