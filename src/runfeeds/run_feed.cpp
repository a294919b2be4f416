#include "runfeeds/run_feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/write.h"
#include "runfeeds/rows.h"

namespace trinity::runfeeds {

namespace {

using agentlink::TranscriptFrame;
using executions::RunNews;
using live::Standing;

/// Frames kept for clients that come back.
constexpr live::ChannelBounds kept{256, 256 * 1024};

}  // namespace

RunFeed::RunFeed(std::shared_ptr<Inbox> inbox, const OpenRun* known, Hooks hooks, live::Moment at, Pace pace)
    : inbox_(std::move(inbox)),
      agent_(inbox_->topic.agent),
      run_(inbox_->topic.run),
      hooks_(std::move(hooks)),
      pace_(pace),
      known_(known != nullptr),
      begun_(known != nullptr && known->begun),
      log_(agent_, run_),
      ready_by_(at.steady + pace.ready_within) {}

RunFeed::~RunFeed() {
  inbox_->closed = true;
  if (stream_ != Stream::off) hooks_.aim(std::nullopt);
}

live::FeedManner RunFeed::manner() const {
  live::FeedManner manner;
  manner.shares_baseline = true;
  manner.mergeable = true;
  manner.kept = kept;
  manner.linger = pace_.linger;
  return manner;
}

std::string RunFeed::row_text() const {
  return record_ ? json::write(page_row(*record_)) : "null";
}

std::string RunFeed::baseline(const fleet::Snapshot&, const live::Options&, live::Moment) {
  return fmt::format(R"({{"name":"{}","execution":{},{},"state":"{}"}})", agent_, row_text(), log_.snapshot(), state());
}

std::string_view RunFeed::state() const {
  if (finished_) return "ended";
  if (!begun_) return "waiting";
  switch (stream_) {
    case Stream::off:
    case Stream::opening:
      return "connecting";
    case Stream::current:
    case Stream::ended:
      return "following";
    case Stream::lost:
      break;
  }
  return "interrupted";
}

std::vector<live::Event> RunFeed::published(const live::Digest&, const fleet::Snapshot& snapshot, live::Moment) {
  // Its agent may just have come.
  steer(snapshot);
  return {};
}

std::vector<live::Event> RunFeed::due(const fleet::Snapshot& snapshot, live::Moment at) {
  take_stored();
  take_news(at);
  take_frames();
  if (standing_ == Standing::absent || standing_ == Standing::failed) return {};
  steer(snapshot);
  std::vector<live::Event> events;
  if (standing_ == Standing::loading) {
    get_ready(at);
  } else if (finished_ && !finish_told_) {
    finish(at, events);
  } else {
    events = log_.take(at);
    if (told_state_ != state() && !finished_) {
      told_state_ = state();
      events.push_back({"execution_state",
                        fmt::format(R"({{"name":"{}","execution_id":"{}","state":"{}"}})", agent_, run_, told_state_)});
    }
  }
  ask_again(at);
  return events;
}

void RunFeed::take_stored() {
  const auto failed = std::exchange(inbox_->failed, false);
  if (!inbox_->run && !failed) return;
  loading_ = false;
  auto stored = std::exchange(inbox_->run, std::nullopt).value_or(std::nullopt);
  if (!stored_) {
    if (failed) standing_ = Standing::failed;
    if (!failed && !stored && !known_) standing_ = Standing::absent;
    stored_ = true;
    // Unknown here, but not ended: the server has begun anew meanwhile, and the agent may have it.
    begun_ = begun_ || !known_;
  }
  // A run that ends meanwhile has its record read once more.
  if (!stored) return;
  const bool ended = !stored->record.is_running();
  if (!record_ || ended) record_ = std::make_shared<const executions::Execution>(std::move(stored->record));
  if (!ended) return;
  finished_ = true;
  whole_ = true;
  if (stored->has_log) log_.replace(std::move(stored->newest), stored->total);
  log_.end_text();
}

void RunFeed::take_news(live::Moment at) {
  for (const auto& news : std::exchange(inbox_->news, {})) {
    if (news.run != run_) continue;
    known_ = true;
    if (news.record) record_ = news.record;
    if (news.kind == RunNews::Kind::began) begun_ = true;
    if (news.kind != RunNews::Kind::finished || finished_) continue;
    finished_ = true;
    rest_by_ = at.steady + pace_.rest_within;
  }
}

void RunFeed::take_frames() {
  auto frames = std::exchange(inbox_->frames, {});
  std::size_t bytes = 0;
  for (auto& frame : frames) {
    bytes += frame.size();
    // What the record says is all there is.
    if (!whole_) take_frame(std::move(frame));
  }
  inbox_->frame_bytes -= bytes;
}

void RunFeed::take_frame(TranscriptFrame frame) {
  using Kind = TranscriptFrame::Kind;
  switch (frame.kind) {
    case Kind::hello:
      if (std::exchange(attempt_, frame.attempt) != frame.attempt) log_.clear();
      // It is told from its beginning again.
      log_.end_text();
      expected_ = frame.total;
      stream_ = log_.total() >= expected_ ? Stream::current : Stream::opening;
      break;
    case Kind::entries:
      log_.append(std::move(frame.entries));
      if (stream_ == Stream::opening && log_.total() >= expected_) stream_ = Stream::current;
      break;
    case Kind::partial:
      log_.write(frame.index, frame.text, frame.read_at);
      break;
    case Kind::ended:
      log_.end_text();
      expected_ = frame.total;
      stream_ = Stream::ended;
      break;
    case Kind::unknown:
    case Kind::lost:
      // Before the first word of it the agent may just not have it yet.
      if (attempt_ > 0 || frame.kind == Kind::lost) stream_ = Stream::lost;
      break;
    case Kind::other:
      break;
  }
}

/// Has the stream opened when it is time.
void RunFeed::steer(const fleet::Snapshot& snapshot) {
  if (stream_ != Stream::off || !stored_ || !begun_ || finished_) return;
  const auto* entry = snapshot.find(agent_);
  if (entry == nullptr || entry->agent->status != "running" || entry->agent->address.empty()) return;
  stream_ = Stream::opening;
  hooks_.aim(hooks_.target_of(*entry->agent));
}

/// Whoever asks first gets what the stream has so far, instead of a beginning that grows.
void RunFeed::get_ready(live::Moment at) {
  if (!stored_) return;
  const bool wait = begun_ && !finished_ && (stream_ == Stream::off || stream_ == Stream::opening);
  if (finished_ && !whole_ && !complete()) {
    if (!std::exchange(loading_, true)) hooks_.load();
    if (at.steady < ready_by_) return;
  }
  if (wait && at.steady < ready_by_) return;
  standing_ = Standing::ready;
  log_.begin_telling();
  finish_told_ = finished_;
  told_state_ = state();
}

bool RunFeed::complete() const {
  return whole_ || (stream_ == Stream::ended && log_.total() == expected_);
}

/// The end comes after everything else. What the stream has not told by then stands in the record.
void RunFeed::finish(live::Moment at, std::vector<live::Event>& events) {
  if (!complete()) {
    const bool wait = (stream_ == Stream::opening || stream_ == Stream::current) && at.steady < rest_by_;
    if (wait) {
      events = log_.take(at);
      return;
    }
    // Once: a record that cannot be read keeps nobody waiting.
    if (!std::exchange(reread_, true)) {
      loading_ = true;
      hooks_.load();
    }
    if (loading_) return;
  }
  log_.end_text();
  events = log_.take(at, true);
  auto data = row_text();
  data = fmt::format(R"({{"name":"{}"{})", agent_, data == "null" ? "}" : "," + data.substr(1));
  events.push_back({"execution_finished", std::move(data)});
  finish_told_ = true;
  told_state_ = state();
  if (stream_ != Stream::off) hooks_.aim(std::nullopt);
}

void RunFeed::ask_again(live::Moment at) {
  auto next = log_.next(at);
  const auto earlier = [&](SteadyTime time) { next = next ? std::min(*next, time) : time; };
  if (standing_ == Standing::loading) earlier(ready_by_);
  if (standing_ == Standing::ready && finished_ && !finish_told_ && !loading_) earlier(rest_by_);
  if (!next) return;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - at.steady);
  hooks_.again(std::max(wait, std::chrono::milliseconds(1)));
}

}  // namespace trinity::runfeeds
