#pragma once
#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace trinity::system {

// The schemas of the contract.
struct Health {
  std::string status = "healthy";
  std::string timestamp;  ///< the server's local time, without zone
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, timestamp))

struct Components {
  std::string backend;
  std::string agent_server;
  std::string base_image;
};
BOOST_DESCRIBE_STRUCT(Components, (), (backend, agent_server, base_image))

struct VersionInfo {
  std::string version;
  std::string platform = "trinity";
  Components components;
  std::vector<std::string> runtimes{"claude-code", "gemini-cli"};
  std::string build_date;
};
BOOST_DESCRIBE_STRUCT(VersionInfo, (), (version, platform, components, runtimes, build_date))

}  // namespace trinity::system
