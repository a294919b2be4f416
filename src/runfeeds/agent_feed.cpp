#include "runfeeds/agent_feed.h"

#include <algorithm>
#include <ranges>

#include "json/encode.h"
#include "runfeeds/rows.h"

namespace trinity::runfeeds {

namespace {

using executions::RunNews;
using live::Standing;

/// The contract's pace.
constexpr std::chrono::milliseconds queue_every{500};

boost::json::object shown(const OpenRun& run) {
  return {{"execution_id", run.has_record ? boost::json::value(run.id) : boost::json::value(nullptr)},
          {"agent_execution_id", run.id},
          {"message_preview", run.message_preview},
          {"started_at", run.started_at},
          {"triggered_by", run.triggered_by},
          {"chat", run.chat}};
}

executions::QueueStatus with_previews(executions::QueueStatus queue) {
  if (queue.current_execution) queue.current_execution->message = preview_of(queue.current_execution->message);
  for (auto& one : queue.queued_executions) one.message = preview_of(one.message);
  return queue;
}

}  // namespace

AgentFeed::AgentFeed(std::string agent, std::shared_ptr<Inbox> inbox, Hooks hooks)
    : agent_(std::move(agent)), inbox_(std::move(inbox)), hooks_(std::move(hooks)), now_(hooks_.look()) {}

AgentFeed::~AgentFeed() {
  inbox_->closed = true;
}

live::FeedManner AgentFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  manner.mergeable = true;
  return manner;
}

AgentFeed::Row AgentFeed::row_from(const executions::Execution& record) {
  Row row;
  row.id = record.id;
  row.running = record.is_running();
  if (row.running) {
    row.open = {record.id, true, false, true, preview_of(record.message), record.started_at, record.triggered_by};
  }
  row.json = json::write(list_row(record));
  return row;
}

/// The members of `agent_queue_update`, or of the snapshot.
std::string AgentFeed::queue_text(bool snapshot) const {
  executions::QueueStatus queue;
  queue.agent_name = agent_;
  if (now_->queue) queue = with_previews(*now_->queue);
  boost::json::array running;
  for (const auto& run : now_->runs) {
    if (run.begun) running.push_back(shown(run));
  }
  // Runs of an earlier life of the server that it has taken up.
  for (const auto& row : std::ranges::reverse_view(rows_)) {
    if (row.running && now_->find(row.id) == nullptr && !now_->waits(row.id)) running.push_back(shown(row.open));
  }
  boost::json::object made{{"name", agent_}};
  if (snapshot) {
    made["queue"] = json::encode(queue);
  } else {
    auto members = json::encode(queue).as_object();
    members.erase("agent_name");
    for (auto& [key, value] : members) made[key] = std::move(value);
  }
  made["running"] = std::move(running);
  return json::write(made);
}

std::string AgentFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  auto text = queue_text(true);
  text.pop_back();
  text += R"(,"executions":[)";
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (i > 0) text += ',';
    text += rows_[i].json;
  }
  return text + "]}";
}

std::vector<live::Event> AgentFeed::due(const fleet::Snapshot&, live::Moment at) {
  std::vector<live::Event> events;
  if (standing_ == Standing::loading) {
    if (inbox_->failed) standing_ = Standing::failed;
    if (inbox_->rows) take_rows();
    if (standing_ != Standing::ready) return events;
    // What came meanwhile is in the snapshot.
    std::vector<live::Event> known;
    for (const auto& news : std::exchange(inbox_->news, {})) take_news(news, known);
    now_ = hooks_.look();
    told_queue_ = queue_text(false);
    return events;
  }
  for (const auto& news : std::exchange(inbox_->news, {})) take_news(news, events);
  tell_queue(at, events);
  return events;
}

void AgentFeed::take_rows() {
  for (const auto& record : *inbox_->rows) rows_.push_back(row_from(record));
  inbox_->rows.reset();
  standing_ = Standing::ready;
}

void AgentFeed::take_news(const RunNews& news, std::vector<live::Event>& events) {
  const bool ended = news.kind == RunNews::Kind::finished;
  if (!news.record || (news.kind != RunNews::Kind::started && !ended)) return;
  auto row = row_from(*news.record);
  auto data = R"({"name":")" + agent_ + R"(",)" + row.json.substr(1);
  const auto known = std::find_if(rows_.begin(), rows_.end(), [&](const Row& one) { return one.id == row.id; });
  if (known == rows_.end()) {
    rows_.push_front(std::move(row));
    if (rows_.size() > most_rows) rows_.pop_back();
  } else if (ended || known->running) {
    *known = std::move(row);
  }
  events.push_back({ended ? "execution_finished" : "execution_started", std::move(data)});
}

void AgentFeed::tell_queue(live::Moment at, std::vector<live::Event>& events) {
  auto now = hooks_.look();
  stale_ = stale_ || now != now_ || !events.empty();
  if (!stale_) return;
  if (at.steady < next_at_) {
    hooks_.again(std::chrono::ceil<std::chrono::milliseconds>(next_at_ - at.steady));
    return;
  }
  stale_ = false;
  now_ = std::move(now);
  auto text = queue_text(false);
  if (text == told_queue_) return;
  told_queue_ = text;
  next_at_ = at.steady + queue_every;
  events.push_back({"agent_queue_update", std::move(text)});
}

}  // namespace trinity::runfeeds
