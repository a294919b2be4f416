#include "agents/leftover.h"

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "engine/types.h"

namespace trinity::agents {

namespace {

constexpr std::array<const char*, 4> kinds{"creating", "undoing", "deleting", "replacing"};
constexpr std::int64_t longest_pause = 300;  // seconds
constexpr std::size_t longest_reason = 300;  // bytes

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
}

template <class Query>
std::vector<Leftover> read(Query query) {
  std::vector<Leftover> found;
  for (const auto& [agent, kind, mark, workspace, data, row, attempts, container_name, was_running] :
       query.template all<std::string, std::string, std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::string, std::int64_t>()) {
    const auto known = std::ranges::find(kinds, kind);
    // A kind of a later program: not ours to judge.
    if (known == kinds.end()) continue;
    Leftover one{agent,   static_cast<Leftover::Kind>(known - kinds.begin()), mark, workspace != 0, data != 0, row != 0,
                 attempts};
    one.container_name = container_name;
    one.was_running = was_running != 0;
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace

void LeftoverRows::put(db::Session& session, const Leftover& leftover) {
  remove(session, leftover.agent);
  session
      .query(
          "INSERT INTO trinity_cleanup (agent_name, kind, mark, workspace, data, owns_row, created_at, attempts, "
          "next_try, container_name, was_running) VALUES (:a, :b, :c, :d, :e, :f, :g, 0, 0, :h, :i)",
          leftover.agent, std::string(kinds.at(static_cast<std::size_t>(leftover.kind))), leftover.mark,
          std::int64_t{leftover.workspace}, std::int64_t{leftover.data}, std::int64_t{leftover.row},
          format_naive(now()), leftover.container_name, std::int64_t{leftover.was_running})
      .run();
}

void LeftoverRows::remove(db::Session& session, const std::string& agent) {
  session.query("DELETE FROM trinity_cleanup WHERE agent_name = :a", agent).run();
}

void LeftoverRows::postpone(db::Session& session, const Leftover& leftover, const std::string& why) {
  const auto pause = std::min(longest_pause, std::int64_t{1} << std::min<std::int64_t>(leftover.attempts, 10));
  session
      .query(
          "UPDATE trinity_cleanup SET kind = :a, attempts = :e, next_try = :b, last_error = :c, was_running = :f WHERE "
          "agent_name = :d",
          std::string(kinds.at(static_cast<std::size_t>(leftover.kind))), seconds_now() + pause,
          why.substr(0, longest_reason), leftover.agent, leftover.attempts + 1, std::int64_t{leftover.was_running})
      .run();
}

std::vector<Leftover> LeftoverRows::of(db::Session& session, const std::string& agent) {
  return read(
      session.query("SELECT agent_name, kind, mark, workspace, data, owns_row, attempts, container_name, was_running "
                    "FROM trinity_cleanup WHERE "
                    "agent_name = :a",
                    agent));
}

std::vector<Leftover> LeftoverRows::due(db::Session& session, bool all) {
  const auto at = all ? std::int64_t{1} << 60 : seconds_now();
  // No pause is as long as twice the longest: then the clock was set back, and the row's time has come.
  return read(
      session.query("SELECT agent_name, kind, mark, workspace, data, owns_row, attempts, container_name, was_running "
                    "FROM trinity_cleanup WHERE "
                    "next_try <= :a OR next_try > :b ORDER BY next_try, agent_name LIMIT 50",
                    at, at + 2 * longest_pause));
}

bool LeftoverRows::any(db::Session& session) {
  return std::get<0>(*session.query("SELECT count(*) FROM trinity_cleanup").one<std::int64_t>()) != 0;
}

bool is_unheard(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const engine::EngineError& e) {
    return e.engine_down();
  } catch (...) {
    return false;
  }
}

}  // namespace trinity::agents
