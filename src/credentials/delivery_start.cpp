// Pushes that nobody asks for by name: at a start, and whenever a container begins to run.
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "credentials/delivery_turn.h"
#include "json/write.h"

namespace trinity::credentials {

namespace {

constexpr int most_workers = 8;

Task<> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

json::object skipped(const char* reason) {
  return {{"status", "skipped"}, {"reason", reason}};
}

json::object success(const PushRecord& record) {
  return {{"status", "success"}, {"credential_count", record.variables}, {"file_count", record.files}};
}

/// The container of this agent has begun to run, or its agent has become known.
bool begins(const fleet::Change& change) {
  const auto& after = change.after;
  const auto& before = change.before;
  if (!after || after->status != "running" || !after->metadata) return false;
  if (!before || before->status != "running" || !before->metadata) return true;
  return before->container_id != after->container_id || before->started_at != after->started_at;
}

}  // namespace

/// One who waits for the pushes of a start, and those pushes, on the same thread.
struct Delivery::Waiting {
  explicit Waiting(const asio::any_io_executor& executor, std::chrono::milliseconds limit) : timer(executor, limit) {}
  asio::steady_timer timer;
  std::optional<json::object> result;
};

Task<json::object> Delivery::started(Call call, fleet::AgentPtr agent) {
  std::string error;
  for (int attempt = 1; attempt <= options_.attempts; ++attempt) {
    if (attempt > 1) co_await sleep(options_.pause);
    const auto turn = co_await enter(agent->name);
    const auto assigned = co_await assigned_to(call, agent->name);
    const auto record = parts_.book.find(agent->name);
    // The same start was seen in the fleet too, and that push was quicker.
    const bool done = record && record->status == "success" && record->pushed != SteadyTime{} &&
                      record->run == run_of(*agent) && record->marks == assigned.marks;
    if (done) co_return success(*record);
    if (assigned.marks.empty() && (!record || record->marks.empty())) co_return skipped("no_credentials");
    const auto result = co_await push_now(call, platform_, agent, &assigned, false);
    if (result) co_return success(*parts_.book.find(agent->name));
    error = result.error().detail;
    const auto current = co_await running_agent(agent->name);
    if (!current || current->container_id != agent->container_id) break;
  }
  co_return json::object{{"status", "failed"}, {"error", error}};
}

Task<> Delivery::push_at_start(Delivery* delivery, fleet::AgentPtr agent, std::shared_ptr<Waiting> waiting) {
  BackgroundCall job("credentials");
  json::object result;
  try {
    result = co_await delivery->started(job.call(), agent);
  } catch (const Error& e) {
    result = {{"status", "failed"}, {"error", e.what()}};
  } catch (const std::exception& e) {
    log::error({"credentials", job.call().id()}, "the push at the start of {} failed: {}", agent->name, e.what());
    result = {{"status", "failed"}, {"error", "The server failed to do this. Its log has the reason."}};
  }
  waiting->result = std::move(result);
  waiting->timer.cancel();
}

Task<json::object> Delivery::at_start(Call call, fleet::AgentPtr agent) {
  json::object result{{"status", "unknown"}};
  if (!agent->metadata) {
    result = skipped("no_owner");
  } else if (!agent->metadata->owner) {
    result = skipped("no_owner_username");
  } else {
    const auto executor = co_await asio::this_coro::executor;
    const auto waiting = std::make_shared<Waiting>(executor, options_.start_waits);
    spawn("credentials at start", executor, push_at_start(this, agent, waiting));
    boost::system::error_code ended;
    if (!waiting->result) co_await waiting->timer.async_wait(asio::redirect_error(use_awaitable, ended));
    if (waiting->result) result = *waiting->result;
  }
  const json::object event{
      {"event", "agent_started"},
      {"data",
       {{"name", agent->name}, {"trinity_injection", "unknown"}, {"credentials_injection", result.at("status")}}}};
  parts_.live.broadcast(agent->name, json::write(event));
  log::debug({"credentials", call.id()}, "start of {}: {}", agent->name, std::string(result.at("status").get_string()));
  co_return result;
}

void Delivery::follow(const fleet::Publication& publication) {
  for (const auto& change : publication.changes) {
    if (begins(change)) {
      look_soon(change.name);
    } else if (change.before && (!change.after || change.after->status != "running")) {
      const std::lock_guard lock(mutex_);
      const auto pushing = under_way_.find(change.name);
      if (pushing != under_way_.end()) pushing->second->now();
    }
  }
}

void Delivery::look_soon(std::string agent) {
  asio::post(parts_.background, [this, name = std::move(agent)] { soon(name); });
}

void Delivery::soon(const std::string& agent) {
  if (!is_due_.insert(agent).second) return;
  due_.push_back(agent);
  if (workers_ >= most_workers) return;
  ++workers_;
  spawn("credentials", parts_.background, work(this));
}

Task<> Delivery::work(Delivery* delivery) {
  while (!delivery->due_.empty()) {
    auto name = std::move(delivery->due_.front());
    delivery->due_.pop_front();
    delivery->is_due_.erase(name);
    co_await delivery->bring_up_to_date(std::move(name));
  }
  --delivery->workers_;
}

Task<fleet::AgentPtr> Delivery::running_agent(std::string name) {
  const auto snapshot = co_await lookup_.snapshot();
  const auto* entry = snapshot->find(name);
  if (entry == nullptr || entry->agent->status != "running") co_return nullptr;
  co_return entry->agent;
}

Task<> Delivery::bring_up_to_date(std::string agent) {
  BackgroundCall job("credentials");
  std::string fault;
  try {
    const auto turn = co_await enter(agent);
    const auto current = co_await running_agent(agent);
    if (current) {
      const auto assigned = co_await assigned_to(job.call(), agent);
      if (needs_push(*current, assigned)) {
        const auto result = co_await push_now(job.call(), platform_, current, &assigned, false);
        if (!result) fault = result.error().detail;
      }
    }
  } catch (const std::exception& e) {
    fault = e.what();
  }
  if (fault.empty()) {
    retries_.erase(agent);
    co_return;
  }
  log::warn({"credentials", job.call().id()}, "{} has not got its credentials: {}", agent, fault);
  retry(agent);
}

void Delivery::retry(const std::string& agent) {
  const auto count = retries_[agent]++;
  if (count >= options_.most_retries) {
    retries_.erase(agent);
    return;
  }
  spawn("credentials later", parts_.background, look_later(this, agent, options_.first_retry * (1 << count)));
}

Task<> Delivery::look_later(Delivery* delivery, std::string agent, std::chrono::milliseconds wait) {
  co_await sleep(wait);
  delivery->soon(agent);
}

}  // namespace trinity::credentials
