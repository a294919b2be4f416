// One push: what is assigned, packed, sent, noted.
#include "credentials/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "audit/log.h"
#include "base/credential_rules.h"
#include "base/errors.h"
#include "base/log.h"
#include "credentials/delivery_turn.h"
#include "credentials/mcp_config.h"
#include "json/encode.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t at_once = 16;
constexpr std::chrono::seconds turn_within{45};
constexpr const char* too_many = "Too many agents are getting their credentials now. Try again in a moment.";

json::object object_of(const std::map<std::string, std::string>& from) {
  json::object made;
  made.reserve(from.size());
  for (const auto& [key, text] : from) made[key] = text;
  return made;
}

std::string joined(const std::set<std::string>& words) {
  constexpr std::size_t most = 20;
  std::string text;
  std::size_t count = 0;
  for (const auto& word : words) {
    if (count++ == most) return text + ", ...";
    if (count > 1) text += ", ";
    text += word;
  }
  return text;
}

std::vector<std::string> remarks_on(const Delivered& made, const std::vector<std::string>& damaged) {
  std::vector<std::string> remarks;
  if (!made.ambiguous.empty())
    remarks.push_back("Left out, because several credentials would give them: " + joined(made.ambiguous) + ".");
  if (!made.refused.empty())
    remarks.push_back("Left out, because no credential may be delivered as that: " + joined(made.refused) + ".");
  if (!damaged.empty())
    remarks.push_back("Cannot be opened: " + joined(std::set<std::string>(damaged.begin(), damaged.end())) + ".");
  return remarks;
}

std::vector<std::string> texts_in(const json::object& from, const char* name) {
  std::vector<std::string> texts;
  const auto* list = from.if_contains(name);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& one : list->get_array()) {
    if (one.is_string()) texts.emplace_back(one.get_string());
  }
  return texts;
}

std::string files_remark(const json::object& answer) {
  const auto* failed = answer.if_contains("files_failed");
  if (failed == nullptr || !failed->is_object() || failed->get_object().empty()) return {};
  std::set<std::string> paths;
  for (const auto& member : failed->get_object()) paths.emplace(member.key());
  return "Not written: " + joined(paths) + ".";
}

Pushed read_pushed(const json::object& answer, const std::vector<std::string>& remarks) {
  Pushed made;
  made.updated_files = texts_in(answer, "updated_files");
  made.files_written = texts_in(answer, "files_written");
  const auto* note = answer.if_contains("note");
  if (note != nullptr && note->is_string()) made.note = std::string(note->get_string());
  for (const auto& remark : remarks) made.note += (made.note.empty() ? "" : " ") + remark;
  if (const auto remark = files_remark(answer); !remark.empty()) made.note += (made.note.empty() ? "" : " ") + remark;
  return made;
}

}  // namespace

Delivery::Delivery(Parts parts, DeliveryOptions options)
    : parts_(std::move(parts)),
      options_(options),
      lookup_(parts_.fleet),
      slots_(std::make_shared<Gate>(at_once, too_many)),
      platform_(std::make_shared<const Caller>()) {}

Task<Delivery::Turn> Delivery::enter(std::string agent) {
  auto held = co_await turns_.lock(std::move(agent), turn_within);
  auto slots = slots_;
  auto slot = co_await slots->enter(turn_within);
  co_return Turn{std::move(held), std::move(slots), std::move(slot)};
}

std::string Delivery::run_of(const fleet::Agent& agent) {
  return agent.container_id + "@" + (agent.started_at ? format_z(*agent.started_at) : "");
}

std::string Delivery::mark_of(const Credential& meta) {
  return meta.id + "@" + meta.updated_at;
}

std::vector<std::string> Delivery::marks_of(const std::vector<Stored>& assigned,
                                            const std::map<std::string, std::string>& ties) {
  std::vector<std::string> marks;
  marks.reserve(assigned.size() + ties.size());
  for (const auto& one : assigned) marks.push_back(mark_of(one.meta));
  for (const auto& [server, id] : ties) marks.push_back(fmt::format("tie:{}:{}", server, id));
  std::ranges::sort(marks);
  return marks;
}

bool Delivery::is_pending(const fleet::Agent& agent, const std::vector<std::string>& marks) const {
  if (agent.status != "running") return false;
  const auto record = parts_.book.find(agent.name);
  return record ? record->marks != marks : !marks.empty();
}

bool Delivery::lacks(const fleet::Agent& agent, const Credential& meta) const {
  if (agent.status != "running") return false;
  const auto record = parts_.book.find(agent.name);
  return !record || !std::ranges::binary_search(record->marks, mark_of(meta));
}

void Delivery::forget(const std::string& agent) {
  parts_.book.forget(agent);
}

Task<Delivery::Assigned> Delivery::assigned_to(Call call, std::string agent) {
  Assigned made;
  made.stored = co_await parts_.store.of_agent(call, agent);
  made.ties = co_await parts_.store.ties_of(call, agent);
  for (const auto& [server, id] : made.ties) {
    auto found = co_await parts_.store.get(call, id);
    if (found) made.tied.push_back(std::move(*found));
  }
  made.marks = marks_of(made.stored, made.ties);
  co_return made;
}

