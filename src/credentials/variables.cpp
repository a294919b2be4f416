#include "credentials/variables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/credential_rules.h"
#include "credentials/guessing.h"

namespace trinity::credentials {

namespace {

/// How a credential gives a variable, the weakest first.
enum class Strength { bare, derived, named, spelled };

struct Offer {
  std::string name;
  std::string value;
  Strength strength = Strength::bare;
};

/// Members that many credentials have: their bare name says nothing about whose they are.
bool is_generic(std::string_view member) {
  constexpr std::array<std::string_view, 31> names{
      "API_KEY",       "TOKEN",      "USERNAME",   "PASSWORD",   "ACCESS_TOKEN", "REFRESH_TOKEN", "CLIENT_ID",
      "CLIENT_SECRET", "TOKEN_TYPE", "EXPIRES_IN", "SCOPE",      "ID_TOKEN",     "KEY",           "SECRET",
      "VALUE",         "API_SECRET", "API_TOKEN",  "SECRET_KEY", "ACCESS_KEY",   "ACCESS_KEY_ID", "SECRET_ACCESS_KEY",
      "PRIVATE_KEY",   "PUBLIC_KEY", "USER",       "EMAIL",      "HOST",         "PORT",          "URL",
      "BASE_URL",      "ACCOUNT_ID", "WEBHOOK_URL"};
  return std::ranges::find(names, member) != names.end();
}

/// `HEYGEN` of "HeyGen"; what is no letter or digit becomes an underscore.
std::string service_prefix(std::string_view service) {
  auto made = upper_case(service);
  for (auto& c : made) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return made;
}

/// A name that people give to variables: the credential then stands for the variable of that name.
bool is_capital_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return is_variable_name(name) && std::ranges::all_of(name, fits);
}

/// Everything that one credential offers, each name as often as it comes up.
std::vector<Offer> offers_of(const Opened& one) {
  std::vector<Offer> offers;
  const auto own = upper_case(one.meta.name);
  const auto& exported = export_name(one.meta);
  const auto prefix = one.meta.service.empty() ? std::string() : service_prefix(one.meta.service) + "_";
  for (const auto& [key, value] : one.secret) {
    const auto text = key == "content" ? std::nullopt : text_of(value);
    if (!text) continue;
    const auto member = upper_case(key);
    const bool own_name = member == own || member == exported;
    const bool generic = is_generic(member);
    offers.push_back({own_name ? exported : member, *text, generic && !own_name ? Strength::bare : Strength::spelled});
    // One that is spelled in capitals is a variable's whole name already.
    const bool part = generic || member != key;
    if (part && !prefix.empty() && !member.starts_with(prefix))
      offers.push_back({prefix + member, *text, Strength::derived});
  }
  if (is_capital_name(exported)) {
    if (auto value = main_value(one.secret, one.meta.name); !value.empty())
      offers.push_back({exported, std::move(value), Strength::named});
  }
  return offers;
}

std::vector<Offer> offers_of(const Tied& one) {
  std::vector<Offer> offers;
  auto prefix = upper_case(one.server) + "_";
  std::ranges::replace(prefix, '-', '_');
  const auto member = [&one](std::string_view key) -> std::optional<std::string> {
    const auto* found = one.secret.if_contains(key);
    return found == nullptr ? std::nullopt : text_of(*found);
  };
  for (const auto* key : {"api_key", "token", "access_token", "refresh_token"}) {
    if (auto text = member(key)) offers.push_back({prefix + upper_case(key), *text, Strength::derived});
  }
  const auto user = member("username");
  const auto password = member("password");
  if (user && password) {
    offers.push_back({prefix + "USERNAME", *user, Strength::derived});
    offers.push_back({prefix + "PASSWORD", *password, Strength::derived});
  }
  return offers;
}

/// Collects offers, the weaker credential first.
class Choice {
 public:
  Choice(const std::set<std::string>& platform, Delivered& into) : platform_(platform), into_(into) {}

  void take(std::vector<Offer> offers) {
    std::set<std::string> bare;
    for (auto& offer : offers) {
      if (offer.strength == Strength::bare) {
        if (bare.insert(offer.name).second) ++suppliers_[offer.name];
      }
      const auto known = strengths_.find(offer.name);
      if (known != strengths_.end() && known->second > offer.strength) continue;
      strengths_[offer.name] = offer.strength;
      into_.variables[offer.name] = std::move(offer.value);
    }
  }

  void finish() {
    for (const auto& [name, strength] : strengths_) {
      const auto fault = strength == Strength::bare && suppliers_[name] > 1;
      if (fault) into_.ambiguous.insert(name);
      const bool refused = !fits(name, into_.variables[name]);
      if (refused) into_.refused.insert(shown(name));
      if (fault || refused) into_.variables.erase(name);
    }
  }

 private:
  [[nodiscard]] bool fits(const std::string& name, const std::string& value) const {
    return variable_name_fault(name).empty() && !platform_.contains(name) && value.size() <= longest_credential_value &&
           value.find('\0') == std::string::npos;
  }
  /// Names are of people: what is no name of a variable may be long, or hold anything.
  static std::string shown(const std::string& name) { return is_variable_name(name) ? name : name.substr(0, 50); }

  const std::set<std::string>& platform_;
  Delivered& into_;
  std::map<std::string, Strength> strengths_;
  std::map<std::string, std::size_t> suppliers_;
};

void take_file(const Opened& one, Delivered& into) {
  const auto* content = one.secret.if_contains("content");
  if (one.meta.file_path.empty() || content == nullptr || !content->is_string()) return;
  if (!credential_path_fault(one.meta.file_path).empty()) {
    into.refused.insert(one.meta.file_path);
    return;
  }
  into.files[one.meta.file_path] = std::string(content->get_string());
}

std::vector<const Opened*> in_order(const std::vector<Opened>& assigned) {
  std::vector<const Opened*> order;
  order.reserve(assigned.size());
  for (const auto& one : assigned) order.push_back(&one);
  std::ranges::sort(order, {},
                    [](const Opened* one) { return std::tie(one->meta.name, one->meta.created_at, one->meta.id); });
  return order;
}

}  // namespace

Delivered::~Delivered() {
  for (auto& [name, value] : variables) vault::wipe(value);
  for (auto& [path, content] : files) vault::wipe(content);
}

const std::string& export_name(const Credential& meta) noexcept {
  return meta.export_as.empty() ? meta.name : meta.export_as;
}

Delivered deliver(const std::vector<Opened>& assigned, const std::vector<Tied>& tied,
                  const std::set<std::string>& platform) {
  Delivered made;
  Choice choice(platform, made);
  for (const auto& one : tied) choice.take(offers_of(one));
  for (const auto* one : in_order(assigned)) {
    if (one->meta.type == "file") {
      take_file(*one, made);
    } else {
      choice.take(offers_of(*one));
    }
  }
  choice.finish();
  return made;
}

Match match(const Opened& one, std::string_view variable) {
  if (one.meta.type == "file") return Match::none;
  auto best = Match::none;
  for (const auto& offer : offers_of(one)) {
    if (offer.name != variable || offer.strength == Strength::bare) continue;
    best = std::max(best, static_cast<Match>(static_cast<int>(offer.strength)));
  }
  return best;
}

}  // namespace trinity::credentials
