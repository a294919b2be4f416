// The fleet's model under any sequence of facts. Facts of an engine's life, late and repeated ones: the truth wins once
// it was told. Facts that no engine would tell: the changes still add up to the snapshots.
#include "fuzz/input.h"
#include "support/fleet_world.h"

namespace {

using namespace trinity;
namespace world = fleet::test;

constexpr std::size_t most_facts = 100;
/// Longer inputs only tell more of the same.
constexpr std::size_t longest_input = 600;

std::string name_of(std::size_t number) {
  return "bot" + std::to_string(number);
}
std::string id_of(std::size_t number) {
  return "c" + std::to_string(number);
}

void check(const fleet::Publication& publication, const fleet::Model& model) {
  const auto& snapshot = *publication.snapshot;
  for (std::size_t i = 0; i < snapshot.entries.size(); ++i) {
    const auto& agent = *snapshot.entries[i].agent;
    fuzz::require(i == 0 || snapshot.entries[i - 1].agent->created_at >= agent.created_at, "newest first");
    const auto* found = snapshot.find(agent.name);
    fuzz::require(found && found->agent->name == agent.name, "every name is found");
    fuzz::require(agent.status == "running" || !snapshot.entries[i].figures, "only what runs has figures");
    fuzz::require(model.version_of(agent.container_id) <= model.version(), "no change lies in the future");
  }
  fuzz::require(!snapshot.by_name || snapshot.by_name->size() <= snapshot.entries.size(), "no name without an agent");
}

void follow(world::Follower& follower, fleet::Model& model) {
  const auto publication = model.take();
  check(publication, model);
  fuzz::require(!model.dirty(), "a taken change is not told again");
  const auto fault = follower.take(publication);
  fuzz::require(fault.empty(), fault);
}

/// What nobody may notice, or what only gives reasons.
void tell_aside(fuzz::Input& input, fleet::Model& model) {
  const auto name = name_of(input.pick(3));
  switch (input.pick(6)) {
    case 0:
      return model.expect(name, "user", world::steady(input.byte()));
    case 1:
      return model.oom(id_of(input.pick(7)));
    case 2:
      return model.engine(input.pick(2) == 0, world::wall(input.byte()));
    case 3:
      return model.confirmed(world::steady(input.byte()));
    case 4:
      return model.permissions(name, {name_of(input.pick(3))});
    default:
      return model.figures(id_of(input.pick(7)), std::make_shared<const fleet::Figures>());
  }
}

void live_a_life(fuzz::Input& input) {
  world::World world([&](std::size_t below) { return input.pick(below); });
  fleet::Model model(test::network);
  world::Follower follower;
  for (std::size_t i = 0; i < most_facts && !input.empty(); ++i) {
    world.step();
    world.tell(model);
    if (input.pick(4) == 0) tell_aside(input, model);
    if (input.pick(8) == 0) follow(follower, model);
  }
  world.tell_truth(model);
  const auto publication = model.take();
  const auto fault = follower.take(publication);
  fuzz::require(fault.empty(), fault);
  fuzz::require(world::shown_by(*publication.snapshot) == world.truth(), "the truth wins");
  world.tell_truth(model);
  fuzz::require(model.take().changes.empty(), "the truth told twice changes nothing");
}

engine::ContainerDetail any_container(fuzz::Input& input) {
  constexpr std::array states{"created", "running", "paused", "restarting", "removing", "exited", "dead", "", "odd"};
  auto made = test::container(id_of(input.pick(7)), name_of(input.pick(3)), "created");
  made.state = states[input.pick(states.size())];
  made.pid = input.pick(5);
  made.exit_code = input.byte();
  made.oom_killed = input.pick(4) == 0;
  made.created = test::wall(input.pick(4));
  if (input.pick(3) != 0) made.started_at = test::wall(input.byte());
  if (input.pick(4) == 0) made.labels.clear();
  if (input.pick(2) == 0) made.labels[fleet::label::instance] = "here";
  return made;
}

void tell_anything(fuzz::Input& input, fleet::Model& model) {
  switch (input.pick(9)) {
    case 0:
    case 1: {
      const auto one = any_container(input);
      return model.seen(one, "unknown", test::steady(input.byte()));
    }
    case 8: {
      const auto one = test::listed(any_container(input));
      model.seen_in_list(one, test::steady(input.byte()));
      const auto due = model.to_verify(test::steady(input.byte()), 3);
      return fuzz::require(due.size() <= 3, "few are verified at a time");
    }
    case 2: {
      const auto code = input.pick(2) == 0 ? std::optional<std::int64_t>(input.byte()) : std::nullopt;
      const auto ended = input.pick(2) == 0 ? std::optional(test::wall(input.byte())) : std::nullopt;
      return model.died(id_of(input.pick(7)), static_cast<std::int64_t>(input.pick(5)), code,
                        test::steady(input.byte()), ended);
    }
    case 3:
      return model.gone(id_of(input.pick(7)));
    case 4: {
      std::vector<engine::Container> list;
      for (auto left = input.pick(4); left > 0; --left) list.push_back(test::listed(any_container(input)));
      for (const auto& id : model.to_inspect(list)) fuzz::require(!id.empty(), "there is something to inspect");
      return model.listed(list, input.pick(2) == 0 ? model.version() : input.byte());
    }
    case 5:
      return model.creating(name_of(input.pick(3)), input.pick(2) == 0);
    case 6:
      return model.metadata(name_of(input.pick(3)),
                            input.pick(2) == 0 ? std::optional(test::owned_by(input.byte())) : std::nullopt);
    default:
      return tell_aside(input, model);
  }
}

void tell_nonsense(fuzz::Input& input) {
  fleet::Model model(test::network);
  world::Follower follower;
  for (std::size_t i = 0; i < most_facts && !input.empty(); ++i) {
    const auto before = model.version();
    tell_anything(input, model);
    fuzz::require(model.version() >= before, "versions grow");
    if (input.pick(8) == 0) follow(follower, model);
  }
  follow(follower, model);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > longest_input) return -1;
  fuzz::Input input(data, size);
  if (input.pick(2) == 0) {
    live_a_life(input);
  } else {
    tell_nonsense(input);
  }
  return 0;
}
