// What people paste as KEY=VALUE lines, on its way to the variables of an agent: read, guessed, delivered, written to
// `.env` and read back. No value gets lost, changes, or adds a line of its own.
#include <algorithm>
#include <string>
#include <vector>

#include "agentd/credentials/env_file.h"
#include "base/credential_rules.h"
#include "credentials/formats.h"
#include "credentials/guessing.h"
#include "credentials/imports.h"
#include "credentials/variables.h"
#include "fuzz/input.h"

namespace {

using namespace trinity;
using credentials::Pair;

void check_bulk(std::string_view text) {
  const auto made = credentials::parse_bulk(text);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  fuzz::require(made.pairs.size() + made.ignored.size() <= lines, "a line says one thing");
  std::size_t last = 0;
  for (const auto& pair : made.pairs) {
    fuzz::require(is_variable_name(pair.key) || pair.key.size() > 256, "a key is a variable's name");
    fuzz::require(!pair.value.empty() && pair.value.find('\n') == std::string::npos, "a value is a line's");
    fuzz::require(pair.line > last && pair.line <= lines, "lines in order");
    last = pair.line;
  }
}

credentials::Opened stored(const Pair& pair, std::string_view name) {
  credentials::Opened made;
  made.meta.name = name;
  made.meta.export_as = name == pair.key ? "" : pair.key;
  made.meta.service = credentials::guessed_service(pair.key);
  made.meta.type = credentials::guessed_type(pair.key);
  made.secret = {{"api_key", pair.value}, {name, pair.value}};
  return made;
}

/// A bulk import twice over: the second finds everything.
void check_import(const std::vector<Pair>& pairs) {
  std::vector<credentials::Owned> owned;
  for (int round = 0; round < 2; ++round) {
    for (const auto& pair : pairs) {
      const auto made = credentials::resolve(pair, owned);
      const bool reused = made.outcome == credentials::Resolution::Outcome::reused;
      fuzz::require(round == 0 || reused, "what was pasted before is found again");
      const auto taken = [&made](const credentials::Owned& one) { return one.name == made.name; };
      fuzz::require(reused || std::ranges::none_of(owned, taken), "a new one has a free name");
      if (reused) continue;
      const bool renamed = made.outcome == credentials::Resolution::Outcome::renamed;
      owned.insert(owned.begin(), {made.name + "#", made.name, renamed ? pair.key : "", pair.value});
    }
  }
}

void check_env(const credentials::Delivered& made, std::string_view before) {
  std::vector<agentd::Variable> ours;
  for (const auto& [name, value] : made.variables) ours.push_back({name, value});
  const auto read = agentd::read_env(agentd::env_text(ours, agentd::read_env(before), {}));
  std::vector<agentd::Variable> found;
  for (const auto& item : read) {
    if (item.variable) found.push_back(*item.variable);
  }
  fuzz::require(found.size() >= ours.size(), "no variable gets lost");
  found.resize(ours.size());
  fuzz::require(found == ours, "a value comes back as it was");
}

void check_delivery(const std::vector<Pair>& pairs, std::string_view before) {
  std::vector<credentials::Opened> assigned;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    assigned.push_back(stored(pairs[i], i % 3 == 2 ? pairs[i].key + "_2" : pairs[i].key));
  const auto made = credentials::deliver(assigned, {}, {"ANTHROPIC_API_KEY"});
  for (const auto& [name, value] : made.variables) {
    fuzz::require(variable_name_fault(name).empty(), "only names that may be delivered");
    fuzz::require(name != "ANTHROPIC_API_KEY", "the platform's stay the platform's");
    fuzz::require(value.find('\0') == std::string::npos, "no zero bytes");
  }
  for (const auto& [path, content] : made.files) fuzz::require(credential_path_fault(path).empty(), "only such paths");
  check_env(made, before);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  // Behind the first 0xff stands what an `.env` holds already.
  const auto end = std::min(all.find('\xff'), all.size());
  const auto text = all.substr(0, end);
  check_bulk(text);
  const auto pairs = credentials::parse_hot_reload(text);
  for (std::size_t i = 1; i < pairs.size(); ++i) fuzz::require(pairs[i].key != pairs[i - 1].key, "a key stands once");
  check_import(pairs);
  check_delivery(pairs, all.substr(std::min(end + 1, all.size())));
  return 0;
}
