#include "credentials/guessing.h"

#include <algorithm>
#include <array>

#include "json/write.h"

namespace trinity::credentials {

namespace {

constexpr std::array<std::string_view, 25> known_services{
    "HEYGEN",   "TWITTER", "OPENAI",    "ANTHROPIC", "CLOUDINARY", "GEMINI", "GOOGLE", "GITHUB", "SLACK",
    "NOTION",   "GIPHY",   "METRICOOL", "BLOTATO",   "GOFILE",     "KLAP",   "AWS",    "AZURE",  "STRIPE",
    "SENDGRID", "TWILIO",  "DISCORD",   "LINKEDIN",  "INSTAGRAM",  "TIKTOK", "YOUTUBE"};

std::string lower_case(std::string_view text) {
  std::string made(text);
  for (auto& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

}  // namespace

std::string upper_case(std::string_view text) {
  std::string made(text);
  for (auto& c : made) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return made;
}

std::string guessed_service(std::string_view key) {
  const auto name = upper_case(key);
  for (const auto service : known_services) {
    if (name.starts_with(service) && name.size() > service.size() && name[service.size()] == '_')
      return lower_case(service);
  }
  const auto end = name.find('_');
  return end == std::string::npos ? "custom" : lower_case(std::string_view(name).substr(0, end));
}

std::string guessed_type(std::string_view key) {
  const auto name = upper_case(key);
  const auto contains = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
  if (contains("_API_KEY") || name.ends_with("_KEY")) return "api_key";
  if (contains("_TOKEN")) return "token";
  if (contains("_SECRET")) return "api_key";
  if (contains("_PASSWORD")) return "basic_auth";
  return "api_key";
}

std::optional<std::string> text_of(const boost::json::value& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return std::string(value.get_string());
  return json::write(value);
}

std::string main_value(const boost::json::object& secret, std::string_view name) {
  const auto member = [&secret](std::string_view key) {
    const auto* found = secret.if_contains(key);
    return found == nullptr ? std::string() : text_of(*found).value_or("");
  };
  for (const auto key : {std::string_view("api_key"), std::string_view("token"), name}) {
    if (auto value = member(key); !value.empty()) return value;
  }
  return secret.empty() ? std::string() : text_of(secret.begin()->value()).value_or("");
}

}  // namespace trinity::credentials
