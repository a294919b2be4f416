#include "fleet/model.h"

#include <algorithm>

#include "fleet/agent.h"

namespace trinity::fleet {

namespace {

constexpr std::chrono::seconds expectation_life{30};

std::string name_of(const engine::Labels& labels, const std::string& fallback) {
  const auto it = labels.find(label::agent_name);
  return it == labels.end() ? fallback : it->second;
}
std::string name_of(const engine::ContainerDetail& container) {
  return name_of(container.labels, container.name);
}

/// Came into another state, or was started again. What is there when the server begins to look has no reason that
/// anybody saw.
bool turned(const AgentPtr& before, const Agent& after, const Reason& reason) {
  if (!before) return reason != "unknown";
  // Not known before: the list alone tells no start.
  const bool restarted = before->started_at && after.started_at && before->started_at != after.started_at;
  return before->status != after.status || restarted;
}

/// Same in everything that readers see. The fragment holds most of it.
bool same(const Agent& a, const Agent& b) {
  return a.fragment == b.fragment && a.engine_state == b.engine_state && a.started_at == b.started_at &&
         a.exit_code == b.exit_code && a.pid == b.pid && a.address == b.address && a.memory_limit == b.memory_limit &&
         a.oom_killed == b.oom_killed && a.model_key == b.model_key && a.container_name == b.container_name &&
         a.metadata == b.metadata && a.created_at == b.created_at;
}

}  // namespace

std::optional<Metadata> Model::metadata_of(const std::string& name) const {
  const auto it = metadata_.find(name);
  return it == metadata_.end() ? std::nullopt : std::optional(it->second);
}

bool Model::shown(const Record& record) const {
  if (record.adopted && own_names_.contains(record.name)) return false;
  if (given_up_.contains(record.container.id)) return false;
  if (replacements_.contains(record.container.id) && has_other(record)) return false;
  return !creating_.contains(record.name);
}

bool Model::has_other(const Record& record) const {
  const auto [first, last] = named_.equal_range(record.name);
  return std::any_of(first, last, [&](const auto& item) {
    const auto& other = item.second->container;
    return !other.id.empty() && other.id != record.container.id && !given_up_.contains(other.id) &&
           !replacements_.contains(other.id);
  });
}

Reason Model::reason_for(const std::string& name, const Reason& given, const Record& record, SteadyTime at) const {
  if (const auto it = expected_.find(name); it != expected_.end() && at <= it->second.until) return it->second.reason;
  if (record.oom) return "oom";
  // The exit code that comes behind the end belongs to that end.
  const bool late_code = record.exit_unknown && record.container.state == "exited";
  return late_code && !record.reason.empty() ? record.reason : given;
}

bool Model::note(const AgentPtr& before, const AgentPtr& after, const Reason& reason) {
  if (!before && !after) return false;
  dirty_ = true;
  const auto& name = after ? after->name : before->name;
  if (!before) {
    changes_.push_back({Change::Kind::created, name, nullptr, after, reason});
  } else if (!after) {
    changes_.push_back({Change::Kind::deleted, name, before, nullptr, reason});
  } else {
    const bool status = turned(before, *after, reason);
    changes_.push_back({status ? Change::Kind::status : Change::Kind::updated, name, before, after, reason});
    return status;
  }
  return false;
}

void Model::rebuild(Record& record, const Reason& reason) {
  record.version = ++version_;
  if (record.container.name.starts_with(replacement_prefix)) {
    replacements_.insert(record.container.id);
  } else if (!replacements_.empty()) {
    replacements_.erase(record.container.id);
  }
  const auto before = record.agent;
  AgentPtr after;
  if (shown(record)) {
    auto agent = make_agent(record.container, metadata_of(record.name), network_);
    if (record.exit_unknown) agent.exit_code.reset();
    if (record.partial) agent.model_key.reset();
    if (turned(before, agent, reason)) record.reason = reason;
    if (!record.reason.empty()) agent.reason = record.reason;
    write_fragment(agent);
    after = std::make_shared<const Agent>(std::move(agent));
  }
  if (before && after && same(*before, *after)) return;
  record.agent = after;
  if (!after || after->status != "running") record.figures = nullptr;
  show(record, before);
  if (note(before, after, reason)) expected_.erase(after->name);
}

/// Into the next snapshot. A change that leaves all in their places costs nothing more.
void Model::show(const Record& record, const AgentPtr& before) {
  const auto& after = record.agent;
  if (!before && !after) return;
  ++agents_epoch_;
  const bool stays = before && after && before->created_at == after->created_at && before->name == after->name;
  if (!stays) moved_ = true;
  if (!moved_) entries_[record.place] = {after, record.figures};
}

void Model::place_all() {
  std::vector<Record*> shown;
  shown.reserve(records_.size());
  for (auto& [id, record] : records_) {
    if (record.agent) shown.push_back(&record);
  }
  std::sort(shown.begin(), shown.end(), [](const Record* a, const Record* b) {
    return a->agent->created_at != b->agent->created_at ? a->agent->created_at > b->agent->created_at
                                                        : a->agent->name < b->agent->name;
  });
  entries_.clear();
  entries_.reserve(shown.size());
  for (auto* record : shown) {
    record->place = entries_.size();
    entries_.push_back({record->agent, record->figures});
  }
  index_ = index_of(entries_);
  moved_ = false;
}

std::shared_ptr<const NameIndex> index_of(const std::vector<Snapshot::Entry>& entries) {
  auto index = std::make_shared<NameIndex>();
  index->reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) index->try_emplace(entries[i].agent->name, i);
  return index;
}

