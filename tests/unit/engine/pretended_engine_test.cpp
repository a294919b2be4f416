// The engine that tests and measurements pretend: what our client asks it, it answers like a real one.
#include "support/pretended_engine.h"

#include <fstream>

#include "engine/framing.h"
#include "metering/metering.h"
#include "unit/db/temp_dir.h"
#include "unit/engine/client_fixture.h"

namespace trinity::engine {
namespace {

using namespace std::chrono_literals;
using test::CallTrouble;
using test::EngineWorld;

class Pretended : public testing::Test {
 protected:
  Pretended() { threads_.start(); }
  ~Pretended() override {
    pretended.give_up();
    threads_.stop();
    threads_.join();
  }
  template <class T>
  T run(Task<T> task) {
    return asio::co_spawn(threads_[0], std::move(task), asio::use_future).get();
  }
  template <class T>
  std::optional<Fault> fault_of(Task<T> task) {
    try {
      run(std::move(task));
    } catch (const EngineError& fault) {
      return fault.fault();
    }
    return std::nullopt;
  }
  Call call() { return job_.call(); }
  std::string create(const std::string& name) {
    ContainerSpec spec;
    spec.image = "some:latest";
    spec.labels = {{"a", "b"}, {"trinity.platform", "agent"}};
    spec.network = "net";
    spec.memory = 64 * 1024 * 1024;
    spec.volumes = {{"data", "/data", false}};
    return run(client->create(call(), name, spec));
  }

  test::TempDir host;
  test::PretendedEngine pretended{std::make_unique<test::HostTrees>(host.path(), 2)};
  test::ScriptedEngine server{{}, [this](const test::SeenRequest& request) { return pretended.answer(request); }};

 private:
  BackgroundCall job_{"test"};
  IoThreads threads_{1};

 protected:
  std::unique_ptr<Engine> client = make_docker(*parse_address(server.socket_path()), {&threads_[0]},
                                               {.quick = 300ms, .list = 300ms, .change = 300ms, .logs = 300ms});
};

TEST_F(Pretended, AContainerLivesLikeARealOne) {
  EXPECT_EQ(run(client->negotiate(call())), "scripted (API 1.41)");
  const auto events = run(client->events(call(), 0, {"a=b"}));
  const auto id = create("one");
  EXPECT_EQ(id.size(), 64U);
  ContainerSpec again;
  EXPECT_EQ(fault_of(client->create(call(), "one", again)), Fault::conflict);
  run(client->upload(call(), id, "/", "tar"));
  run(client->start(call(), id));
  run(client->start(call(), id));
  const auto listed = run(client->list(call(), {"a=b", "trinity.platform"}));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].id, id);
  EXPECT_EQ(listed[0].name, "one");
  EXPECT_EQ(listed[0].state, "running");
  EXPECT_TRUE(run(client->list(call(), {"a=c"})).empty());
  const auto detail = run(client->inspect(call(), "one"));
  ASSERT_TRUE(detail);
  EXPECT_GT(detail->pid, 0);
  EXPECT_TRUE(detail->started_at);
  EXPECT_EQ(detail->memory_limit, 64 * 1024 * 1024);
  EXPECT_EQ(detail->volumes, std::vector<std::string>{"data"});
  EXPECT_FALSE(detail->addresses.at("net").empty());
  run(client->stop(call(), id, 1s));
  EXPECT_EQ(run(client->inspect(call(), id))->state, "exited");
  run(client->remove(call(), id, false));
  EXPECT_FALSE(run(client->inspect(call(), id)));
  for (const auto* action : {"create", "start", "die", "destroy"}) {
    const auto event = run(events->next(2s));
    ASSERT_TRUE(event) << action;
    EXPECT_EQ(event->action, action);
    EXPECT_EQ(event->id, id);
    EXPECT_EQ(event->attributes.at("a"), "b");
  }
}

TEST_F(Pretended, VolumesNetworksImagesLogsAndFigures) {
  EXPECT_FALSE(run(client->volume(call(), "v")));
  run(client->create_volume(call(), "v", {{"k", "w"}}));
  EXPECT_EQ(run(client->volume(call(), "v"))->labels.at("k"), "w");
  run(client->remove_volume(call(), "v"));
  EXPECT_FALSE(run(client->volume(call(), "v")));
  run(client->create_network(call(), "n", "", {{"k", "w"}}));
  EXPECT_FALSE(run(client->network(call(), "n"))->gateway.empty());
  pretended.with_world([](EngineWorld& world) { world.missing_images.insert("none:latest"); });
  EXPECT_TRUE(run(client->image(call(), "some:latest")));
  EXPECT_FALSE(run(client->image(call(), "none:latest")));
  EXPECT_TRUE(fault_of(client->pull(call(), "none:latest", 1s)));
  const auto id = create("one");
  run(client->start(call(), id));
  pretended.with_world([](EngineWorld& world) { world.find("one")->log = "hello\n"; });
  EXPECT_EQ(log_text(run(client->logs(call(), id, {}))), "hello\n");
  EXPECT_GT(run(client->statistics(call(), id))->memory_bytes, 0U);
}

TEST_F(Pretended, TroublesAreAsWanted) {
  const auto id = create("one");
  create("two");
  pretended.trouble({.call = "inspect", .container = "one", .status = 500});
  EXPECT_EQ(fault_of(client->inspect(call(), id)), Fault::failed);
  EXPECT_TRUE(run(client->inspect(call(), "two")));
  pretended.trouble({.call = "list", .hang = true});
  EXPECT_EQ(fault_of(client->list(call(), {})), Fault::timeout);
  pretended.heal();
  EXPECT_EQ(run(client->list(call(), {})).size(), 2U);
  pretended.trouble({.call = "list", .container = "two", .vanish = true, .times = 1});
  EXPECT_EQ(run(client->list(call(), {})).size(), 2U) << "as it was when the answer was made";
  EXPECT_FALSE(run(client->inspect(call(), "two")));
  const auto events = run(client->events(call(), 0, {}));
  server.close_door();
  EXPECT_EQ(fault_of(client->negotiate(call())), Fault::unreachable);
  server.open_door();
  EXPECT_FALSE(fault_of(client->negotiate(call())));
  const auto drain = [&] {
    while (run(events->next(1s))) {
    }
  };
  EXPECT_THROW(drain(), EngineError) << "its stream broke";
}

TEST_F(Pretended, RunningContainersShowTheirFiles) {
  for (const int version : {1, 2}) {
    test::TempDir folder;
    const test::HostTrees trees(folder.path(), version);
    const std::string id(64, 'a');
    trees.add(id, 1'000'000'000, {.cpu_nanoseconds = 5'000'000, .memory_bytes = 1'000'000});
    const metering::Tolerance always{{}, {}, {}, 0};
    const auto reader = metering::open_reader({folder / "proc", folder / "cgroup"}, 1'000'000'000, always);
    ASSERT_TRUE(reader) << version;
    const auto first = reader->read();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->cpu_nanoseconds, 5'000'000U);
    EXPECT_EQ(first->memory_bytes, 1'000'000U);
    trees.update(id, 1'000'000'000, {.cpu_nanoseconds = 9'000'000, .memory_bytes = 2'000'000, .received = 77});
    const auto second = reader->read();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->cpu_nanoseconds, 9'000'000U);
    EXPECT_EQ(second->memory_bytes, 2'000'000U);
    EXPECT_EQ(second->network_rx, 77U);
    trees.remove(id, 1'000'000'000);
    EXPECT_FALSE(metering::open_reader({folder / "proc", folder / "cgroup"}, 1'000'000'000));
  }
}

}  // namespace
}  // namespace trinity::engine
