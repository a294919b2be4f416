#include "agentd/credentials/credential_files.h"

#include <algorithm>
#include <boost/json.hpp>

#include "agentd/credentials/mcp_file.h"
#include "agentd/credentials/secret_file.h"
#include "agentd/files.h"
#include "base/credential_rules.h"
#include "base/errors.h"
#include "base/log.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestEnv = 4 * 1024 * 1024;
constexpr std::size_t kLargestMcp = 1'000'000;
constexpr std::size_t kLargestGenerated = 4 * 1024 * 1024;
constexpr std::size_t kMostGenerated = 1'000;
constexpr const char* kRecord = ".trinity/agentd-credentials.json";

void write(const Config& config, const fs::path& path, std::string_view content) {
  const auto written = write_secret_file(config.home, path, content);
  if (!written) throw Failed("Credential update failed: " + written.error());
}

std::vector<std::string> texts_of(const boost::json::object& from, const char* name) {
  std::vector<std::string> texts;
  const auto* list = from.if_contains(name);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& item : list->get_array()) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

std::string text_or_empty(const fs::path& file, std::size_t most) {
  return read_small_file(file, most).value_or("");
}

/// Where in the home folder a generated file belongs.
fs::path place_of(const fs::path& generated) {
  auto part = generated.begin();
  if (part == generated.end() || *part != "credential-files") return generated;
  fs::path rest;
  for (++part; part != generated.end(); ++part) rest /= *part;
  return rest;
}

}  // namespace

CredentialRecord read_record(const Config& config) {
  const auto text = read_small_file(config.home / kRecord, kLargestMcp);
  if (!text) return {};
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(*text, fault);
  if (fault || !parsed.is_object()) return {};
  CredentialRecord record{texts_of(parsed.get_object(), "names"), texts_of(parsed.get_object(), "files")};
  // The file lies where the agent can write: what it names is not trusted more than a request.
  std::erase_if(record.files, [](const auto& path) { return !credential_path_fault(path).empty(); });
  return record;
}

void write_record(const Config& config, const CredentialRecord& record) {
  const boost::json::object made{{"names", json::encode(record.names)}, {"files", json::encode(record.files)}};
  write(config, kRecord, json::write(made));
}

std::vector<Variable> read_variables(const Config& config, const std::vector<std::string>& names) {
  std::map<std::string, std::string> found;
  for (auto& item : read_env(text_or_empty(config.home / ".env", kLargestEnv))) {
    if (item.variable) found[item.variable->name] = std::move(item.variable->value);
  }
  std::vector<Variable> variables;
  for (const auto& name : names) {
    const auto known = found.find(name);
    if (known != found.end() && variable_name_fault(name).empty()) variables.push_back({name, known->second});
  }
  return variables;
}

void write_variables(const Config& config, const std::vector<Variable>& variables,
                     const std::vector<std::string>& gone) {
  const auto before = read_env(text_or_empty(config.home / ".env", kLargestEnv));
  write(config, ".env", env_text(variables, before, gone));
}

bool write_mcp_config(const Config& config, const std::optional<std::string>& given,
                      const std::vector<Variable>& variables, std::string& fault) {
  std::optional<std::string> text;
  if (given && !given->empty()) {
    text = with_platform_entry(*given, config.platform_mcp);
  } else if (const auto made = read_small_file(config.home / ".mcp.json.template", kLargestMcp)) {
    text = filled_template(*made, variables);
    if (text) text = with_platform_entry(*text, config.platform_mcp);
    if (!text) fault = "not JSON; .mcp.json was left alone";
  }
  if (text) write(config, ".mcp.json", *text);
  keep_platform_entry(config);
  return text.has_value();
}

FilesWritten write_files(const Config& config, const std::map<std::string, std::string>& files) {
  FilesWritten done;
  for (const auto& [given, content] : files) {
    const auto first = std::min(given.find_first_not_of('/'), given.size());
    const auto path = given.substr(first);
    auto fault = credential_path_fault(path);
    if (fault.empty()) {
      const auto written = write_secret_file(config.home, path, content);
      if (!written) fault = written.error();
    }
    if (fault.empty()) {
      done.written.push_back(path);
    } else {
      log::warn("credentials", "a credential file was not written: {}", fault);
      done.failed[given] = fault;
    }
  }
  return done;
}

std::size_t take_generated(const Config& config, const std::vector<Variable>& variables) {
  std::error_code fault;
  std::size_t count = 0;
  for (fs::recursive_directory_iterator entry(config.generated_folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    if (!entry->is_regular_file() || entry->is_symlink()) continue;
    if (++count > kMostGenerated) throw Failed("more than 1000 generated files");
    const auto place = place_of(entry->path().lexically_relative(config.generated_folder));
    auto content = read_small_file(entry->path(), kLargestGenerated);
    if (!content) throw Failed(place.string() + ": " + content.error());
    if (place == ".env") {
      auto items = read_env(*content);
      const auto before = read_env(text_or_empty(config.home / ".env", kLargestEnv));
      std::vector<Variable> fresh;
      for (const auto& item : items) {
        if (item.variable) fresh.push_back(*item.variable);
      }
      // What updates brought is newer than what was generated when the container was made.
      for (const auto& variable : variables) {
        const auto same = [&variable](const Variable& one) { return one.name == variable.name; };
        std::erase_if(fresh, same);
        fresh.push_back(variable);
      }
      write(config, place, env_text(fresh, before, {}));
    } else if (place == ".mcp.json") {
      write(config, place, with_platform_entry(*content, config.platform_mcp).value_or(*content));
    } else {
      const auto reason = credential_path_fault(place);
      if (!reason.empty()) throw Failed(place.string() + ": " + reason);
      write(config, place, *content);
    }
  }
  return count;
}

}  // namespace trinity::agentd
