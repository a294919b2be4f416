#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "engine/docker_json.h"

namespace trinity::engine {
namespace {

namespace json = boost::json;

constexpr const char* answer = R"({
  "Id": "abc", "Image": "sha256:77", "Name": "/agent-bot",
  "Config": {"Image": "base:1", "Hostname": "agent-bot", "Labels": {"k": "v"}, "Cmd": ["agentd"], "User": "developer",
             "Env": ["A=1", "B=x=y", "EMPTY=", "odd"]},
  "HostConfig": {"Memory": 4096, "CpuPeriod": 100000, "CpuQuota": 50000, "NanoCpus": 0, "PidsLimit": 10,
    "CapDrop": ["ALL"], "CapAdd": ["CHOWN"], "SecurityOpt": ["no-new-privileges"], "Tmpfs": {"/tmp": "size=100m"},
    "NetworkMode": "net", "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
    "PortBindings": {"22/tcp": [{"HostIp": "127.0.0.1", "HostPort": "2222"}], "53/udp": [{"HostPort": "53"}]}},
  "Mounts": [{"Type": "volume", "Name": "work", "Destination": "/home", "RW": true},
             {"Type": "volume", "Name": "in", "Destination": "/in", "RW": false},
             {"Type": "bind", "Source": "/srv/x", "Destination": "/config", "RW": false},
             {"Type": "tmpfs", "Destination": "/t"}]})";

TEST(ParseDescription, ReadsWhatIsNeededToMakeItAgain) {
  const auto made = parse_description(answer);
  EXPECT_EQ(made.image_id, "sha256:77");
  EXPECT_EQ(made.spec.env, (std::map<std::string, std::string>{{"A", "1"}, {"B", "x=y"}, {"EMPTY", ""}}));
  const auto expected = json::parse(R"({
    "Image":"base:1","Hostname":"agent-bot","Env":["A=1","B=x=y","EMPTY="],"Labels":{"k":"v"},
    "ExposedPorts":{"22/tcp":{}},
    "HostConfig":{
      "Memory":4096,"CpuPeriod":100000,"CpuQuota":50000,"PidsLimit":10,"CapDrop":["ALL"],"CapAdd":["CHOWN"],
      "SecurityOpt":["no-new-privileges"],"Binds":["work:/home:rw","in:/in:ro","/srv/x:/config:ro"],
      "Tmpfs":{"/tmp":"size=100m"},"NetworkMode":"net","RestartPolicy":{"Name":"unless-stopped"},
      "PortBindings":{"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"2222"}]}},
    "NetworkingConfig":{"EndpointsConfig":{"net":{}}}})");
  EXPECT_EQ(spec_to_json(made.spec), expected);
}

TEST(ParseDescription, TakesWhatIsMissingForNothing) {
  const auto made = parse_description(R"({"Id": "abc", "HostConfig": {"PidsLimit": null, "Tmpfs": null}})");
  EXPECT_TRUE(made.spec.env.empty() && made.spec.volumes.empty() && made.spec.ports.empty());
  EXPECT_EQ(made.spec.pids_limit, 0);
}

TEST(ParseDescription, RefusesWhatIsNoAnswer) {
  for (const auto* text : {"", "[]", "{", "null"}) EXPECT_THROW((void)parse_description(text), EngineError) << text;
}

TEST(ParseDescription, TheEnginesOwnNetworksTakeNoEndpoint) {
  ContainerSpec spec;
  for (const auto* mode : {"default", "bridge", "host", "none", "container:abc"}) {
    spec.network = mode;
    const auto body = spec_to_json(spec).as_object();
    EXPECT_FALSE(body.contains("NetworkingConfig")) << mode;
    EXPECT_EQ(body.at("HostConfig").at("NetworkMode"), mode);
  }
}

TEST(ParseDescription, PathsThatWouldMeanSomethingElseAreRefused) {
  ContainerSpec spec;
  for (const auto& bind : {BindMount{"relative", "/x"}, BindMount{"/a:b", "/x"}, BindMount{"/a", "/x:rw"}}) {
    spec.binds = {bind};
    EXPECT_THROW((void)spec_to_json(spec), EngineError) << bind.source << bind.path;
  }
}

TEST(ParseInspect, TellsKeysApartWithoutKeepingThem) {
  const auto key_of = [](const std::string& env) {
    return parse_inspect(R"({"Id": "a", "Config": {"Env": [)" + env + "]}}").model_key;
  };
  EXPECT_EQ(key_of(R"("ANTHROPIC_API_KEY=sk-1")"), key_digest("sk-1"));
  EXPECT_NE(key_of(R"("ANTHROPIC_API_KEY=sk-2")"), key_digest("sk-1"));
  for (const auto* env : {"", R"("ANTHROPIC_API_KEY=")", R"("ANTHROPIC_API_KEY_OLD=sk-1")", R"("X=1")", "7"})
    EXPECT_EQ(key_of(env), 0U) << env;
}

}  // namespace
}  // namespace trinity::engine