/// The name of an agent is a label; only a container without that label can be renamed.
void Model::call(Record& record, const std::string& name) {
  if (record.name == name) return;
  const auto [first, last] = named_.equal_range(record.name);
  const auto known = std::find_if(first, last, [&](const auto& item) { return item.second == &record; });
  if (known != last) named_.erase(known);
  record.name = name;
  named_.emplace(name, &record);
}

Model::Record& Model::record_of(const std::string& id, const engine::Labels& labels, const std::string& name) {
  const auto [it, fresh] = records_.try_emplace(id);
  auto& record = it->second;
  call(record, name);
  if (!fresh) return record;
  record.adopted = !labels.contains(label::instance);
  if (record.adopted) {
    ++adopted_;
  } else if (++own_names_[name] == 1) {
    rebuild_adopted(name);
  }
  return record;
}

void Model::rebuild_adopted(const std::string& name) {
  if (adopted_ == 0) return;
  const auto [first, last] = named_.equal_range(name);
  for (auto it = first; it != last; ++it) {
    auto& record = *it->second;
    if (record.adopted && !record.container.id.empty()) rebuild(record, "unknown");
  }
}

void Model::rebuild_replacements(const std::string& name) {
  const auto [first, last] = named_.equal_range(name);
  for (auto it = first; it != last; ++it) {
    if (replacements_.contains(it->second->container.id)) rebuild(*it->second, "unknown");
  }
}

void Model::replaced(const std::string& given_up, const engine::ContainerDetail& by, const Reason& reason,
                     SteadyTime at) {
  given_up_.insert(given_up);
  auto& fresh = record_of(by.id, by.labels, name_of(by));
  if (const auto old = records_.find(given_up); old != records_.end()) {
    if (!fresh.agent) {
      fresh.agent = std::exchange(old->second.agent, nullptr);
      fresh.reason = old->second.reason;
      moved_ = true;
    }
    rebuild(old->second, reason);
  }
  seen(by, reason, at);
}

void Model::seen_in_list(const engine::Container& container, SteadyTime at) {
  auto& record = record_of(container.id, container.labels, name_of(container.labels, container.name));
  auto& known = record.container;
  const bool fresh = known.id.empty();
  if (!fresh && known.state == container.state) return;
  known.id = container.id;
  known.name = container.name;
  known.image = container.image;
  known.labels = container.labels;
  known.state = container.state;
  if (fresh) known.created = container.created;
  // Of the run before: nothing of it holds for another state.
  known.pid = 0;
  known.started_at.reset();
  known.finished_at.reset();
  known.addresses.clear();
  known.exit_code = 0;
  record.partial = true;
  const auto why = reason_for(record.name, "unknown", record, at);
  record.exit_unknown = container.state == "exited";
  rebuild(record, why);
  if (fresh && !replacements_.empty()) rebuild_replacements(record.name);
}

