#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "agents/name_locks.h"
#include "agents/service.h"
#include "base/gate.h"
#include "credentials/agent_answers.h"
#include "credentials/push_book.h"
#include "credentials/secret_box.h"
#include "credentials/secret_store.h"
#include "credentials/template_source.h"
#include "json/encode.h"
#include "live/hub_link.h"

namespace trinity::credentials {

using agents::CallerPtr;

/// What an agent has taken.
struct Pushed {
  std::size_t variables = 0;
  std::vector<std::string> file_paths{};     ///< below the home folder, as they were sent
  std::vector<std::string> updated_files{};  ///< whole paths in the container
  std::vector<std::string> files_written{};
  std::string note{};
};

struct DeliveryOptions {
  std::chrono::milliseconds limit{30'000};        ///< for an agent to take a push
  int attempts = 3;                               ///< at a start
  std::chrono::milliseconds pause{2'000};         ///< between them
  std::chrono::milliseconds start_waits{12'000};  ///< for these; what takes longer goes on behind the answer
  std::chrono::milliseconds first_retry{2'000};   ///< of a push in the background; then twice as long each time
  int most_retries = 8;
};

/// Brings credentials to running agents. One push is everything that is assigned to the agent, whoever assigned it; an
/// agent gets one push at a time, and so many agents at once. Whoever starts a container, by whatever way, its agent
/// gets what is assigned to it. Any I/O thread.
class Delivery {
 public:
  /// All must outlive it. `background`: of one I/O thread.
  struct Parts {
    agents::AgentService& agents;
    const fleet::Fleet& fleet;
    agentlink::AgentLink& link;
    SecretStore& store;
    const SecretBox& box;
    PushBook& book;
    TemplateSource& templates;
    live::HubLink& live;
    BlockingPool& pool;
    asio::any_io_executor background;
  };
  explicit Delivery(Parts parts, DeliveryOptions options = {});
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Everything at once, with `.mcp.json` made from the local template where there is one. Waits for a push of the same
  /// agent that is under way. Throws Unavailable when that takes too long, or the store cannot be reached.
  Task<std::expected<Pushed, AgentFault>> push(Call call, CallerPtr by, fleet::AgentPtr agent);

  /// For AgentService::on_started: pushes, a few times if need be, and tells the classic sockets that the agent has
  /// started. The contract's credentials_result; `unknown` when it takes longer than a person waits. Never throws.
  Task<json::object> at_start(Call call, fleet::AgentPtr agent);

  /// For each publication of the fleet, on its thread: containers that begin to run get their credentials, and a push
  /// to one that ends is given up.
  void follow(const fleet::Publication& publication);
  /// Looks soon whether this agent has everything it should. Any thread.
  void look_soon(std::string agent);

  /// A credential that changes, comes or goes changes these marks.
  [[nodiscard]] static std::vector<std::string> marks_of(const std::vector<Stored>& assigned,
                                                         const std::map<std::string, std::string>& ties);
  [[nodiscard]] static std::string mark_of(const Credential& meta);
  /// Whether the agent runs without having got what is assigned to it now.
  [[nodiscard]] bool is_pending(const fleet::Agent& agent, const std::vector<std::string>& marks) const;
  /// The same of one credential that is assigned to it.
  [[nodiscard]] bool lacks(const fleet::Agent& agent, const Credential& meta) const;
  [[nodiscard]] const PushBook& book() const noexcept { return parts_.book; }
  /// The agent and its rows are gone. Any thread; does not block.
  void forget(const std::string& agent);

 private:
  struct Assigned {
    std::vector<Stored> stored{};
    std::map<std::string, std::string> ties{};  ///< MCP server to id
    std::vector<Stored> tied{};                 ///< those the ties name
    std::vector<std::string> marks{};
  };
  struct Turn;
  struct Waiting;
  /// What is sent. The body is a secret.
  struct Parcel {
    std::string body{};
    std::size_t variables = 0;
    std::vector<std::string> file_paths{};
    std::vector<std::string> remarks{};
  };

  Task<Turn> enter(std::string agent);
  Task<Assigned> assigned_to(Call call, std::string agent);
  [[nodiscard]] Parcel packed(const Assigned& assigned, const std::set<std::string>& platform,
                              const std::optional<std::string>& mcp_config) const;
  Task<std::expected<Pushed, AgentFault>> push_now(Call call, CallerPtr by, fleet::AgentPtr agent,
                                                   const Assigned* assigned, bool with_mcp_config);
  Task<std::expected<Pushed, AgentFault>> send(Call call, fleet::AgentPtr agent, Parcel parcel);
  Task<> note(Call call, CallerPtr by, const fleet::Agent* agent, const Assigned* assigned,
              const std::expected<Pushed, AgentFault>* result);
  /// Of the container, from one start to the next.
  [[nodiscard]] static std::string run_of(const fleet::Agent& agent);
  [[nodiscard]] bool needs_push(const fleet::Agent& agent, const Assigned& assigned) const;

  static Task<> push_at_start(Delivery* delivery, fleet::AgentPtr agent, std::shared_ptr<Waiting> waiting);
  Task<json::object> started(Call call, fleet::AgentPtr agent);
  Task<fleet::AgentPtr> running_agent(std::string name);

  // ---- on the background thread only
  void soon(const std::string& agent);
  static Task<> work(Delivery* delivery);
  Task<> bring_up_to_date(std::string agent);
  void retry(const std::string& agent);
  static Task<> look_later(Delivery* delivery, std::string agent, std::chrono::milliseconds wait);

  Parts parts_;
  DeliveryOptions options_;
  agents::AgentLookup lookup_;
  agents::NameLocks turns_;
  std::shared_ptr<Gate> slots_;
  CallerPtr platform_;  ///< who pushes when nobody asked for it

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Hangup>> under_way_;

  std::deque<std::string> due_;
  std::set<std::string> is_due_;
  std::map<std::string, int> retries_;
  int workers_ = 0;
};

}  // namespace trinity::credentials
