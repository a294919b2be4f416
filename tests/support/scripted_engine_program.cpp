// scripted-engine: a container engine that runs nothing, for tests of the whole server and for measurements.
//
//   scripted-engine --socket PATH --control PATH [--host FOLDER] [--cgroup 1|2]
//
// It speaks the Engine API on --socket and takes commands on --control: HTTP with JSON bodies, one command each. With
// --host it writes the files that a host shows for running containers below FOLDER/proc and FOLDER/cgroup. It prints
// "ready" when it listens, and ends with its parent process.
//
//   GET  /state                                what it holds, and how often each call was made
//   POST /containers {count, name, instance, prefix, state, labels, untold}   agents' containers; more than one are
//   numbered POST /die        {container, exit_code, oom, untold} POST /start | /pause | /unpause | /destroy
//   {container, untold} POST /use        {container, cpu_ms, memory}   figures grow; without a container: of all that
//   run POST /log        {container, text} POST /volume     {name, labels}            and /network likewise POST
//   /trouble    {call, container, status, hang, vanish, delay_ms, piece, pause_ms, times} POST /hang as after SIGSTOP,
//   until /heal POST /heal                                 all troubles are over POST /lose       {lost} no events are
//   sent or kept POST /cut                                  event streams break POST /clock      {ahead_ms} the
//   engine's clock POST /door       {open}                    whether anything listens POST /restart    {containers}
//   forgets events, breaks connections; `containers`: they start again as well
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "support/pretended_engine.h"

namespace {

using namespace trinity;
using namespace trinity::test;
namespace json = boost::json;

/// The fields of a command, with what counts when they are missing.
class Fields {
 public:
  explicit Fields(json::object from) : from_(std::move(from)) {}
  [[nodiscard]] std::string text(const char* name, std::string missing = {}) const {
    const auto* found = from_.if_contains(name);
    return found ? std::string(found->as_string()) : std::move(missing);
  }
  [[nodiscard]] std::int64_t number(const char* name, std::int64_t missing = 0) const {
    const auto* found = from_.if_contains(name);
    return found ? found->to_number<std::int64_t>() : missing;
  }
  [[nodiscard]] bool flag(const char* name, bool missing = false) const {
    const auto* found = from_.if_contains(name);
    return found ? found->as_bool() : missing;
  }
  [[nodiscard]] Labels labels(const char* name) const {
    Labels made;
    const auto* found = from_.if_contains(name);
    if (!found) return made;
    for (const auto& [key, value] : found->as_object()) made.emplace(key, value.as_string());
    return made;
  }

