#include "activities/service.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/masking.h"
#include "base/spawn.h"
#include "base/text.h"

namespace trinity::activities {

namespace {

constexpr std::size_t most_singles = 1'000;
/// Of a text that somebody else wrote; the whole of it stands in the run's record.
constexpr std::size_t longest_error = 8'192;
constexpr std::int64_t repaired_at_once = 500;

void make_showable(std::optional<std::string>& text) {
  if (!text) return;
  if (text->size() > longest_error) {
    text->resize(longest_error);
    *text += "...";
  }
  *text = masked(to_utf8(*text));
}

Told told_of(Activity row, std::string action) {
  auto details = row.details.as_object();
  return {std::make_shared<const Activity>(std::move(row)), std::move(details), std::move(action)};
}

Told told_of(Beginning what) {
  Activity row;
  row.id = random_uuid();
  row.agent_name = std::move(what.agent);
  row.activity_type = std::move(what.type);
  row.activity_state = "started";
  row.parent_activity_id = std::move(what.parent);
  row.started_at = row.created_at = format_naive(now());
  row.user_id = what.user_id;
  row.triggered_by = std::move(what.triggered_by);
  row.related_execution_id = std::move(what.execution);
  row.details = std::move(what.details);
  return told_of(std::move(row), std::move(what.action));
}

/// `at`: of its end. One that took time began so much earlier, but stands in the order of the ends.
Told told_of(Single what, Time at) {
  Activity row;
  row.id = random_uuid();
  row.agent_name = std::move(what.agent);
  row.activity_type = std::move(what.type);
  row.activity_state = what.success ? "completed" : "failed";
  row.parent_activity_id = std::move(what.parent);
  row.started_at = row.created_at = format_naive(at);
  row.completed_at = row.started_at;
  row.duration_ms = what.duration_ms;
  row.user_id = what.user_id;
  row.triggered_by = std::move(what.triggered_by);
  row.related_chat_message_id = std::move(what.chat_message);
  row.related_execution_id = std::move(what.execution);
  row.details = std::move(what.details);
  row.error = std::move(what.error);
  make_showable(row.error);
  return told_of(std::move(row), std::move(what.action));
}

}  // namespace

void ActivityService::tell(const News& news) const {
  for (const auto& listener : listeners_) listener(news);
}

Task<std::string> ActivityService::begin(Call call, Beginning what) {
  auto told = told_of(std::move(what));
  const auto id = told.row->id;
  {
    const std::lock_guard lock(mutex_);
    begun_.insert(id);
  }
  Work work = Adding();
  std::get<Adding>(work).rows.push_back(std::move(told));
  co_await keep(call, std::move(work));
  co_return id;
}

Task<> ActivityService::end(Call call, std::string id, Ending how) {
  make_showable(how.error);
  {
    const std::lock_guard lock(mutex_);
    begun_.erase(id);
  }
  Work work = Finishing{std::move(id), std::move(how), now()};
  co_await keep(call, std::move(work));
}

Task<> ActivityService::single(Call call, std::vector<Single> what) {
  if (what.size() > most_singles) {
    log::warn({"activities", call.id()}, "{} activities at once, the first {} are kept", what.size(), most_singles);
    what.resize(most_singles);
  }
  if (what.empty()) co_return;
  Work work = Adding();
  auto& rows = std::get<Adding>(work).rows;
  // One after another, so that the order of the calls stays.
  auto at = now();
  for (auto& one : what) {
    rows.push_back(told_of(std::move(one), at));
    at += std::chrono::microseconds(1);
  }
  co_await keep(call, std::move(work));
}

void ActivityService::collaboration(std::string source, std::string target, std::string action) {
  tell(Collaboration{std::move(source), std::move(target), std::move(action), format_naive(now())});
}

Task<> ActivityService::end_of_execution(Call call, std::string execution, Ending how) {
  std::vector<std::string> ids;
  try {
    ids = co_await store_.open_of(call, execution);
  } catch (const std::exception& e) {
    // The next start ends them.
    log::error({"activities", call.id()}, "activities of run {} cannot be ended: {}", execution, e.what());
  }
  for (auto& id : ids) co_await end(call, std::move(id), how);
}

Task<> ActivityService::repair(Call call, std::set<std::string> alive, std::string why) {
  std::size_t ended = 0;
  try {
    for (bool more = true; more;) {
      {
        const std::lock_guard lock(mutex_);
        alive.insert(begun_.begin(), begun_.end());
      }
      auto left = co_await store_.end_left(call, alive, why, repaired_at_once);
      more = std::ssize(left) == repaired_at_once;
      ended += left.size();
      for (auto& row : left) tell(Told{std::make_shared<const Activity>(std::move(row)), {}, why});
    }
  } catch (const std::exception& e) {
    log::error({"activities", call.id()}, "activities of an earlier life cannot be ended: {}", e.what());
  }
  if (ended > 0) log::info({"activities", call.id()}, "ended {} activities of an earlier life: {}", ended, why);
}

// ---- storing
// ---------------------------------------------------------------------------------------------------------------------

bool ActivityService::waiting() {
  const std::lock_guard lock(mutex_);
  return !backlog_.empty();
}

/// Behind what waits already: an end never comes before its beginning.
Task<> ActivityService::keep(Call call, Work work) {
  bool done = false;
  if (!waiting()) done = co_await stored(call, &work);
  if (!done) put_off(std::move(work));
}

Task<bool> ActivityService::stored(Call call, const Work* work) {
  try {
    co_await store(call, work);
    co_return true;
  } catch (const db::ConstraintViolation& e) {
    // It stands already, or never will.
    log::error({"activities", call.id()}, "an activity was refused: {}", e.what());
    co_return true;
  } catch (const std::exception& e) {
    log::warn({"activities", call.id()}, "an activity cannot be stored now: {}", e.what());
  }
  co_return false;
}

Task<> ActivityService::store(Call call, const Work* work) {
  if (const auto* adding = std::get_if<Adding>(work)) {
    std::vector<std::shared_ptr<const Activity>> rows;
    rows.reserve(adding->rows.size());
    for (const auto& told : adding->rows) rows.push_back(told.row);
    co_await store_.add(call, std::move(rows));
    for (const auto& told : adding->rows) tell(told);
    co_return;
  }
  const auto& finishing = std::get<Finishing>(*work);
  auto row = co_await store_.end(call, finishing.id, finishing.how, finishing.at);
  if (row) tell(Told{std::make_shared<const Activity>(std::move(*row)), finishing.how.details, finishing.how.action});
}

void ActivityService::put_off(Work work) {
  std::size_t lost = 0;
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    lost = backlog_.put(std::move(work), steady_now());
    idle = !std::exchange(storing_again_, true);
  }
  if (lost > 0) log::error("activities", "too many activities wait for the database: the oldest was lost");
  if (idle) spawn("activities.store", background_, store_again(this));
}

std::shared_ptr<const Work> ActivityService::next() {
  std::size_t lost = 0;
  std::shared_ptr<const Work> work;
  {
    const std::lock_guard lock(mutex_);
    lost = backlog_.drop_old(steady_now());
    work = backlog_.first();
    if (!work) storing_again_ = false;
  }
  if (lost > 0) log::error("activities", "{} activities could not be stored in time and were lost", lost);
  return work;
}

void ActivityService::done_with(const std::shared_ptr<const Work>& work) {
  const std::lock_guard lock(mutex_);
  backlog_.remove(work);
}

Task<> ActivityService::store_again(ActivityService* self) {
  BackgroundCall job("activities");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto& bounds = self->backlog_.bounds();
  auto pause = bounds.pause;
  timer.expires_after(pause);
  co_await timer.async_wait(use_awaitable);
  for (auto work = self->next(); work; work = self->next()) {
    const bool done = co_await self->stored(job.call(), work.get());
    if (done) {
      self->done_with(work);
      pause = bounds.pause;
      continue;
    }
    timer.expires_after(pause);
    co_await timer.async_wait(use_awaitable);
    pause = std::min(pause * 2, bounds.longest);
  }
}

}  // namespace trinity::activities
