#include "cli/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <optional>
#include <ostream>

#include "base/ids.h"
#include "cli/exit_code.h"
#include "cli/interrupts.h"
#include "cli/live_feed.h"
#include "cli/run_printer.h"
#include "cli/server_address.h"

namespace trinity::cli {

namespace {

/// How often a server is asked that does not send runs live.
constexpr std::chrono::seconds kPollEvery{2};
constexpr std::size_t kMostBytesOfMessage = 512 * 1024;

bool is_running(const json::object& record) {
  return text_of(record, "status") == "running";
}

void say_place(Session& session, const json::object& execution) {
  const auto status = text_of(execution, "queue_status");
  if (!status.starts_with("queued:") || session.as_json()) return;
  session.terminal().err << fmt::format("The agent is busy; this is number {} in its line.\n",
                                        harmless(status.substr(7), false))
                         << std::flush;
}

/// An answer that was lost on its way does not start a second run: the key is the same.
json::value asked_once(Session& session, const std::string& agent, Call call) {
  call.headers = {"Prefer: respond-async", "Idempotency-Key: " + random_uuid()};
  try {
    return ask_about(session.api(), agent, call);
  } catch (const Fault& fault) {
    if (fault.code() != ExitCode::unreachable) throw;
    session.terminal().err << fault.what() << "; trying again\n" << std::flush;
  }
  session.wait(std::chrono::seconds(1));
  return ask_about(session.api(), agent, call);
}

[[noreturn]] void cannot_follow(const std::string& agent, const std::string& reason) {
  const auto shown = harmless(agent, false);
  if (reason == "session_expired") throw Fault(ExitCode::not_signed_in, "the session has ended", kSignInHint);
  if (reason == "agent_deleted") throw Fault(ExitCode::not_found, shown + ": the agent is deleted");
  if (reason == "access_revoked") throw Fault(ExitCode::not_found, shown + ": you may no longer see this agent");
  throw Fault(ExitCode::failed, shown + ": the run cannot be followed: " + harmless(reason, false));
}

/// Until its end is told.
void follow_live(Session& session, const std::string& agent, const std::string& id, RunPrinter* printer) {
  LiveFeed feed(session);
  feed.subscribe({{"execution:" + agent + ":" + id}});
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended) cannot_follow(agent, event.name);
    if (event.kind == LiveEvent::Kind::snapshot) {
      if (printer != nullptr) printer->snapshot(event.data);
      const auto* execution = event.data.if_contains("execution");
      if (execution != nullptr && execution->is_object() && !is_running(execution->get_object())) return;
    } else if (event.name == "execution_finished") {
      return;
    } else if (printer != nullptr) {
      printer->change(event.name, event.data);
    }
  }
}

void follow_by_asking(Session& session, const std::string& agent, const std::string& id) {
  while (is_running(record_of(session, agent, id))) session.wait(kPollEvery);
}

/// Asks for the stop on a connection of its own: the main thread waits for news.
std::function<void()> stopper(Session& session, const std::string& agent, const std::string& id) {
  return [&session, agent, id] {
    auto& err = session.terminal().err;
    err << "\nStopping it; Ctrl-C again leaves without waiting.\n" << std::flush;
    try {
      ask_about(*session.another_api(), agent,
                {.method = "POST", .path = "/executions/" + path_segment(id) + "/terminate"});
    } catch (const Fault& fault) {
      err << fault.what() << '\n' << std::flush;
    }
  };
}

}  // namespace

std::string start_run(Session& session, const std::string& agent, const char* kind, const json::object& body) {
  const auto answer =
      asked_once(session, agent, {.method = "POST", .path = std::string("/") + kind, .body = json::serialize(body)});
  const auto* execution = answer.as_object().if_contains("execution");
  const auto id = execution != nullptr && execution->is_object() ? text_of(execution->get_object(), "task_execution_id")
                                                                 : std::string();
  if (id.empty()) throw Fault(ExitCode::failed, "the server started a run and does not tell which");
  say_place(session, execution->get_object());
  return id;
}

json::object record_of(Session& session, const std::string& agent, const std::string& id) {
  return ask_about(session.api(), agent, {.path = "/executions/" + path_segment(id)}).as_object();
}

json::object follow_run(Session& session, const std::string& agent, const std::string& id, RunView view) {
  const bool shown = view.stream && session.terminal().person_reads && !session.as_json();
  RunPrinter printer(session.terminal());
  {
    std::optional<Interrupts> interrupts;
    if (view.stops) interrupts.emplace(stopper(session, agent, id));
    bool live = true;
    try {
      follow_live(session, agent, id, shown ? &printer : nullptr);
    } catch (const NotLive& fault) {
      session.terminal().err << fmt::format("{}; asking every {} s instead\n", fault.what(), kPollEvery.count());
      live = false;
    }
    if (!live) follow_by_asking(session, agent, id);
  }
  auto record = record_of(session, agent, id);
  if (shown) printer.finish(text_of(record, "response"));
  if (!shown && !session.as_json() && text_of(record, "status") == "success") {
    const auto response = text_of(record, "response");
    auto& terminal = session.terminal();
    terminal.out << (terminal.person_reads ? harmless_lines(response) : response);
    if (!response.ends_with('\n')) terminal.out << '\n';
    terminal.out << std::flush;
  }
  return record;
}

void tell_end(Session& session, const json::object& record) {
  if (session.as_json()) session.print_json(record);
  if (text_of(record, "status") == "success") return;
  auto why = harmless(text_of(record, "error"), false);
  throw Fault(ExitCode::failed, why.empty() ? "the run has failed" : why);
}

std::string message_of(Session& session, const std::vector<std::string>& words) {
  const bool from_input = words.size() == 1 && words.front() == "-";
  std::string text;
  if (!words.empty() && !from_input) {
    text = fmt::format("{}", fmt::join(words, " "));
  } else {
    if (!from_input && session.terminal().person_types) throw Fault(ExitCode::usage, "a message is missing");
    auto& in = session.terminal().in;
    for (auto c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
      text += static_cast<char>(c);
      if (text.size() > kMostBytesOfMessage) throw Fault(ExitCode::usage, "the message is larger than 512 KiB");
    }
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw Fault(ExitCode::usage, "the message is empty");
  return text;
}

}  // namespace trinity::cli
