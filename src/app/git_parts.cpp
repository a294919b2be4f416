#include "app/git_parts.h"

namespace trinity::app {

namespace {

git::GitOptions options_of(const Config& config) {
  git::GitOptions options;
  options.base = config.github_base;
  options.token = config.github_pat;
  return options;
}

}  // namespace

GitParts::GitParts(const Config& config, const Uses& uses)
    : github(uses.outbound, config.github_api),
      store(uses.database),
      service(options_of(config),
              {uses.fleet, uses.agents, uses.agent_link, store, uses.settings, github, uses.pool, &uses.link}),
      topics(service, uses.fleet, uses.fleet.executor(), uses.asking,
             [&hub = uses.hub](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }) {
  service.on_change([this](const std::string& agent) { topics.changed(agent); });
  uses.hub.serve(live::Topic::Kind::git, [this](const live::Asked& asked) { return topics.feed(asked); });
  uses.followers.on_news([this](const agentlink::News& news) {
    if (!news.files.empty()) service.files_changed(news.agent);
  });
  uses.agent_store.on_forgotten([this](const std::string& agent) { service.forget(agent); });
}

}  // namespace trinity::app
