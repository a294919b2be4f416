#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "base/call.h"
#include "base/task.h"
#include "outbound/client.h"
#include "outbound/github.h"
#include "platform/keys.h"

namespace trinity::platform {

/// Where keys are tried; without slash at the end.
struct KeyServers {
  std::string anthropic = "https://api.anthropic.com";
  std::string github = "https://api.github.com";
  std::string google = "https://generativelanguage.googleapis.com/v1beta";
  std::string openai = "https://api.openai.com/v1";
};

/// Tries a key at the company that it is for, by one or two small reads with a limit of 10 s each. Any I/O thread.
class KeyCheck {
 public:
  /// `client` must outlive it.
  KeyCheck(outbound::Client& client, KeyServers servers);

  /// The contract's AnthropicKeyTestResult or GitHubTokenTestResult. The key stands in no text of it.
  Task<boost::json::object> check(Call call, const KeyKind* kind, std::string key);

 private:
  Task<boost::json::object> check_by_list(Call call, const KeyKind* kind, std::string key);
  Task<boost::json::object> check_github(Call call, std::string token);
  [[nodiscard]] outbound::Request list_request(const KeyKind& kind, const std::string& key) const;

  outbound::Client& client_;
  KeyServers servers_;
  outbound::GitHub github_;
};

}  // namespace trinity::platform