 private:
  json::object from_;
};

PretendedContainer& wanted(EngineWorld& world, const Fields& fields) {
  auto* found = world.find(fields.text("container"));
  if (!found) throw std::invalid_argument("no container " + fields.text("container"));
  return *found;
}

/// A container as a server of this project makes it; empty `instance`: as a deployment before it.
PretendedContainer agent(const Fields& fields, const std::string& name) {
  PretendedContainer made;
  made.name = fields.text("prefix", "agent-") + name;
  made.image = fields.text("image", "trinity-agent-base:latest");
  made.network = fields.text("network", "trinity-agent-network");
  made.labels = {{"trinity.platform", "agent"},
                 {"trinity.agent-name", name},
                 {"trinity.agent-type", "business-assistant"},
                 {"trinity.cpu", "2"},
                 {"trinity.memory", "4g"},
                 {"trinity.template", ""},
                 {"trinity.agent-runtime", "claude-code"},
                 {"trinity.full-capabilities", "true"}};
  if (const auto instance = fields.text("instance"); !instance.empty()) made.labels["trinity.instance"] = instance;
  for (const auto& [key, value] : fields.labels("labels")) made.labels[key] = value;
  made.mounts = {{made.name + "-workspace", "/home/developer"}};
  return made;
}

json::value make(EngineWorld& world, const Fields& fields) {
  const auto count = fields.number("count", 1);
  const auto name = fields.text("name", "bot");
  json::array names;
  for (std::int64_t i = 1; i <= count; ++i) {
    auto& kept = world.add(agent(fields, count == 1 ? name : name + "-" + std::to_string(i)));
    if (fields.text("state", "running") == "running") world.start(kept);
    if (fields.text("state") == "exited") {
      world.start(kept);
      world.end(kept, 0, false);
    }
    names.push_back(json::string(kept.name));
  }
  return names;
}

void use(EngineWorld& world, const Fields& fields) {
  const auto add = [&](PretendedContainer& one) {
    auto usage = one.usage;
    usage.cpu_nanoseconds += static_cast<std::uint64_t>(fields.number("cpu_ms")) * 1'000'000;
    usage.memory_bytes =
        static_cast<std::uint64_t>(fields.number("memory", static_cast<std::int64_t>(usage.memory_bytes)));
    world.use(one, usage);
  };
  if (!fields.text("container").empty()) return add(wanted(world, fields));
  for (auto& one : world.containers()) add(one);
}

class Program {
 public:
  Program(const std::string& socket, const std::string& control, std::unique_ptr<HostTrees> trees)
      : pretended_(std::move(trees)),
        engine_(socket, [this](const SeenRequest& request) { return pretended_.answer(request); }),
        control_(control, [this](const SeenRequest& request) { return obey(request); }) {}
  ~Program() { pretended_.give_up(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

 private:
  Answer obey(const SeenRequest& request) {
    Answer made;
    try {
      const auto body = request.body.empty() ? json::value(json::object()) : json::parse(request.body);
      made.body = json::serialize(run(request.target.substr(1), Fields(body.as_object())));
    } catch (const std::exception& e) {
      made.status = 400;
      made.body = json::serialize(json::object{{"message", e.what()}});
    }
    return made;
  }

  json::value run(const std::string& command, const Fields& fields) {
    if (command == "state") return state();
    if (command == "trouble") return trouble(fields), json::object();
    if (command == "hang") return pretended_.hang(), json::object();
    if (command == "heal") return pretended_.heal(), json::object();
    if (command == "door") {
      fields.flag("open", true) ? engine_.open_door() : engine_.close_door();
      return json::object();
    }
    if (command == "restart") {
      engine_.close_door();
      pretended_.with_world([&](EngineWorld& world) {
        world.forget_events();
        if (fields.flag("containers")) world.restart_all();
      });
      engine_.open_door();
      return json::object();
    }
    return pretended_.with_world([&](EngineWorld& world) { return change(world, command, fields); });
  }

  static json::value change(EngineWorld& world, const std::string& command, const Fields& fields) {
    const bool untold = fields.flag("untold");
    if (untold) world.lose_events(true);
    json::value told = json::object();
    if (command == "containers") {
      told = make(world, fields);
    } else if (command == "die") {
      world.end(wanted(world, fields), fields.number("exit_code"), fields.flag("oom"));
    } else if (command == "start") {
      world.start(wanted(world, fields));
    } else if (command == "pause" || command == "unpause") {
      world.pause(wanted(world, fields), command == "pause");
    } else if (command == "destroy") {
      world.remove(wanted(world, fields));
    } else if (command == "use") {
      use(world, fields);
    } else if (command == "log") {
      wanted(world, fields).log += fields.text("text");
    } else if (command == "volume") {
      world.volumes[fields.text("name")] = fields.labels("labels");
    } else if (command == "network") {
      world.networks[fields.text("name")] = {fields.labels("labels"), "127.99.0.0/16"};
    } else if (command == "lose") {
      world.lose_events(fields.flag("lost", true));
    } else if (command == "cut") {
      world.cut_streams();
    } else if (command == "clock") {
      world.set_clock_ahead(std::chrono::milliseconds(fields.number("ahead_ms")));
    } else {
      throw std::invalid_argument("no command " + command);
    }
    if (untold) world.lose_events(false);
    return told;
  }

  void trouble(const Fields& fields) {
    CallTrouble made;
    made.call = fields.text("call", "*");
    made.container = fields.text("container");
    made.status = static_cast<unsigned>(fields.number("status"));
    made.hang = fields.flag("hang");
    made.vanish = fields.flag("vanish");
    made.delay = std::chrono::milliseconds(fields.number("delay_ms"));
    made.piece = static_cast<std::size_t>(fields.number("piece"));
    made.pause = std::chrono::milliseconds(fields.number("pause_ms"));
    made.times = static_cast<int>(fields.number("times", -1));
    pretended_.trouble(std::move(made));
  }

  json::value state() {
    json::object calls;
    for (const auto& [call, count] : pretended_.calls()) calls.emplace(call, count);
    return pretended_.with_world([&](EngineWorld& world) {
      json::array volumes;
      for (const auto& [name, labels] : world.volumes) volumes.push_back(json::string(name));
      return json::object{{"containers", world.size()},           {"running", world.running()},
                          {"streams", world.streams()},           {"volumes", volumes},
                          {"connections", engine_.connections()}, {"calls", calls}};
    });
  }

  PretendedEngine pretended_;
  ScriptedEngine engine_;
  ScriptedEngine control_;
};

struct Arguments {
  std::string socket;
  std::string control;
  std::string host;
  int cgroup = 2;
};

Arguments read(int argc, char** argv) {
  Arguments made;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--socket") made.socket = argv[i + 1];
    if (flag == "--control") made.control = argv[i + 1];
    if (flag == "--host") made.host = argv[i + 1];
    if (flag == "--cgroup") made.cgroup = std::stoi(argv[i + 1]);
  }
  if (made.socket.empty() || made.control.empty())
    throw std::invalid_argument("usage: scripted-engine --socket PATH --control PATH [--host FOLDER] [--cgroup 1|2]");
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    const auto arguments = read(argc, argv);
    auto trees = arguments.host.empty() ? nullptr : std::make_unique<HostTrees>(arguments.host, arguments.cgroup);
    const Program program(arguments.socket, arguments.control, std::move(trees));
    std::puts("ready");
    std::fflush(stdout);
    int received = 0;
    ::sigwait(&signals, &received);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "scripted-engine: %s\n", e.what());
    return 1;
  }
  return 0;
}
