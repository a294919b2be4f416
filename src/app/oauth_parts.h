#pragma once
#include "app/config.h"
#include "http/router.h"
#include "oauth/refresh.h"

namespace trinity::app {

/// Accounts at other companies: the flows, and the tokens' refreshing.
struct OAuthParts {
  /// All must outlive it. `refreshed` is told of credentials with new tokens.
  struct From {
    const Config& config;
    db::Database& database;
    credentials::SecretStore& store;
    const vault::Vault& vault;
    outbound::Client& client;
    oauth::Refresher::Refreshed refreshed;
  };
  explicit OAuthParts(const From& from);
  OAuthParts(const OAuthParts&) = delete;
  OAuthParts& operator=(const OAuthParts&) = delete;

  void start(const boost::asio::any_io_executor& executor) { refresher.start(executor); }
  void add_routes(http::Router& router);

  oauth::ExpiryStore expiries;
  oauth::OAuthService service;
  oauth::Refresher refresher;
};

}  // namespace trinity::app
