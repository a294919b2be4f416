#include "agentd/credentials/credentials.h"

#include <sys/stat.h>

#include <algorithm>

#include "agentd/credentials/credential_files.h"
#include "agentd/credentials/mcp_file.h"
#include "agentd/credentials/secret_file.h"
#include "agentd/files.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;

constexpr std::chrono::seconds kWaitAtMost{20};
constexpr std::size_t kLargestEnv = 4 * 1024 * 1024;

std::vector<std::string> names_of(const std::vector<Variable>& variables) {
  std::vector<std::string> names;
  names.reserve(variables.size());
  for (const auto& variable : variables) names.push_back(variable.name);
  return names;
}

/// `fresh` over `before`: a known name keeps its place.
std::vector<Variable> merged(std::vector<Variable> before, const std::vector<Variable>& fresh) {
  for (const auto& variable : fresh) {
    const auto same = std::find_if(before.begin(), before.end(),
                                   [&variable](const Variable& one) { return one.name == variable.name; });
    if (same != before.end()) {
      same->value = variable.value;
    } else {
      before.push_back(variable);
    }
  }
  return before;
}

std::vector<std::string> missing_in(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> missing;
  for (const auto& one : before) {
    if (std::find(after.begin(), after.end(), one) == after.end()) missing.push_back(one);
  }
  return missing;
}

/// What one update has to do on the disk, and what came of it.
struct Work {
  std::vector<Variable> variables;
  CredentialRecord record;
  std::vector<std::string> gone;
  bool mcp_written = false;
  FilesWritten files;
};

void carry_out(const Config& config, const CredentialUpdate& update, Work& work) {
  const auto before = work.record;
  work.gone = missing_in(before.names, names_of(work.variables));
  write_variables(config, work.variables, work.gone);
  std::string fault;
  work.mcp_written = write_mcp_config(config, update.mcp_config, work.variables, fault);
  if (update.files) work.files = write_files(config, *update.files);
  if (!fault.empty()) work.files.failed[".mcp.json.template"] = fault;
  work.record.names = names_of(work.variables);
  if (update.files) {
    work.record.files = work.files.written;
    for (const auto& old : missing_in(before.files, work.files.written)) {
      // One that could not be replaced is still there, and still one of ours.
      const bool keep = update.merge || update.files->contains(old);
      const auto removed = keep ? std::expected<void, std::string>() : remove_secret_file(config.home, old);
      if (!removed) log::warn("credentials", "an old credential file stays: {}", removed.error());
      if (keep || !removed) work.record.files.push_back(old);
    }
  }
  write_record(config, work.record);
}

object file_status(const std::filesystem::path& file) {
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0) return {{"exists", false}};
  const auto modified = std::chrono::seconds(about.st_mtim.tv_sec) + std::chrono::nanoseconds(about.st_mtim.tv_nsec);
  return {{"exists", true},
          {"size", about.st_size},
          {"modified", format_z(Time(std::chrono::duration_cast<std::chrono::microseconds>(modified)))}};
}

}  // namespace

void Credentials::hand_to_programs() {
  processes_.set_variables(variables_, gone_);
}

Task<> Credentials::restore() {
  auto read = [this] {
    auto record = read_record(config_);
    auto variables = read_variables(config_, record.names);
    return std::pair(std::move(record), std::move(variables));
  };
  auto [record, variables] = co_await pool_.run(std::move(read));
  record_ = std::move(record);
  variables_ = std::move(variables);
  hand_to_programs();
}

Task<std::size_t> Credentials::take_generated() {
  auto take = [this] { return agentd::take_generated(config_, variables_); };
  co_return co_await pool_.run(std::move(take));
}

Task<object> Credentials::update(CredentialUpdate update) {
  const auto hold = co_await home_.enter(kWaitAtMost);
  if (!hold) throw Unavailable("The home folder is being worked on");
  Work work{update.merge ? merged(variables_, update.variables) : merged({}, update.variables), record_, {}, {}, {}};
  auto job = [this, &update, &work] { carry_out(config_, update, work); };
  co_await pool_.run(std::move(job));
  for (const auto& name : work.gone) gone_.insert(name);
  for (const auto& variable : work.variables) gone_.erase(variable.name);
  variables_ = std::move(work.variables);
  record_ = std::move(work.record);
  hand_to_programs();
  log::info("credentials", "{} variables and {} files are set now", variables_.size(), record_.files.size());
  array updated{(config_.home / ".env").string()};
  if (work.mcp_written) updated.emplace_back((config_.home / ".mcp.json").string());
  array written;
  for (const auto& path : work.files.written) {
    const auto full = (config_.home / path).string();
    updated.emplace_back(full);
    written.emplace_back(full);
  }
  co_return object{{"status", "success"},
                   {"updated_files", std::move(updated)},
                   {"credential_count", variables_.size()},
                   {"files_written", std::move(written)},
                   {"files_failed", json::encode(work.files.failed)},
                   {"note",
                    "Programs that are started from now on use them; "
                    "restart running MCP servers."}};
}

Task<object> Credentials::status() {
  auto look = [this] {
    object files;
    for (const auto* name : {".env", ".mcp.json", ".mcp.json.template"}) files[name] = file_status(config_.home / name);
    const auto text = read_small_file(config_.home / ".env", kLargestEnv).value_or("");
    return object{{"agent_name", config_.agent_name},
                  {"files", std::move(files)},
                  {"credential_count", count_of_variables(text)}};
  };
  auto made = co_await pool_.run(std::move(look));
  co_return made;
}

Task<> Credentials::keep_platform_entry() {
  auto keep = [this] { agentd::keep_platform_entry(config_); };
  co_await pool_.run(std::move(keep));
}

std::string Credentials::given(const std::string& name) const {
  const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                  [&](const Variable& variable) { return variable.name == name; });
  return found == variables_.rend() ? std::string() : found->value;
}

std::string Credentials::value_of(const std::string& name) const {
  return processes_.variable(name);
}

}  // namespace trinity::agentd
