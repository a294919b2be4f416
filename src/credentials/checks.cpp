#include "credentials/checks.h"

#include <algorithm>

#include "base/credential_rules.h"
#include "credentials/guessing.h"
#include "json/write.h"

namespace trinity::credentials {

namespace {

using json::array;
using json::Faults;
using json::value;

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_service = 100;
constexpr std::size_t longest_type = 50;
constexpr std::size_t longest_description = 2'000;
constexpr std::size_t most_members = 64;
constexpr std::size_t longest_member = 256;
constexpr std::size_t largest_file = 1'000'000;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

void check_text(std::string_view text, const char* field, std::size_t longest, bool may_be_empty, Faults& faults) {
  const array place{"body", field};
  if (text.empty() && !may_be_empty)
    return faults.add("string_too_short", place, "String should have at least 1 character", value(text),
                      {{"min_length", 1}});
  if (text.size() > longest)
    return faults.add("string_too_long", place, "String should have at most " + std::to_string(longest) + " bytes",
                      nullptr, {{"max_length", longest}});
  if (has_control(text)) faults.add("value_error", place, "Control characters are not taken", nullptr);
}

void check_member(std::string_view key, const value& member, bool is_content, Faults& faults) {
  const array place{"body", "credentials", key.substr(0, longest_member)};
  if (key.empty() || key.size() > longest_member || has_control(key))
    return faults.add("value_error", place, "Names have 1 to 256 bytes and no control characters", nullptr);
  const auto text = text_of(member).value_or("");
  const auto longest = is_content ? largest_file : longest_credential_value;
  if (text.size() > longest)
    return faults.add("string_too_long", place, "A value has at most " + std::to_string(longest) + " bytes", nullptr,
                      {{"max_length", longest}});
  if (text.find('\0') != std::string::npos) faults.add("value_error", place, "Zero bytes are not taken", nullptr);
}

void check_secret(const boost::json::object& secret, bool is_file, Faults& faults) {
  const array place{"body", "credentials"};
  if (secret.empty()) return faults.add("too_short", place, "The secret has no member", nullptr, {{"min_length", 1}});
  if (secret.size() > most_members)
    return faults.add("too_long", place, "A secret has at most 64 members", nullptr, {{"max_length", most_members}});
  std::size_t size = 0;
  for (const auto& [key, member] : secret) {
    check_member(key, member, is_file && key == "content", faults);
    size += key.size() + text_of(member).value_or("").size();
  }
  if (size > largest_secret) faults.add("too_long", place, "The secret is too large", nullptr);
  const auto* content = secret.if_contains("content");
  if (is_file && (content == nullptr || !content->is_string()))
    faults.add("missing", {"body", "credentials", "content"}, "A file needs its text", nullptr);
}

void check_path(const CredentialCreate& wanted, Faults& faults) {
  if (wanted.type != "file") return;
  const array place{"body", "file_path"};
  const auto path = wanted.file_path.value_or("");
  if (path.empty()) return faults.add("missing", place, "A file needs a path below the agent's home folder", nullptr);
  const auto fault = credential_path_fault(path);
  if (!fault.empty() || has_control(path))
    faults.add("value_error", place, fault.empty() ? "Control characters are not taken" : fault, nullptr);
}

}  // namespace

void check(const CredentialCreate& wanted) {
  Faults faults;
  check_text(wanted.name, "name", longest_name, false, faults);
  check_text(wanted.service, "service", longest_service, false, faults);
  check_text(wanted.type, "type", longest_type, false, faults);
  if (wanted.description && wanted.description->size() > longest_description)
    faults.add("string_too_long", {"body", "description"}, "String should have at most 2000 bytes", nullptr,
               {{"max_length", longest_description}});
  check_secret(wanted.credentials, wanted.type == "file", faults);
  check_path(wanted, faults);
  faults.check();
}

void check(const CredentialUpdate& wanted, const std::string& type) {
  Faults faults;
  if (wanted.name) check_text(*wanted.name, "name", longest_name, true, faults);
  if (wanted.description && wanted.description->size() > longest_description)
    faults.add("string_too_long", {"body", "description"}, "String should have at most 2000 bytes", nullptr,
               {{"max_length", longest_description}});
  if (wanted.credentials && !wanted.credentials->empty()) check_secret(*wanted.credentials, type == "file", faults);
  faults.check();
}

}  // namespace trinity::credentials
