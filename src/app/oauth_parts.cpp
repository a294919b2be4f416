#include "app/oauth_parts.h"

#include <algorithm>

#include "oauth/routes.h"

namespace trinity::app {

namespace {

oauth::OAuthOptions options_of(const Config& config) {
  const auto shares = [&config](std::string_view name) {
    return std::ranges::find(config.oauth_shared_secrets, name) != config.oauth_shared_secrets.end();
  };
  oauth::AllSettings settings;
  settings.google = {config.google_authorize_url, config.google_token_url, config.google_client_id,
                     config.google_client_secret, shares("google")};
  settings.slack = {config.slack_authorize_url, config.slack_token_url, config.slack_client_id,
                    config.slack_client_secret, shares("slack")};
  settings.github = {config.github_authorize_url, config.github_token_url, config.github_client_id,
                     config.github_client_secret, shares("github")};
  settings.notion = {config.notion_authorize_url, config.notion_token_url, config.notion_client_id,
                     config.notion_client_secret, shares("notion")};
  oauth::OAuthOptions options;
  options.providers = oauth::providers(std::move(settings));
  options.backend_url = config.backend_url;
  options.frontend_url = config.frontend_url;
  options.for_programs = config.oauth_for_programs;
  return options;
}

}  // namespace

OAuthParts::OAuthParts(const From& from)
    : expiries(from.database),
      service(options_of(from.config), {from.store, from.vault, expiries, from.client}),
      refresher(service, {from.store, from.vault, expiries, from.client}, from.refreshed) {}

void OAuthParts::add_routes(http::Router& router) {
  router.add(oauth::routes(service));
}

}  // namespace trinity::app