void Model::seen(const engine::ContainerDetail& container, const Reason& reason, SteadyTime at) {
  auto& record = record_of(container.id, container.labels, name_of(container));
  const bool fresh = record.container.id.empty();
  record.inspected = at;
  if (container.state == "running" && container.pid != 0 && container.pid == record.dead_pid) return;
  record.partial = false;
  const bool ends = container.state == "exited" && container.oom_killed;
  record.oom = record.oom || ends;
  // The engine's event and its inspect differ by a moment about the same end; the first one stays.
  const auto& known = record.container;
  const bool same_end = known.state == container.state && known.finished_at && !record.exit_unknown &&
                        known.started_at == container.started_at && container.state != "running";
  const auto ended = same_end ? known.finished_at : container.finished_at;
  record.container = container;
  record.container.finished_at = ended;
  if (container.state == "running") {
    record.dead_pid = 0;
    record.oom = false;
  }
  const auto why = reason_for(record.name, reason, record, at);
  record.exit_unknown = false;
  rebuild(record, why);
  if (fresh && !replacements_.empty()) rebuild_replacements(record.name);
}

void Model::died(const std::string& id, std::int64_t pid, std::optional<std::int64_t> exit_code, SteadyTime at,
                 std::optional<Time> ended) {
  const auto it = records_.find(id);
  if (it == records_.end()) return;
  auto& record = it->second;
  const bool knows_end = record.container.state == "exited" && !exit_code;
  const bool earlier_run = ended && record.container.started_at && *ended < *record.container.started_at;
  if (knows_end || earlier_run || (pid != 0 && record.container.pid != pid)) return;
  // A process that is known to have ended; the engine learns of it a moment later. Against that, its own word of an end
  // may be an old event, told again by a clock that was set back: then the next inspect puts it right.
  if (pid != 0) record.dead_pid = pid;
  record.container.state = "exited";
  record.container.pid = 0;
  record.container.addresses.clear();
  record.container.exit_code = exit_code.value_or(0);
  record.container.finished_at = ended;
  const auto why = reason_for(record.name, "exit", record, at);
  record.exit_unknown = !exit_code;
  rebuild(record, why);
}

void Model::stopped(const std::string& id) {
  const auto it = records_.find(id);
  if (it == records_.end()) return;
  auto& record = it->second;
  if (record.container.state != "exited" || record.reason != "exit") return;
  record.reason = "user";
  rebuild(record, record.reason);
}

void Model::oom(const std::string& id) {
  if (const auto it = records_.find(id); it != records_.end()) it->second.oom = true;
}

void Model::gone(const std::string& id) {
  const auto it = records_.find(id);
  if (it == records_.end()) return;
  ++version_;
  const auto before = it->second.agent;
  const auto name = it->second.name;
  const bool adopted = it->second.adopted;
  const auto [first, last] = named_.equal_range(name);
  named_.erase(std::find_if(first, last, [&](const auto& item) { return item.second == &it->second; }));
  records_.erase(it);
  if (before) {
    ++agents_epoch_;
    moved_ = true;
  }
  replacements_.erase(id);
  given_up_.erase(id);
  note(before, nullptr, "user");
  if (!replacements_.empty()) rebuild_replacements(name);
  if (adopted) {
    --adopted_;
  } else if (const auto own = own_names_.find(name); own != own_names_.end() && --own->second == 0) {
    own_names_.erase(own);
    rebuild_adopted(name);
  }
}

void Model::listed(const std::vector<engine::Container>& containers, std::uint64_t since_version) {
  std::set<std::string> present;
  for (const auto& container : containers) present.insert(container.id);
  std::vector<std::string> missing;
  for (const auto& [id, record] : records_) {
    if (!present.contains(id) && record.version <= since_version) missing.push_back(id);
  }
  for (const auto& id : missing) gone(id);
  if (!loaded_) dirty_ = true;
  loaded_ = true;
}

std::vector<std::string> Model::to_inspect(const std::vector<engine::Container>& containers) const {
  std::vector<std::string> ids;
  for (const auto& container : containers) {
    const auto it = records_.find(container.id);
    if (it == records_.end() || it->second.partial || it->second.container.state != container.state ||
        it->second.container.name != container.name) {
      ids.push_back(container.id);
    }
  }
  return ids;
}

