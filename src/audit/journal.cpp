#include "audit/journal.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <map>
#include <utility>

#include "base/log.h"
#include "base/spawn.h"
#include "base/text.h"

namespace trinity::audit {

namespace {

constexpr std::size_t longest_text = 500;  ///< characters of one value
constexpr std::size_t longest_name = 200;
constexpr std::chrono::milliseconds pause_after_failure{2'000};
constexpr std::chrono::milliseconds pause_between{50};  ///< so that what comes together is written together
constexpr std::chrono::seconds turn_within{15};

std::string name_of(std::string_view text) {
  return preview(to_utf8(text), longest_name);
}

}  // namespace

void Journal::load(Call call) {
  const auto newest = store_.newest(call);
  {
    const std::lock_guard lock(mutex_);
    newest_ = newest;
  }
  log::hear(this, [this](const log::Place& place, std::span<const log::Field> fields) {
    if (place.room == "audit") hear(place, fields);
  });
}

void Journal::start() {
  {
    const std::lock_guard lock(mutex_);
    started_ = true;
    if (waiting_.empty() || std::exchange(writes_, true)) return;
  }
  spawn("audit", writer_, write(this));
}

void Journal::hear(const log::Place& place, std::span<const log::Field> fields) {
  const std::map<std::string_view, std::string Entry::*> members{
      {"action", &Entry::action},     {"user", &Entry::user},   {"by", &Entry::by},
      {"by_agent", &Entry::by_agent}, {"agent", &Entry::agent}, {"result", &Entry::result}};
  Entry entry;
  entry.at = format_naive(now());
  entry.request_id = place.request;
  boost::json::object detail;
  for (const auto& [name, value] : fields) {
    if (const auto member = members.find(name); member != members.end()) {
      entry.*member->second = name_of(value);
    } else if (name == "user_id") {
      std::from_chars(value.data(), value.data() + value.size(), entry.user_id);
    } else if (is_object_kind(name) && entry.object_kind.empty()) {
      entry.object_kind = name;
      entry.object_id = name_of(value);
    } else {
      detail[name] = preview(to_utf8(value), longest_text);
    }
  }
  if (entry.object_kind.empty() && !entry.agent.empty()) {
    entry.object_kind = "agent";
    entry.object_id = entry.agent;
  }
  entry.detail = boost::json::serialize(detail);
  keep(std::move(entry));
}

void Journal::keep(Entry entry) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting) {
      // Each is in the log at least; the first of many says so.
      if (lost_++ % most_waiting == 0)
        log::error("audit", "the database takes no entries and {} wait: from now on they are in the log only",
                   most_waiting);
      return;
    }
    entry.id = ++newest_;
    waiting_.push_back(std::move(entry));
    if (!started_ || std::exchange(writes_, true)) return;
  }
  spawn("audit", writer_, write(this));
}

std::vector<Entry> Journal::oldest() const {
  const std::lock_guard lock(mutex_);
  const auto count = std::min(waiting_.size(), most_at_once);
  return {waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void Journal::drop_up_to(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [id](const Entry& entry) { return entry.id <= id; });
}

Task<bool> Journal::store_some(Call call) {
  const auto turn = co_await turn_.enter(turn_within);
  const auto entries = oldest();
  if (entries.empty()) co_return false;
  co_await store_.add(call, &entries);
  drop_up_to(entries.back().id);
  co_return true;
}

Task<> Journal::write(Journal* journal) {
  BackgroundCall job("audit");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    {
      const std::lock_guard lock(journal->mutex_);
      if (journal->waiting_.empty()) {
        journal->writes_ = false;
        co_return;
      }
    }
    bool failed = false;
    try {
      co_await journal->store_some(job.call());
    } catch (const boost::system::system_error&) {
      // The server stops.
      throw;
    } catch (const std::exception& e) {
      log::warn("audit", "entries cannot be stored now: {}", e.what());
      failed = true;
    }
    timer.expires_after(failed ? pause_after_failure : pause_between);
    co_await timer.async_wait(use_awaitable);
  }
}

void Journal::flush_now(Call call) {
  log::stop_hearing(this);
  const std::lock_guard lock(mutex_);
  started_ = false;
  if (waiting_.empty()) return;
  try {
    store_.add_now(call, waiting_);
    waiting_.clear();
  } catch (const std::exception& e) {
    log::error("audit", "{} entries could not be stored: {}", waiting_.size(), e.what());
  }
}

Task<std::vector<Entry>> Journal::find(Call call, Search search) {
  // Bounded: others may go on noting.
  constexpr auto most_turns = most_waiting / most_at_once;
  bool more = true;
  for (std::size_t turn = 0; more && turn <= most_turns; ++turn) more = co_await store_some(call);
  co_return co_await store_.find(call, std::move(search));
}

std::uint64_t Journal::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace trinity::audit