Delivery::Parcel Delivery::packed(const Assigned& assigned, const std::set<std::string>& platform,
                                  const std::optional<std::string>& mcp_config) const {
  const auto all = parts_.box.open_all(assigned.stored);
  std::vector<Tied> tied;
  for (auto& one : parts_.box.open_all(assigned.tied).opened) {
    for (const auto& [server, id] : assigned.ties) {
      if (id == one.meta.id) tied.push_back({server, one.secret});
    }
  }
  const auto made = deliver(all.opened, tied, platform);
  json::object body{{"credentials", object_of(made.variables)}, {"mcp_config", nullptr}};
  if (mcp_config) body["mcp_config"] = json::encode(filled_mcp_config(*mcp_config, made.variables));
  body["files"] = object_of(made.files);
  Parcel parcel;
  parcel.body = json::write(body);
  parcel.variables = made.variables.size();
  for (const auto& [path, content] : made.files) parcel.file_paths.push_back(path);
  parcel.remarks = remarks_on(made, all.damaged);
  return parcel;
}

Task<std::expected<Pushed, AgentFault>> Delivery::send(Call call, fleet::AgentPtr agent, Parcel parcel) {
  if (parcel.variables > most_credential_variables || parcel.file_paths.size() > most_credential_files ||
      parcel.body.size() > largest_credential_update) {
    co_return std::unexpected(AgentFault{
        400, "The credentials assigned to this agent are too many: at most 1000 variables, 200 files and 8 MB"});
  }
  if (agent->address.empty())
    co_return std::unexpected(AgentFault{503, "Failed to connect to agent: it has no address on the agents' network"});
  auto hangup = std::make_shared<http::Hangup>();
  {
    const std::lock_guard lock(mutex_);
    under_way_[agent->name] = hangup;
  }
  agentlink::Question question;
  question.method = http::Method::post;
  question.path = "/api/credentials/update";
  question.body = parcel.body;
  question.limit = options_.limit;
  question.hangup = hangup;
  auto answer = co_await parts_.link.ask(call, parts_.agents.target_of(*agent), std::move(question));
  {
    const std::lock_guard lock(mutex_);
    const auto mine = under_way_.find(agent->name);
    if (mine != under_way_.end() && mine->second == hangup) under_way_.erase(mine);
  }
  const auto read = read_answer(answer, "Agent rejected credential update: ", parcel.body);
  vault::wipe(parcel.body);
  if (!read) co_return std::unexpected(read.error());
  auto pushed = read_pushed(*read, parcel.remarks);
  pushed.variables = parcel.variables;
  pushed.file_paths = std::move(parcel.file_paths);
  co_return pushed;
}

Task<> Delivery::note(Call call, CallerPtr by, const fleet::Agent* agent, const Assigned* assigned,
                      const std::expected<Pushed, AgentFault>* result) {
  auto record = parts_.book.find(agent->name).value_or(PushRecord{});
  record.at = format_naive(now());
  record.status = *result ? "success" : "failed";
  record.error = *result ? std::string() : result->error().detail;
  if (*result) {
    record.run = run_of(*agent);
    record.marks = assigned->marks;
    record.variables = static_cast<std::int64_t>((*result)->variables);
    record.files = static_cast<std::int64_t>((*result)->file_paths.size());
    record.pushed = steady_now();
  }
  try {
    co_await parts_.book.note(call, agent->name, std::move(record));
  } catch (const Error& e) {
    log::warn({"credentials", call.id()}, "the push to {} was not noted: {}", agent->name, e.what());
  }
  audit::note(call, *by, "credential_push", agent->name,
              {{"credentials", std::to_string(assigned->stored.size() + assigned->tied.size())}},
              *result ? "ok" : "failed");
  parts_.live.config_changed(agent->name, live::ConfigArea::credentials, false);
}

Task<std::expected<Pushed, AgentFault>> Delivery::push_now(Call call, CallerPtr by, fleet::AgentPtr agent,
                                                           const Assigned* assigned, bool with_mcp_config) {
  std::optional<std::string> mcp_config;
  if (with_mcp_config && !agent->template_id.empty())
    mcp_config = co_await parts_.templates.mcp_config(call, agent->template_id);
  const auto platform = parts_.agents.platform_variables(*agent);
  auto pack = [&] { return packed(*assigned, platform, mcp_config); };
  auto parcel = co_await parts_.pool.run(std::move(pack));
  auto result = co_await send(call, agent, std::move(parcel));
  co_await note(call, by, agent.get(), assigned, &result);
  co_return result;
}

Task<std::expected<Pushed, AgentFault>> Delivery::push(Call call, CallerPtr by, fleet::AgentPtr agent) {
  const auto turn = co_await enter(agent->name);
  const auto assigned = co_await assigned_to(call, agent->name);
  auto result = co_await push_now(call, by, agent, &assigned, true);
  co_return result;
}

bool Delivery::needs_push(const fleet::Agent& agent, const Assigned& assigned) const {
  const auto record = parts_.book.find(agent.name);
  if (!record) return !assigned.marks.empty();
  if (record->marks != assigned.marks) return true;
  return !assigned.marks.empty() && record->run != run_of(agent);
}

}  // namespace trinity::credentials
