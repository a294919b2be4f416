#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fleet/types.h"

namespace trinity::live {

/// A change of the fleet, prepared once for all viewers.
struct Digested {
  fleet::Change change;
  /// Deleted: the agent that has this name now, when one container was replaced by another.
  fleet::AgentPtr successor;
  /// Status: the `data` of the event.
  std::string status_data;
  /// Updated and status: the other fields of the list item that differ; without is_owner and is_shared.
  boost::json::object fields;
};

struct Digest {
  std::vector<Digested> changes;
  bool first_list = false;  ///< the fleet has just learnt what exists: nothing of it is news
};

[[nodiscard]] Digest digest(const fleet::Publication& publication, bool loaded_before);

/// The list item as JSON, without is_owner and is_shared.
[[nodiscard]] boost::json::object item_of(const fleet::Agent& agent);
/// The fields of `after` that differ from `before`; those that are gone as null.
[[nodiscard]] boost::json::object difference(const boost::json::object& before, const boost::json::object& after);
/// UTC with Z, or null.
[[nodiscard]] boost::json::value time_or_null(const std::optional<Time>& time);

/// The broadcast that sockets get which never subscribed; nothing when the change is none of theirs.
[[nodiscard]] std::optional<std::string> classic_broadcast(const Digested& digested);

}  // namespace trinity::live
