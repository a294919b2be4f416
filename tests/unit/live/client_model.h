#pragma once
// What a client that follows the protocol knows of the topic `agents`.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "fixture.h"

namespace trinity::live::testing {

/// Keeps the list as a client would.
class ClientModel {
 public:
  explicit ClientModel(std::shared_ptr<const Caller> who) : who(std::move(who)) {}

  void take(const json::object& frame) {
    if (text(frame, "type") == "subscribed" || text(frame, "type") == "resync") {
      const auto& snapshot = frame.at("snapshot");
      if (snapshot.is_null()) {
        ++resumed;
        return;
      }
      ++snapshots;
      seq = frame.at("seq").to_number<std::uint64_t>();
      agents.clear();
      for (const auto& item : snapshot.at("agents").as_array()) add(item.as_object());
      return;
    }
    ASSERT_TRUE(frame.contains("event")) << json::serialize(frame);
    ASSERT_EQ(frame.at("seq").to_number<std::uint64_t>(), seq + 1) << "a gap";
    ++seq;
    const auto& data = frame.at("data").as_object();
    const auto name = text(data, "name");
    const auto event = text(frame, "event");
    if (event == "agent_created") {
      add(data);
    } else if (event == "agent_deleted") {
      ASSERT_EQ(agents.erase(name), 1U) << "deleted an agent that was not there";
    } else if (event == "agent_updated" || event == "agent_status") {
      ASSERT_TRUE(agents.contains(name)) << event << " of an unknown agent";
      for (const auto& [key, value] : data) agents[name][key] = value;
    }
  }

  std::shared_ptr<const Caller> who;
  std::map<std::string, json::object> agents;
  std::uint64_t seq = 0;
  int snapshots = 0;
  int resumed = 0;
  SocketId id = 0;
  std::shared_ptr<FakeSubscriber> socket;

 private:
  void add(const json::object& item) { agents[text(item, "name")] = item; }
};

}  // namespace trinity::live::testing
