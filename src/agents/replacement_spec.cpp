#include "agents/replacement_spec.h"

#include <algorithm>

#include "agents/spec.h"
#include "base/amounts.h"

namespace trinity::agents {

namespace {

/// The beginning of a container's id that is enough to name it.
constexpr std::size_t short_id = 12;

bool is_mounted(const engine::ContainerSpec& spec, const std::string& path) {
  const auto at = [&path](const auto& mount) { return mount.path == path || mount.path.starts_with(path + '/'); };
  return std::ranges::any_of(spec.volumes, at) || std::ranges::any_of(spec.binds, at);
}

}  // namespace

std::string replacement_name(const std::string& container_id) {
  return fleet::replacement_prefix + container_id.substr(0, short_id);
}

engine::ContainerSpec replacement_spec(const engine::Description& old, const Wanted& wanted, const std::string& image,
                                       bool keeps_rights) {
  auto spec = old.spec;
  spec.image = image;
  spec.labels[fleet::label::cpu] = wanted.cpu;
  spec.labels[fleet::label::memory] = wanted.memory;
  spec.memory = parse_memory(wanted.memory).value_or(spec.memory);
  if (const auto quota = parse_cpu_quota(wanted.cpu)) {
    spec.cpu_period = cpu_period;
    spec.cpu_quota = *quota;
  }
  if (spec.pids_limit <= 0) spec.pids_limit = most_processes;
  if (wanted.model_key.empty()) {
    spec.env.erase("ANTHROPIC_API_KEY");
  } else {
    spec.env["ANTHROPIC_API_KEY"] = wanted.model_key;
  }
  if (!keeps_rights) {
    spec.labels[fleet::label::full_capabilities] = wanted.full_capabilities ? "true" : "false";
    set_rights(spec, wanted.full_capabilities);
  }
  return spec;
}

std::vector<OwnFiles> files_to_copy(const engine::ContainerSpec& spec) {
  std::vector<OwnFiles> all{{"/etc/trinity", "/etc"}, {"/config", "/"}, {"/template", "/"}};
  std::erase_if(all, [&spec](const OwnFiles& one) { return is_mounted(spec, one.path); });
  return all;
}

}  // namespace trinity::agents
