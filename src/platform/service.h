#pragma once
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "base/call.h"
#include "base/task.h"
#include "platform/key_check.h"
#include "platform/keys.h"
#include "settings/store.h"

namespace trinity::platform {

using agents::CallerPtr;

/// A setting as people see it: that of a secret one is masked.
struct SystemSetting {
  std::string key;
  std::string value;
  std::string updated_at;
};
BOOST_DESCRIBE_STRUCT(SystemSetting, (), (key, value, updated_at))

struct PlatformOptions {
  /// Keys of the server's own environment, by the names of key_kinds(). Secrets.
  std::map<std::string, std::string, std::less<>> fallbacks;
  /// The server's variables that concern agents (see agents/wanted.h).
  std::map<std::string, std::string> agent_environment;
  KeyServers servers;
};

/// System settings and the platform's keys, for administrators. No value of a secret setting ever leaves it; only a
/// person may change one. Any I/O thread.
class PlatformService {
 public:
  /// All must outlive it.
  PlatformService(PlatformOptions options, settings::SettingsStore& settings, const fleet::Fleet& fleet,
                  outbound::Client& client);

  Task<std::vector<SystemSetting>> list(Call call);
  /// Throws NotFound.
  Task<SystemSetting> get(Call call, std::string key);
  Task<SystemSetting> set(Call call, CallerPtr caller, std::string key, std::string value);
  /// False when there was none.
  Task<bool> remove(Call call, CallerPtr caller, std::string key);

  /// The contract's OpsSettings.
  [[nodiscard]] boost::json::object ops() const;
  struct OpsUpdate {
    std::vector<std::string> updated;
    std::vector<std::string> ignored;
  };
  Task<OpsUpdate> set_ops(Call call, CallerPtr caller, std::map<std::string, std::string> values);
  /// Those that had a value.
  Task<std::vector<std::string>> reset_ops(Call call, CallerPtr caller);

  /// The contract's PlatformKeysStatus.
  [[nodiscard]] boost::json::object keys() const;
  struct KeyChange {
    bool deleted = false;  ///< there was one
    std::string masked;
    bool fallback_configured = false;
    std::size_t agents_to_restart = 0;
  };
  Task<KeyChange> set_key(Call call, CallerPtr caller, const KeyKind* kind, std::string key);
  Task<KeyChange> remove_key(Call call, CallerPtr caller, const KeyKind* kind);
  /// Tries the key in use when none is given: the stored one, else the environment's. Throws BadRequest without any.
  Task<boost::json::object> check_key(Call call, CallerPtr caller, const KeyKind* kind, std::optional<std::string> key);

 private:
  [[nodiscard]] SystemSetting shown(std::string key, const std::string& value, std::string updated_at) const;
  [[nodiscard]] boost::json::object status_of(const KeyKind& kind, const settings::Values& values) const;
  [[nodiscard]] bool has_fallback(const KeyKind& kind) const;
  /// A secret.
  [[nodiscard]] std::optional<std::string> key_in_use(const KeyKind& kind) const;
  /// Running agents whose container has another model key than it shall have.
  Task<std::size_t> agents_to_restart() const;

  PlatformOptions options_;
  settings::SettingsStore& settings_;
  agents::AgentLookup lookup_;
  KeyCheck check_;
};

}  // namespace trinity::platform
