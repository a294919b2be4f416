#include "live/operations.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

std::string_view name_of(Operation::State state) noexcept {
  switch (state) {
    case Operation::State::running:
      return "running";
    case Operation::State::done:
      return "done";
    case Operation::State::failed:
      return "failed";
  }
  return {};
}

}  // namespace

std::string operation_data(const Operation& operation) {
  const auto& [id, user_id, kind, agent_name, step, percent, state, detail] = operation;
  return trinity::json::write(json::object{{"operation_id", id},
                                           {"kind", kind},
                                           {"agent_name", agent_name ? json::value(*agent_name) : json::value(nullptr)},
                                           {"step", step},
                                           {"percent", percent ? json::value(*percent) : json::value(nullptr)},
                                           {"state", name_of(state)},
                                           {"detail", detail}});
}

void Operations::note(const Operation& operation, Moment at) {
  auto& list = by_user_[operation.user_id];
  auto known = std::ranges::find(list, operation.id, &Known::id);
  if (known == list.end()) {
    if (list.size() >= per_person) list.pop_front();
    known = list.insert(list.end(), Known{operation.id, {}, true, {}});
  }
  known->text = operation_data(operation);
  known->running = operation.state == Operation::State::running;
  known->at = at.steady;
}

void Operations::tick(Moment at) {
  for (auto& [user, list] : by_user_) {
    std::erase_if(list, [&](const Known& known) {
      return known.running ? at.steady - known.at >= silent : at.steady - known.at >= remembered;
    });
  }
  std::erase_if(by_user_, [](const auto& item) { return item.second.empty(); });
}

std::string Operations::list_of(std::int64_t user_id) const {
  std::string text = "[";
  if (const auto it = by_user_.find(user_id); it != by_user_.end()) {
    for (const auto& known : it->second) {
      if (text.size() > 1) text += ',';
      text += known.text;
    }
  }
  return text + ']';
}

std::size_t Operations::size() const noexcept {
  std::size_t all = 0;
  for (const auto& [user, list] : by_user_) all += list.size();
  return all;
}

}  // namespace trinity::live
