#include "engine/docker_json.h"

#include <gtest/gtest.h>

#include "unit/engine/recorded.h"

namespace trinity::engine {
namespace {

const std::string demo_id = "21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20";

Fault fault_of(auto&& work) {
  try {
    work();
  } catch (const EngineError& fault) {
    return fault.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::unreachable;
}

TEST(ParseVersion, Recorded) {
  const auto version = parse_version(recorded::version);
  EXPECT_EQ(version.engine, "20.10.24+dfsg1");
  EXPECT_EQ(version.api, 41);
  EXPECT_EQ(version.oldest_api, 12);
}

TEST(ChooseApi, Table) {
  struct Row {
    std::string body;
    int expected;
  };
  const Row rows[] = {
      {R"({"ApiVersion":"1.41","MinAPIVersion":"1.12"})", 41}, {R"({"ApiVersion":"1.52","MinAPIVersion":"1.24"})", 41},
      {R"({"ApiVersion":"1.40","MinAPIVersion":"1.12"})", 40}, {R"({"ApiVersion":"1.24"})", 24},
      {R"({"ApiVersion":"1.52","MinAPIVersion":"1.44"})", 44},
  };
  for (const auto& row : rows) EXPECT_EQ(choose_api(parse_version(row.body)), row.expected) << row.body;
}

TEST(ChooseApi, RefusesWhatIsTooOldOrUnknown) {
  for (const auto* body : {R"({"ApiVersion":"1.23"})", "{}", R"({"ApiVersion":"2.0"})", R"({"ApiVersion":null})"}) {
    EXPECT_EQ(fault_of([&] { (void)choose_api(parse_version(body)); }), Fault::failed) << body;
  }
  try {
    (void)choose_api(parse_version(R"({"ApiVersion":"1.18"})"));
  } catch (const EngineError& fault) {
    EXPECT_STREQ(fault.what(), "the container engine is too old: it speaks API 1.18, at least 1.24 is needed");
  }
}

TEST(ParseList, Recorded) {
  const auto containers = parse_list(recorded::list);
  ASSERT_EQ(containers.size(), 2U);
  EXPECT_EQ(containers[0].name, "agent-other");
  EXPECT_EQ(containers[0].state, "created");
  EXPECT_EQ(containers[1].id, demo_id);
  EXPECT_EQ(containers[1].name, "agent-demo");
  EXPECT_EQ(containers[1].image, "demo-image:1");
  EXPECT_EQ(containers[1].state, "exited");
  EXPECT_EQ(containers[1].labels, (Labels{{"demo", "1"}, {"trinity.agent-name", "demo"}}));
  EXPECT_EQ(format_naive(containers[1].created), "2026-11-24T03:21:26");
}

TEST(ParseList, ToleratesWhatIsMissing) {
  EXPECT_TRUE(parse_list("null").empty());
  EXPECT_TRUE(parse_list("[]").empty());
  EXPECT_TRUE(parse_list(R"([null, 1, {}, {"Id":null}, {"Id":""}])").empty());
  const auto containers = parse_list(R"([{"Id":"x","Names":null,"Labels":null,"Created":"soon"},
                                         {"Id":"y","Names":["/a/alias","/b"],"Labels":{"k":1,"l":"v"}},
                                         {"Id":"z","Names":["/only/alias", 5]}])");
  ASSERT_EQ(containers.size(), 3U);
  EXPECT_EQ(containers[0].name, "");
  EXPECT_EQ(containers[0].created, Time());
  EXPECT_EQ(containers[1].name, "b") << "an alias is no name";
  EXPECT_EQ(containers[1].labels, (Labels{{"l", "v"}}));
  EXPECT_EQ(containers[2].name, "");
}

TEST(ParseList, RefusesWhatIsNoList) {
  for (const auto* body : {"", "{", "{}", "[", "\"x\"", "[1] x"}) {
    EXPECT_EQ(fault_of([&] { (void)parse_list(body); }), Fault::failed) << body;
  }
  const std::string deep(10'000, '[');
  EXPECT_EQ(fault_of([&] { (void)parse_list(deep); }), Fault::failed);
}

TEST(ParseInspect, RecordedRunning) {
  const auto detail = parse_inspect(recorded::inspect_running);
  EXPECT_EQ(detail.id, demo_id);
  EXPECT_EQ(detail.name, "agent-demo");
  EXPECT_EQ(detail.image, "demo-image:1");
  EXPECT_EQ(detail.state, "running");
  EXPECT_GT(detail.pid, 0);
  ASSERT_TRUE(detail.started_at);
  EXPECT_EQ(format_naive(*detail.started_at), "2026-11-24T03:21:26.785971");
  EXPECT_FALSE(detail.finished_at) << "the year 1 is never";
  EXPECT_EQ(format_naive(detail.created), "2026-11-24T03:21:26.482149");
  EXPECT_EQ(detail.labels.at("trinity.agent-name"), "demo");
  EXPECT_EQ(detail.addresses, (std::map<std::string, std::string>{{"demo-network", "172.31.250.2"}}));
  EXPECT_EQ(detail.memory_limit, 32 * 1024 * 1024);
  EXPECT_EQ(detail.volumes, std::vector<std::string>{"agent-demo-workspace"}) << "without the mounted folder";
}

TEST(ParseInspect, RecordedExited) {
  const auto detail = parse_inspect(recorded::inspect_exited);
  EXPECT_EQ(detail.state, "exited");
  EXPECT_EQ(detail.pid, 0);
  EXPECT_EQ(detail.exit_code, 3);
  EXPECT_FALSE(detail.oom_killed);
  ASSERT_TRUE(detail.finished_at);
  EXPECT_EQ(format_naive(*detail.finished_at), "2026-11-24T03:21:28.793558");
  EXPECT_TRUE(detail.addresses.empty());
}

TEST(ParseInspect, ToleratesWhatIsMissing) {
  const auto detail = parse_inspect(R"({"Id":"x","State":null,"Config":{"Labels":null},"Mounts":null,
      "NetworkSettings":{"Networks":{"a":null,"b":{"IPAddress":"","GlobalIPv6Address":"fd00::2"}}}})");
  EXPECT_EQ(detail.id, "x");
  EXPECT_EQ(detail.state, "");
  EXPECT_EQ(detail.addresses, (std::map<std::string, std::string>{{"b", "fd00::2"}}));
  const auto killed = parse_inspect(R"({"Id":"x","State":{"OOMKilled":true,"Status":"exited","ExitCode":137}})");
  EXPECT_TRUE(killed.oom_killed);
  EXPECT_EQ(killed.exit_code, 137);
  EXPECT_EQ(fault_of([] { (void)parse_inspect("{}"); }), Fault::failed);
  EXPECT_EQ(fault_of([] { (void)parse_inspect("[]"); }), Fault::failed);
}

TEST(ParseEvent, Recorded) {
  const auto event = parse_event(recorded::event_die);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, "container");
  EXPECT_EQ(event->action, "die");
  EXPECT_EQ(event->id, demo_id);
  EXPECT_EQ(event->attributes.at("exitCode"), "3");
  EXPECT_EQ(event->attributes.at("name"), "agent-demo");
  EXPECT_EQ(event->time_nano, 1'795'490'488'817'262'383);
}

TEST(ParseEvent, Table) {
  EXPECT_FALSE(parse_event(""));
  EXPECT_FALSE(parse_event("{"));
  EXPECT_FALSE(parse_event("[]"));
  EXPECT_FALSE(parse_event(R"({"Action":"die"})"));
  EXPECT_FALSE(parse_event(R"({"Action":"die","Actor":{"ID":null}})"));
  EXPECT_FALSE(parse_event(R"({"Actor":{"ID":"x"}})"));
  const auto event =
      parse_event(R"({"Action":"health_status: healthy","Actor":{"ID":"x","Attributes":null},"time":5,"new":{}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->action, "health_status: healthy");
  EXPECT_EQ(event->time_nano, 5'000'000'000);
}

TEST(ParseStatistics, Recorded) {
  const auto statistics = parse_statistics(recorded::statistics);
  ASSERT_TRUE(statistics);
  EXPECT_EQ(statistics->cpu_nanoseconds, 274'069'639U);
  EXPECT_EQ(statistics->memory_bytes, 954'368U - 86'016U);
  EXPECT_EQ(statistics->memory_limit, 67'108'864U);
  EXPECT_EQ(statistics->network_rx, 1392U);
  EXPECT_EQ(statistics->network_tx, 7U);
  EXPECT_EQ(statistics->pids, 2U);
  ASSERT_TRUE(statistics->throttling);
  EXPECT_EQ(statistics->throttling->periods, 329U);
  EXPECT_EQ(statistics->throttling->throttled_periods, 0U);
  EXPECT_EQ(statistics->disk_read, 0U) << "a list without disks";
  EXPECT_EQ(format_naive(statistics->read_at), "2026-11-24T03:09:55.841810");
  EXPECT_FALSE(parse_statistics(recorded::statistics_stopped));
}

TEST(ParseStatistics, VersionTwoAndOdd) {
  const auto statistics = parse_statistics(
      R"({"read":"2026-01-01T00:00:00Z","cpu_stats":{"throttling_data":{"periods":9,"throttled_periods":4,"throttled_time":5}},
          "blkio_stats":{"io_service_bytes_recursive":[{"op":"read","value":1},{"op":"Read","value":2},{"op":"write","value":4},
            {"op":"discard","value":8},5,{"value":16}]},"pids_stats":null,"networks":{"a":{"rx_bytes":1},"b":{"rx_bytes":2,"tx_bytes":3},"c":null},
          "memory_stats":{"usage":1000,"limit":5000,"stats":{"inactive_file":300,"file":900}}})");
  ASSERT_TRUE(statistics);
  EXPECT_EQ(statistics->memory_bytes, 700U);
  EXPECT_EQ(statistics->network_rx, 3U);
  EXPECT_EQ(statistics->network_tx, 3U);
  EXPECT_EQ(statistics->throttling->throttled_periods, 4U);
  EXPECT_EQ(statistics->disk_read, 3U);
  EXPECT_EQ(statistics->disk_written, 4U);
  const auto odd = parse_statistics(
      R"({"read":"2026-01-01T00:00:00Z","cpu_stats":{},"memory_stats":{"usage":10,"stats":{"inactive_file":300}}})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->memory_bytes, 0U) << "never negative";
  EXPECT_FALSE(odd->throttling);
  EXPECT_FALSE(odd->disk_read) << "not told is nothing, not 0";
}

TEST(ParseNetwork, TellsTheGateway) {
  const auto chosen = parse_network(recorded::network_chosen);
  EXPECT_EQ(chosen.name, "bridge");
  EXPECT_EQ(chosen.gateway, "172.17.0.1");
  const auto given = parse_network(recorded::network);
  EXPECT_EQ(given.name, "demo-network");
  EXPECT_EQ(given.gateway, "172.31.250.1") << "first address of the subnet";
  EXPECT_EQ(given.id.size(), 64U);
  EXPECT_EQ(parse_network(R"({"Name":"n","IPAM":null})").gateway, "");
  EXPECT_EQ(parse_network(R"({"Name":"n","IPAM":{"Config":[null,{"Gateway":"10.0.0.254/24"}]}})").gateway,
            "10.0.0.254");
}

TEST(FirstAddress, Table) {
  EXPECT_EQ(first_address("172.28.0.0/16"), "172.28.0.1");
  EXPECT_EQ(first_address("172.28.5.9/16"), "172.28.0.1");
  EXPECT_EQ(first_address("10.0.0.128/25"), "10.0.0.129");
  for (const auto* odd : {"", "172.28.0.0", "x/16", "10.0.0.0/31", "10.0.0.0/33", "fd00::/64"}) {
    EXPECT_EQ(first_address(odd), "") << odd;
  }
}

TEST(ParseVolumeAndImage, Recorded) {
  const auto volume = parse_volume(recorded::volume);
  EXPECT_EQ(volume.name, "agent-demo-workspace");
  EXPECT_EQ(volume.labels, (Labels{{"a", "b"}}));
  const auto image = parse_image(recorded::image);
  EXPECT_TRUE(image.id.starts_with("sha256:"));
  EXPECT_TRUE(image.labels.empty());
  EXPECT_EQ(parse_image(R"({"Id":"i","Config":{"Labels":{"a":"b"}}})").labels, (Labels{{"a", "b"}}));
}

TEST(ParseMessage, IsShortAndNeverFails) {
  EXPECT_EQ(parse_message(R"({"message":"No such container: x"})"), "No such container: x");
  EXPECT_EQ(parse_message("page not found\n"), "page not found");
  EXPECT_EQ(parse_message(""), "");
  EXPECT_EQ(parse_message(std::string(5000, 'x')).size(), 500U);
}

TEST(ParsePullFailure, FindsIt) {
  EXPECT_EQ(parse_pull_failure(R"({"status":"Pulling","progressDetail":{}})"), std::nullopt);
  EXPECT_EQ(parse_pull_failure("nonsense"), std::nullopt);
  EXPECT_EQ(parse_pull_failure(R"({"errorDetail":{"message":"no"},"error":"no space"})"), "no space");
  EXPECT_EQ(parse_pull_failure(R"({"errorDetail":{"message":"no"}})"), "no");
}

TEST(ParseCreated, WantsAnId) {
  EXPECT_EQ(parse_created(R"({"Id":"abc","Warnings":[]})"), "abc");
  EXPECT_EQ(fault_of([] { (void)parse_created("{}"); }), Fault::failed);
}

}  // namespace
}  // namespace trinity::engine
