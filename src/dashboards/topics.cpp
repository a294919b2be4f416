#include "dashboards/topics.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/call.h"
#include "base/log.h"
#include "base/spawn.h"
#include "json/write.h"

namespace trinity::dashboards {

namespace {

/// What is larger is not sent again and again; the page can still be asked for.
constexpr std::size_t largest = 1024 * 1024;

boost::json::object too_large(const std::string& agent, Part part) {
  if (part == Part::metrics) {
    return {{"agent_name", agent},
            {"has_metrics", false},
            {"status", "running"},
            {"message", "The metrics are too large."}};
  }
  return {{"agent_name", agent},      {"has_dashboard", false}, {"config", nullptr},
          {"last_modified", nullptr}, {"status", "running"},    {"error", "The dashboard is too large."}};
}

}  // namespace

/// On a thread that asks agents. Empty when the agent is not there any more.
Task<std::string> Topics::told_by(std::string agent, Part part) {
  BackgroundCall job("dashboards");
  const auto current = co_await lookup_.snapshot();
  const auto* entry = current->find(agent);
  if (entry == nullptr) co_return std::string();
  const auto about = entry->agent;
  auto asking =
      part == Part::dashboard ? reports_.dashboard_of(job.call(), about) : reports_.metrics_of(job.call(), about);
  const auto told = co_await std::move(asking);
  auto text = json::write(told);
  if (text.size() > largest) text = json::write(too_large(agent, part));
  co_return text;
}

Task<> Topics::ask(Topics* topics, live::Topic topic, Part part, std::weak_ptr<Page> page) {
  std::string text;
  try {
    text = co_await topics->told_by(topic.agent, part);
  } catch (const std::exception& e) {
    log::warn("dashboards", "{} could not be asked: {}", topic.agent, e.what());
  }
  auto hand_over = [topics, topic, part, page = std::move(page), text = std::move(text)]() mutable {
    const auto here = page.lock();
    if (!here) return;
    here->took(part, std::move(text));
    topics->stir_(topic);
  };
  asio::post(topics->hub_, std::move(hand_over));
}

std::unique_ptr<live::Feed> Topics::feed(const live::Asked& asked) {
  const auto topic = asked.topic;
  // The page knows itself only weakly: it ends with the feed.
  const auto place = std::make_shared<std::weak_ptr<Page>>();
  auto begin = [this, topic, place](Part part) { spawn("dashboard", asking_, ask(this, topic, part, *place)); };
  const auto page = std::make_shared<Page>(std::move(begin));
  *place = page;
  auto take = [this, topic, page](const agentlink::FileChanges& changes) {
    if (changes.overflow) page->changed_all();
    for (const auto& path : changes.paths) page->changed_file(path);
    stir_(topic);
  };
  auto files =
      std::make_shared<agentlink::FileSubscription>(followers_.watch_files(topic.agent, hub_, std::move(take)));
  const auto timer = std::make_shared<asio::steady_timer>(hub_);
  auto again = [this, topic, timer](std::chrono::milliseconds after) {
    timer->expires_after(after);
    timer->async_wait([this, topic](const boost::system::error_code& fault) {
      if (!fault) stir_(topic);
    });
  };
  return std::make_unique<DashboardFeed>(topic.agent, page, std::move(again), std::move(files));
}

}  // namespace trinity::dashboards
