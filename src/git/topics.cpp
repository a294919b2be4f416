#include "git/topics.h"

#include <boost/asio/post.hpp>

#include "base/call.h"
#include "base/log.h"
#include "base/spawn.h"
#include "json/write.h"

namespace trinity::git {

namespace {

/// What the agents are asked for somebody who watches: they look at their remotes at most every 5 minutes.
constexpr GitService::Age watched{std::chrono::seconds(55), std::chrono::seconds(5), std::chrono::seconds(300)};

}  // namespace

/// On a thread that asks agents. Empty when the agent is not there any more.
Task<Topics::State> Topics::state_of(std::string agent) {
  BackgroundCall job("git");
  const auto current = co_await lookup_.snapshot();
  const auto* entry = current->find(agent);
  if (entry == nullptr) co_return State{};
  const auto about = entry->agent;
  auto made = co_await service_.status_of(job.call(), about, watched);
  made["name"] = agent;
  State state;
  state.text = json::write(made);
  made.erase("checked_at");
  state.digest = json::write(made);
  co_return state;
}

Task<> Topics::ask(Topics* topics, live::Topic topic, std::weak_ptr<Page> page) {
  State state;
  try {
    state = co_await topics->state_of(topic.agent);
  } catch (const std::exception& e) {
    log::warn("git", "{} could not be asked: {}", topic.agent, e.what());
  }
  auto hand_over = [topics, topic, page = std::move(page), state = std::move(state)]() mutable {
    const auto here = page.lock();
    if (!here) return;
    here->took(std::move(state.text), std::move(state.digest));
    topics->stir_(topic);
  };
  asio::post(topics->hub_, std::move(hand_over));
}

void Topics::changed(const std::string& agent) {
  auto tell = [this, topic = live::Topic{live::Topic::Kind::git, agent}] { stir_(topic); };
  asio::post(hub_, std::move(tell));
}

std::unique_ptr<live::Feed> Topics::feed(const live::Asked& asked) {
  const auto topic = asked.topic;
  GitFeed::Uses uses;
  uses.version = [this, agent = topic.agent] { return service_.version(agent); };
  uses.unsettled = [this, agent = topic.agent] { return service_.unsettled(agent); };
  uses.soon = [this, agent = topic.agent] { changed(agent); };
  uses.ask = [this, topic](const std::shared_ptr<Page>& page) {
    spawn("git", asking_, ask(this, topic, std::weak_ptr<Page>(page)));
  };
  changed(topic.agent);
  return std::make_unique<GitFeed>(topic.agent, std::move(uses));
}

}  // namespace trinity::git
