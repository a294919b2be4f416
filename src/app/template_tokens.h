#pragma once
#include <string>

#include "credentials/secret_store.h"
#include "settings/store.h"
#include "templates/tokens.h"
#include "vault/vault.h"

namespace trinity::app {

/// Tokens for templates, out of people's credentials and the platform's settings.
class TemplateTokens : public templates::TokenSource {
 public:
  /// `variable`: the server's own GITHUB_PAT, which counts when the setting github_pat is empty. All references must
  /// outlive it.
  TemplateTokens(credentials::SecretStore& store, const vault::Vault& vault, const settings::SettingsStore& settings,
                 std::string variable)
      : store_(store), vault_(vault), settings_(settings), variable_(std::move(variable)) {}

  Task<std::expected<std::string, templates::NoToken>> of_credential(Call call, std::string id) override;
  Task<std::string> of_person(Call call, std::string username, std::string host) override;
  [[nodiscard]] std::string platform() override;

 private:
  credentials::SecretStore& store_;
  const vault::Vault& vault_;
  const settings::SettingsStore& settings_;
  std::string variable_;
};

}  // namespace trinity::app
