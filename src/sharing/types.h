#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <string>

namespace trinity::sharing {

/// Body of POST /api/agents/{agent_name}/share (the contract's ShareRequest).
struct ShareRequest {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(ShareRequest, (), (email))

/// A share to be made. Addresses are stored in lower case.
struct NewShare {
  std::string agent;
  std::string email;
  std::int64_t by_id = 0;
  bool invites = false;  ///< the address may sign in by an e-mailed code from now on
};

}  // namespace trinity::sharing
