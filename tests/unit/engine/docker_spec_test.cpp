#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "engine/docker_json.h"

namespace trinity::engine {
namespace {

namespace json = boost::json;

TEST(SpecToJson, SaysEverything) {
  ContainerSpec spec;
  spec.image = "image:1";
  spec.hostname = "demo";
  spec.env = {{"A", "1"}, {"B", "x=y"}};
  spec.labels = {{"k", "v"}};
  spec.network = "net";
  spec.volumes = {{"work", "/home", false}, {"shared", "/in", true}};
  spec.tmpfs = {{"/tmp", "size=100m"}};
  spec.ports = {{22, 2222, ""}, {22, 2223, "127.0.0.1"}, {80, 0, ""}};
  spec.memory = 4096;
  spec.cpu_period = 100'000;
  spec.cpu_quota = 50'000;
  spec.pids_limit = 10;
  spec.restart_policy = "unless-stopped";
  spec.cap_drop = {"ALL"};
  spec.cap_add = {"CHOWN"};
  spec.security_opt = {"no-new-privileges"};
  spec.command = {"sleep", "1"};
  const auto expected = json::parse(R"({
    "Image":"image:1","Hostname":"demo","Cmd":["sleep","1"],"Env":["A=1","B=x=y"],"Labels":{"k":"v"},
    "ExposedPorts":{"22/tcp":{},"80/tcp":{}},
    "HostConfig":{
      "Memory":4096,"CpuPeriod":100000,"CpuQuota":50000,"PidsLimit":10,"CapDrop":["ALL"],"CapAdd":["CHOWN"],
      "SecurityOpt":["no-new-privileges"],"Binds":["work:/home:rw","shared:/in:ro"],"Tmpfs":{"/tmp":"size=100m"},
      "NetworkMode":"net","RestartPolicy":{"Name":"unless-stopped"},
      "PortBindings":{"22/tcp":[{"HostIp":"","HostPort":"2222"},{"HostIp":"127.0.0.1","HostPort":"2223"}],
                      "80/tcp":[{"HostIp":"","HostPort":""}]}},
    "NetworkingConfig":{"EndpointsConfig":{"net":{}}}})");
  EXPECT_EQ(spec_to_json(spec), expected) << json::serialize(spec_to_json(spec));
}

TEST(SpecToJson, LeavesTheRestToTheEngine) {
  ContainerSpec spec;
  spec.image = "i";
  EXPECT_EQ(spec_to_json(spec), json::parse(R"({"Image":"i","Labels":{},"HostConfig":{}})"));
}

TEST(SpecToJson, NeverMountsAPlaceOfTheHost) {
  const VolumeMount rows[] = {{"/etc", "/x", false}, {"", "/x", false},       {"..", "/x", false},
                              {"a/b", "/x", false},  {"a:/etc", "/x", false}, {"v", "relative", false},
                              {"v", "/x:/y", false}};
  for (const auto& row : rows) {
    ContainerSpec spec;
    spec.volumes = {row};
    EXPECT_THROW((void)spec_to_json(spec), EngineError) << row.volume << " " << row.path;
  }
}

TEST(SpecToJson, NamesAnOddVariableWithoutItsValue) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "secret"}, {"A=B", "secret"}, {"A", std::string("secret\0", 7)}};
  for (const auto& row : rows) {
    ContainerSpec spec;
    spec.env.insert(row);
    try {
      (void)spec_to_json(spec);
      ADD_FAILURE() << row.first;
    } catch (const EngineError& fault) {
      EXPECT_EQ(fault.fault(), Fault::bad_request);
      EXPECT_EQ(std::string_view(fault.what()).find("secret"), std::string_view::npos);
    }
  }
}

TEST(VolumeToJson, ChecksTheName) {
  EXPECT_EQ(volume_to_json("v", {{"a", "b"}}), json::parse(R"({"Name":"v","Labels":{"a":"b"}})"));
  EXPECT_THROW((void)volume_to_json("/v", {}), EngineError);
}

TEST(NetworkToJson, NamesTheGateway) {
  EXPECT_EQ(network_to_json("n", "", {}),
            json::parse(R"({"Name":"n","Driver":"bridge","CheckDuplicate":true,"Labels":{}})"));
  EXPECT_EQ(network_to_json("n", "172.28.0.0/16", {{"a", "b"}}),
            json::parse(R"({"Name":"n","Driver":"bridge","CheckDuplicate":true,"Labels":{"a":"b"},
                 "IPAM":{"Driver":"default","Config":[{"Subnet":"172.28.0.0/16","Gateway":"172.28.0.1"}]}})"));
}

TEST(FiltersText, Table) {
  EXPECT_EQ(filters_text({}), "{}");
  EXPECT_EQ(filters_text({"a=b", "c"}), R"({"label":["a=b","c"]})");
  EXPECT_EQ(filters_text({"a"}, "container"), R"({"type":["container"],"label":["a"]})");
}

}  // namespace
}  // namespace trinity::engine
