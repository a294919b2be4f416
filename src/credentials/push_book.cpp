#include "credentials/push_book.h"

#include <boost/json.hpp>

#include "json/encode.h"

namespace trinity::credentials {

namespace {

std::vector<std::string> marks_of(const std::string& text) {
  std::vector<std::string> marks;
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(text, fault);
  const auto* list = fault ? nullptr : parsed.if_array();
  if (list == nullptr) return marks;
  for (const auto& one : *list) {
    if (one.is_string()) marks.emplace_back(one.get_string());
  }
  return marks;
}

}  // namespace

void PushBook::load(Call call) {
  auto job = [](db::Session& session) {
    return session
        .query("SELECT agent_name, at, status, error, run, marks, variables, files FROM trinity_credential_pushes")
        .all<std::string, std::string, std::string, std::string, std::string, std::string, std::int64_t,
             std::int64_t>();
  };
  const auto rows = database_.read_now(call, std::move(job));
  const std::lock_guard lock(mutex_);
  records_.clear();
  for (const auto& [agent, at, status, error, run, marks, variables, files] : rows)
    records_[agent] = {at, status, error, run, marks_of(marks), variables, files, {}};
}

std::optional<PushRecord> PushBook::find(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(agent);
  return found == records_.end() ? std::nullopt : std::optional(found->second);
}

Task<> PushBook::note(Call call, std::string agent, PushRecord record) {
  {
    const std::lock_guard lock(mutex_);
    records_[agent] = record;
  }
  auto job = [&](db::Session& session) {
    session.query("DELETE FROM trinity_credential_pushes WHERE agent_name = :a", agent).run();
    session
        .query(
            "INSERT INTO trinity_credential_pushes (agent_name, at, status, error, run, marks, variables, files) "
            "VALUES (:a, :b, :c, :d, :e, :f, :g, :h)",
            agent, record.at, record.status, record.error, record.run, json::to_text(record.marks), record.variables,
            record.files)
        .run();
  };
  co_await database_.write(call, std::move(job));
}

void PushBook::forget(const std::string& agent) {
  const std::lock_guard lock(mutex_);
  records_.erase(agent);
}

}  // namespace trinity::credentials
