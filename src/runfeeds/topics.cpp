#include "runfeeds/topics.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "base/spawn.h"
#include "runfeeds/agent_feed.h"

namespace trinity::runfeeds {

using agentlink::TranscriptFrame;
using agentlink::TranscriptReader;

Topics::Topics(executions::RunBoard& board, Parts parts, Limits limits) : parts_(std::move(parts)), limits_(limits) {
  board.listen([this](const executions::RunNews& news) { hear(news); });
}

/// On any thread. What nobody looks at does not reach the hub.
void Topics::hear(const executions::RunNews& news) {
  const std::lock_guard lock(mutex_);
  ledger_.take(news);
  if (!watched_.contains(news.agent)) return;
  // With the lock held, so that news reach the hub in the order in which they were told.
  asio::post(parts_.hub, [this, news] { deliver(news); });
}

void Topics::deliver(const executions::RunNews& news) {
  const auto [first, last] = inboxes_.equal_range(news.agent);
  std::vector<InboxPtr> found;
  for (auto it = first; it != last; ++it) {
    if (auto inbox = it->second.lock(); inbox && !inbox->closed) found.push_back(std::move(inbox));
  }
  for (const auto& inbox : found) {
    if (!inbox->topic.run.empty() && inbox->topic.run != news.run) continue;
    inbox->news.push_back(news);
    parts_.stir(inbox->topic);
  }
}

Topics::Joined Topics::join(const InboxPtr& inbox) {
  const auto& agent = inbox->topic.agent;
  std::erase_if(inboxes_, [](const auto& one) { return one.second.expired(); });
  inboxes_.emplace(agent, inbox);
  const auto leave = [this, agent](const void*) {
    const std::lock_guard lock(mutex_);
    const auto it = watched_.find(agent);
    if (--it->second == 0) watched_.erase(it);
  };
  const std::lock_guard lock(mutex_);
  ++watched_[agent];
  return {ledger_.find(agent), Seat(this, leave)};
}

AgentRunsPtr Topics::look(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  return ledger_.find(agent);
}

Again Topics::again(const live::Topic& topic) const {
  // Ends with the feed.
  auto timer = std::make_shared<asio::steady_timer>(parts_.hub);
  return [this, topic, timer](std::chrono::milliseconds after) {
    timer->expires_after(after);
    timer->async_wait([this, topic](const boost::system::error_code& fault) {
      if (!fault) parts_.stir(topic);
    });
  };
}

const asio::any_io_executor& Topics::thread_of(const live::Topic& topic) const {
  return parts_.threads.at(std::hash<std::string>{}(topic.agent + topic.run) % parts_.threads.size());
}

void Topics::hand_over(const InboxPtr& inbox, std::function<void(Inbox&)> put) {
  asio::post(parts_.hub, [this, inbox, p = std::move(put)] {
    if (inbox->closed) return;
    p(*inbox);
    parts_.stir(inbox->topic);
  });
}

std::unique_ptr<live::Feed> Topics::agent(const live::Asked& asked) {
  const auto inbox = std::make_shared<Inbox>(asked.topic);
  AgentFeed::Hooks hooks;
  hooks.look = [this, agent = asked.topic.agent] { return look(agent); };
  hooks.again = again(asked.topic);
  hooks.seat = join(inbox).seat;
  spawn("runs of an agent", thread_of(asked.topic), load_agent(this, inbox));
  return std::make_unique<AgentFeed>(asked.topic.agent, inbox, std::move(hooks));
}

std::unique_ptr<live::Feed> Topics::run(const live::Asked& asked) {
  const auto open = std::count_if(inboxes_.begin(), inboxes_.end(), [](const auto& one) {
    const auto inbox = one.second.lock();
    return inbox && !inbox->closed && !inbox->topic.run.empty();
  });
  if (static_cast<std::size_t>(open) >= limits_.runs) return nullptr;
  const auto inbox = std::make_shared<Inbox>(asked.topic);
  auto joined = join(inbox);
  RunFeed::Hooks hooks;
  hooks.load = [this, inbox] { spawn("record of a run", thread_of(inbox->topic), load_run(this, inbox)); };
  hooks.aim = [reader = reader_for(inbox)](std::optional<agentlink::Target> target) { reader->aim(std::move(target)); };
  hooks.target_of = parts_.target_of;
  hooks.again = again(asked.topic);
  hooks.seat = std::move(joined.seat);
  hooks.load();
  const auto& run = asked.topic.run;
  OpenRun waiting;
  const auto* known = joined.now->find(run);
  // One of an earlier life of the server that waits still.
  if (known == nullptr && joined.now->waits(run)) known = &waiting;
  return std::make_unique<RunFeed>(inbox, known, std::move(hooks), asked.at, limits_.feed);
}

std::shared_ptr<TranscriptReader> Topics::reader_for(const InboxPtr& inbox) {
  TranscriptReader::Hooks hooks;
  hooks.sink = [this, inbox](TranscriptFrame frame) {
    inbox->frame_bytes += frame.size();
    asio::post(parts_.hub, [this, inbox, f = std::move(frame)]() mutable {
      if (inbox->closed) return;
      inbox->frames.push_back(std::move(f));
      parts_.stir(inbox->topic);
    });
  };
  hooks.full = [inbox, most = limits_.untaken] { return inbox->frame_bytes > most; };
  return std::make_shared<TranscriptReader>(thread_of(inbox->topic), inbox->topic.run, limits_.pace, std::move(hooks));
}

Task<> Topics::load_agent(Topics* topics, InboxPtr inbox) {
  std::optional<std::vector<executions::Execution>> rows;
  try {
    rows = co_await topics->parts_.source.newest(inbox->topic.agent, AgentFeed::most_rows);
  } catch (const std::exception& e) {
    log::error("runs", "the records of {} cannot be read: {}", inbox->topic.agent, e.what());
  }
  std::function<void(Inbox&)> put = [rows = std::move(rows)](Inbox& into) {
    into.failed = !rows.has_value();
    into.rows = rows;
  };
  topics->hand_over(inbox, std::move(put));
}

Task<> Topics::load_run(Topics* topics, InboxPtr inbox) {
  std::optional<std::optional<StoredRun>> run;
  try {
    run = co_await topics->parts_.source.find(inbox->topic.agent, inbox->topic.run, topics->limits_.log);
  } catch (const std::exception& e) {
    log::error("runs", "the record of run {} cannot be read: {}", inbox->topic.run, e.what());
  }
  std::function<void(Inbox&)> put = [run = std::move(run)](Inbox& into) {
    into.failed = !run.has_value();
    into.run = run;
  };
  topics->hand_over(inbox, std::move(put));
}

}  // namespace trinity::runfeeds
