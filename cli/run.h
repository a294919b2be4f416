#pragma once
#include <string>
#include <vector>

#include "cli/session.h"

namespace trinity::cli {

/// How a run is shown that this person has asked for.
struct RunView {
  bool stream = true;  ///< on a terminal: what the agent says, while it says it
  bool stops = true;   ///< Ctrl-C stops the run; a second one leaves
};

/// Starts a chat or a task (`kind`) that goes on by itself, once however often it has to be asked for. The record's id.
/// Throws Fault.
[[nodiscard]] std::string start_run(Session& session, const std::string& agent, const char* kind,
                                    const json::object& body);

/// Shows it until it has ended; its record. Throws Fault when it cannot be followed.
json::object follow_run(Session& session, const std::string& agent, const std::string& id, RunView view);

/// Prints what became of it: the answer where it was not shown, or with --json the record. Throws Fault (failed) with
/// the reason when it failed.
void tell_end(Session& session, const json::object& record);

/// The whole record.
[[nodiscard]] json::object record_of(Session& session, const std::string& agent, const std::string& id);

/// Words of the command line as one message; a single dash, or no words where nobody types: what stands on standard
/// input. Throws Fault (usage) when there is none.
[[nodiscard]] std::string message_of(Session& session, const std::vector<std::string>& words);

}  // namespace trinity::cli
