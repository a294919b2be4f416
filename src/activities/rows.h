#pragma once
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "activities/store.h"
#include "db/session.h"

namespace trinity::activities {

/// Statements of the store that read, inside a job of the database.

/// In the order that `activities_from` reads them.
inline constexpr const char* columns =
    "id, agent_name, activity_type, activity_state, parent_activity_id, started_at, completed_at, duration_ms, "
    "user_id, "
    "triggered_by, related_chat_message_id, related_execution_id, details, error, created_at";
[[nodiscard]] std::vector<Activity> activities_from(db::Query query);

/// A window with its ends found. The order is (created_at, id), both descending.
struct Bounds {
  std::int64_t limit = 0;
  std::string from;
  std::string until;
  std::string behind_at;  ///< only rows behind this place
  std::string behind_id;
  std::string filter;    ///< further conditions
  bool nothing = false;  ///< no row can match

  void stand_behind(const Activity& row) {
    behind_at = row.created_at;
    behind_id = row.id;
  }
};
/// Nothing: Window::before is unknown.
[[nodiscard]] std::optional<Bounds> bounds_of(db::Session& session, const Window& window);

/// As many as a statement can bind beside the bounds.
inline constexpr std::size_t agents_in_one = 20;
/// The newest of at most so many agents. Each one's rows are read along an index, no more than the limit.
[[nodiscard]] std::vector<Activity> of_some(db::Session& session, const Bounds& bounds,
                                            std::span<const std::string> agents);
[[nodiscard]] std::vector<Activity> of_every(db::Session& session, const Bounds& bounds);
/// How many of the newest rows are whose; of no more rows than the limit.
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> counts_of(db::Session& session, const Bounds& bounds);
/// What goes on and began before the bounds do.
[[nodiscard]] std::vector<Activity> open_before(db::Session& session, const Bounds& bounds);
/// What began before the bounds do and ended within them; among as many as the limit that began last before them.
[[nodiscard]] std::vector<Activity> reaching_into(db::Session& session, const Bounds& bounds);
/// Its statement: bound to the limit and where the bounds begin.
[[nodiscard]] std::string reaching_statement(const Bounds& bounds);

}  // namespace trinity::activities
