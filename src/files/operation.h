#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "agentlink/link.h"
#include "files/types.h"

namespace trinity::files {

/// The words and limits of one operation, as the contract has them.
struct Operation {
  std::string_view purpose;    ///< "Agent must be running to ..."
  std::string_view failed;     ///< "Failed to ..."
  std::string_view timed_out;  ///< "... timed out"
  std::chrono::seconds limit;
  bool writes = false;
  /// A refusal is told with the agent's whole answer behind `failed`; else with the agent's own words.
  bool wraps = false;
};

namespace operations {
extern const Operation listing;
extern const Operation update;
extern const Operation upload;
extern const Operation removal;
extern const Operation new_folder;
extern const Operation move;
extern const Operation download;
extern const Operation preview;
}  // namespace operations

/// What an agent's refusal means to the client: its faults stay as they are, but not those that are between the server
/// and the agent.
[[nodiscard]] Answer refusal_of(const Operation& operation, unsigned status, std::string_view body);

/// Throws what the client gets when the agent could not be asked.
[[noreturn]] void refuse(const Operation& operation, agentlink::Trouble trouble);

}  // namespace trinity::files
