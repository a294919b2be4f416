#include "agentd/start_up.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.h"

namespace trinity::agentd {

namespace {

constexpr std::array<std::string_view, 4> kSteps{"workspace", "credentials", "prompt", "setup"};
constexpr std::array<std::string_view, 5> kStates{"waiting", "running", "done", "skipped", "failed"};
constexpr std::size_t kLongestDetail = 500;

boost::json::value time_or_null(const std::optional<Time>& time) {
  return time ? boost::json::value(format_z(*time)) : boost::json::value(nullptr);
}

}  // namespace

void StartUp::begin(Step step, std::string detail) {
  entries_.at(static_cast<std::size_t>(step)) = {State::running, now(), std::nullopt, std::move(detail)};
  tell();
}

void StartUp::end(Step step, State state, const std::string& detail) {
  auto& entry = entries_.at(static_cast<std::size_t>(step));
  entry.state = state;
  entry.ended = now();
  entry.detail = preview(detail, kLongestDetail);
  tell();
}

void StartUp::make_ready() {
  ready_ = true;
  tell();
}

std::string_view StartUp::workspace() const {
  const auto state = of(Step::workspace).state;
  if (state == State::failed) return "failed";
  return state == State::running ? "cloning" : "ok";
}

std::optional<std::string> StartUp::workspace_error() const {
  const auto& entry = of(Step::workspace);
  return entry.state == State::failed ? std::optional(entry.detail) : std::nullopt;
}

std::string_view StartUp::setup() const {
  switch (of(Step::setup).state) {
    case State::running:
      return "running";
    case State::done:
      return "ok";
    case State::failed:
      return "failed";
    default:
      return "none";
  }
}

int StartUp::percent() const {
  const auto ended =
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return e.ended.has_value(); });
  return static_cast<int>(100 * ended / static_cast<std::ptrdiff_t>(entries_.size()));
}

boost::json::object StartUp::card() const {
  boost::json::array steps;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& entry = entries_.at(i);
    steps.push_back(boost::json::object{{"name", kSteps.at(i)},
                                        {"state", kStates.at(static_cast<std::size_t>(entry.state))},
                                        {"detail", entry.detail},
                                        {"started_at", time_or_null(entry.began)},
                                        {"ended_at", time_or_null(entry.ended)}});
  }
  const auto error = workspace_error();
  return {
      {"workspace", workspace()}, {"workspace_error", error ? boost::json::value(*error) : boost::json::value(nullptr)},
      {"setup", setup()},         {"ready", ready_},
      {"percent", percent()},     {"steps", std::move(steps)}};
}

}  // namespace trinity::agentd