std::vector<std::string> Model::to_verify(SteadyTime before, std::size_t most) const {
  std::vector<std::pair<SteadyTime, std::string>> due;
  for (const auto& [id, record] : records_) {
    if (record.container.state == "running" && record.inspected < before) due.emplace_back(record.inspected, id);
  }
  const auto taken = std::min(most, due.size());
  std::partial_sort(due.begin(), due.begin() + static_cast<std::ptrdiff_t>(taken), due.end());
  std::vector<std::string> ids;
  ids.reserve(taken);
  for (std::size_t i = 0; i < taken; ++i) ids.push_back(std::move(due[i].second));
  return ids;
}

void Model::rebuild_named(const std::set<std::string>& names, const Reason& reason) {
  for (const auto& name : names) {
    const auto [first, last] = named_.equal_range(name);
    for (auto it = first; it != last; ++it) rebuild(*it->second, reason);
  }
}

void Model::metadata(std::map<std::string, Metadata> all) {
  std::set<std::string> changed;
  for (const auto& [name, one] : all) {
    const auto known = metadata_.find(name);
    if (known == metadata_.end() || known->second != one) changed.insert(name);
  }
  for (const auto& [name, one] : metadata_) {
    if (!all.contains(name)) changed.insert(name);
  }
  if (!loaded_ && !changed.empty()) dirty_ = true;
  metadata_ = std::move(all);
  rebuild_named(changed, "unknown");
}

void Model::metadata(const std::string& name, std::optional<Metadata> one) {
  if (!loaded_ && metadata_of(name) != one) dirty_ = true;
  if (one) {
    metadata_[name] = std::move(*one);
  } else {
    metadata_.erase(name);
  }
  rebuild_named({name}, "user");
}

void Model::permissions(const std::string& source, const std::vector<std::string>& targets) {
  std::set<std::string> changed;
  for (auto& [name, metadata] : metadata_) {
    auto& sources = metadata.permitted_by;
    const auto at = std::lower_bound(sources.begin(), sources.end(), source);
    const bool did = at != sources.end() && *at == source;
    const bool may = std::binary_search(targets.begin(), targets.end(), name);
    if (did == may) continue;
    if (may) {
      sources.insert(at, source);
    } else {
      sources.erase(at);
    }
    changed.insert(name);
  }
  if (!loaded_ && !changed.empty()) dirty_ = true;
  rebuild_named(changed, "user");
}

void Model::expect(const std::string& name, const Reason& reason, SteadyTime at) {
  std::erase_if(expected_, [&](const auto& item) { return item.second.until < at; });
  expected_[name] = {reason, at + expectation_life};
}

void Model::creating(const std::string& name, bool active) {
  if (active) {
    creating_.insert(name);
  } else {
    creating_.erase(name);
  }
  rebuild_named({name}, "user");
}

void Model::engine(bool reachable, Time at) {
  if (health_.since != Time{} && health_.reachable == reachable) return;
  health_.reachable = reachable;
  health_.since = at;
  dirty_ = true;
  changes_.push_back({Change::Kind::engine, {}, nullptr, nullptr, {}});
}

void Model::figures(const std::string& id, FiguresPtr figures) {
  const auto it = records_.find(id);
  if (it == records_.end() || !it->second.agent || it->second.agent->status != "running") return;
  it->second.figures = std::move(figures);
  if (!moved_) entries_[it->second.place].figures = it->second.figures;
  sampled_ = true;
  dirty_ = true;
}

void Model::host(HostFiguresPtr figures) {
  host_ = std::move(figures);
  dirty_ = true;
}

std::uint64_t Model::version_of(const std::string& id) const {
  const auto it = records_.find(id);
  return it == records_.end() ? 0 : it->second.version;
}

AgentPtr Model::agent_by_id(const std::string& id) const {
  const auto it = records_.find(id);
  return it == records_.end() ? nullptr : it->second.agent;
}

Publication Model::take() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->epoch = ++epoch_;
  snapshot->engine = health_;
  snapshot->host = host_;
  snapshot->loaded = loaded_;
  if (!loaded_) snapshot->expected = metadata_;
  if (moved_) place_all();
  snapshot->entries = entries_;
  snapshot->by_name = index_;
  snapshot->agents_epoch = agents_epoch_;
  Publication publication{std::move(snapshot), std::exchange(changes_, {}), std::exchange(sampled_, false)};
  dirty_ = false;
  return publication;
}

}  // namespace trinity::fleet
