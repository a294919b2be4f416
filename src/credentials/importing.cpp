// KEY=VALUE lines that become credentials.
#include <algorithm>
#include <set>

#include "audit/log.h"
#include "base/errors.h"
#include "base/log.h"
#include "credentials/guessing.h"
#include "credentials/service.h"
#include "json/encode.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t most_pairs = 500;
constexpr const char* bulk_description = "Imported from KEY=VALUE lines";
constexpr const char* import_description = "Imported with an agent's hot reload";

BulkText read_bulk(const std::string& text) {
  auto made = parse_bulk(text);
  if (made.pairs.empty()) throw BadRequest("No valid KEY=VALUE pairs found in content");
  if (made.pairs.size() > most_pairs) throw BadRequest("At most 500 credentials can be imported at once");
  return made;
}

Credential described(const Pair& pair, const std::string& name, const char* description) {
  Credential meta;
  meta.name = name;
  meta.service = guessed_service(pair.key);
  meta.type = guessed_type(pair.key);
  meta.description = description;
  return meta;
}

const char* word_of(PairState state) {
  switch (state) {
    case PairState::fresh:
      return "new";
    case PairState::same:
      return "same";
    case PairState::differs:
      break;
  }
  return "differs";
}

}  // namespace

/// With values only where an import looks at them.
Task<std::vector<Owned>> CredentialService::owned(Call call, CallerPtr caller, const std::vector<Pair>* pairs,
                                                  std::vector<Stored>* stored) {
  *stored = co_await parts_.store.of_owner(call, caller->username);
  auto job = [&] {
    std::set<std::string_view> keys;
    for (const auto& pair : *pairs) keys.insert(pair.key);
    std::vector<Owned> made;
    made.reserve(stored->size());
    for (const auto& one : *stored) {
      Owned own{one.meta.id, one.meta.name, one.meta.export_as};
      if (keys.contains(own.name) || keys.contains(own.export_as)) {
        for (const auto& open : parts_.box.open_all({one}).opened) own.value = main_value(open.secret, own.name);
      }
      made.push_back(std::move(own));
    }
    return made;
  };
  auto made = co_await parts_.pool.run(std::move(job));
  co_return made;
}

Task<json::object> CredentialService::import_bulk(Call call, CallerPtr caller, std::string text) {
  require_person(*caller);
  const auto read = read_bulk(text);
  vault::wipe(text);
  const auto turn = co_await turn_of(caller.get());
  std::vector<Stored> stored;
  auto known = co_await owned(call, caller, &read.pairs, &stored);
  json::array made;
  json::array errors;
  std::int64_t skipped = 0;
  for (const auto& pair : read.pairs) {
    if (state_of(pair, known) == PairState::same) {
      ++skipped;
      continue;
    }
    auto meta = described(pair, pair.key, bulk_description);
    const char* member = meta.type == "token" ? "token" : "api_key";
    json::object secret{{member, pair.value}, {pair.key, pair.value}};
    std::string fault;
    if (known.size() >= most_credentials || pair.value.size() > longest_credential_value) {
      fault = pair.value.size() > longest_credential_value ? "the value is too long" : "you have too many credentials";
    } else {
      try {
        const auto one = co_await store_new(call, caller, std::move(meta), std::move(secret));
        known.insert(known.begin(), {one.meta.id, one.meta.name, "", pair.value});
        made.push_back(
            {{"id", one.meta.id}, {"name", one.meta.name}, {"service", one.meta.service}, {"type", one.meta.type}});
      } catch (const Error& e) {
        fault = e.shown() ? e.what() : "it could not be stored";
        log::warn({"credentials", call.id()}, "a credential could not be imported: {}", e.what());
      }
    }
    if (fault.empty()) continue;
    ++skipped;
    errors.emplace_back(pair.key + ": " + fault);
  }
  audit::note(call, *caller, "credential_import", "",
              {{"created", std::to_string(made.size())}, {"skipped", std::to_string(skipped)}});
  co_return json::object{{"created", made.size()}, {"skipped", skipped}, {"errors", errors}, {"credentials", made}};
}

Task<json::object> CredentialService::preview_bulk(Call call, CallerPtr caller, std::string text) {
  require_person(*caller);
  const auto read = parse_bulk(text);
  vault::wipe(text);
  if (read.pairs.size() > most_pairs) throw BadRequest("At most 500 credentials can be imported at once");
  std::vector<Stored> stored;
  auto known = co_await owned(call, caller, &read.pairs, &stored);
  json::array pairs;
  for (const auto& pair : read.pairs) {
    const auto state = state_of(pair, known);
    pairs.push_back({{"line", pair.line},
                     {"name", pair.key},
                     {"service", guessed_service(pair.key)},
                     {"type", guessed_type(pair.key)},
                     {"status", word_of(state)}});
    if (state != PairState::same) known.push_back({"", pair.key, "", pair.value});
  }
  json::array ignored;
  for (const auto& line : read.ignored) {
    if (ignored.size() == most_pairs) break;
    ignored.push_back({{"line", line.line}, {"reason", line.reason}});
  }
  co_return json::object{{"pairs", pairs}, {"ignored", ignored}};
}

Task<std::vector<CredentialService::Imported>> CredentialService::import_resolved(Call call, CallerPtr caller,
                                                                                  std::vector<Pair> pairs) {
  require_person(*caller);
  const auto turn = co_await turn_of(caller.get());
  std::vector<Stored> stored;
  auto known = co_await owned(call, caller, &pairs, &stored);
  if (known.size() + pairs.size() > most_credentials) throw BadRequest("You would have too many credentials");
  std::vector<Imported> made;
  for (const auto& pair : pairs) {
    const auto resolved = resolve(pair, known);
    Imported one{resolved.name, pair.key, resolved.outcome, resolved.id, {}};
    if (resolved.id.empty()) {
      auto meta = described(pair, resolved.name, import_description);
      if (resolved.name != pair.key) meta.export_as = pair.key;
      json::object secret{{"api_key", pair.value}, {resolved.name, pair.value}};
      const auto fresh = co_await store_new(call, caller, meta, std::move(secret));
      one.id = fresh.meta.id;
      known.insert(known.begin(), {one.id, resolved.name, fresh.meta.export_as, pair.value});
    }
    for (const auto& other : known) {
      if (other.id != one.id && is_delivered_as(other, pair.key)) one.others.push_back(other.id);
    }
    made.push_back(std::move(one));
  }
  const auto fresh =
      std::ranges::count_if(made, [](const Imported& one) { return one.outcome != Resolution::Outcome::reused; });
  audit::note(call, *caller, "credential_import", "",
              {{"created", std::to_string(fresh)}, {"reused", std::to_string(made.size() - fresh)}});
  co_return made;
}

}  // namespace trinity::credentials
