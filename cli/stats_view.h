#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/session.h"
#include "cli/table.h"

namespace trinity::cli {

/// The newest figures of some agents, by name.
class StatsView {
 public:
  /// What the table shows: all figures of an agent, or those that the server tells of the whole fleet at once.
  enum class Form { whole, fleet };

  explicit StatsView(Form form) : form_(form) {}

  void clear() noexcept { figures_.clear(); }
  void replace(const std::string& name, json::object figures);
  /// Changed fields over those known.
  void merge(const std::string& name, const json::object& changes);
  void remove(const std::string& name) { figures_.erase(name); }
  [[nodiscard]] bool empty() const noexcept { return figures_.empty(); }

  [[nodiscard]] json::array rows() const;
  /// The figures of one agent, `name` included; empty when it is not known.
  [[nodiscard]] json::object row(const std::string& name) const;
  [[nodiscard]] Table table() const;
  /// The head and one agent, in columns that stay as wide from row to row.
  [[nodiscard]] Table table_of(const std::string& name) const;

 private:
  Form form_;
  std::map<std::string, json::object> figures_;
};

/// Follows the figures of the agents named, or of all that run (those that start later, too), until the person ends it.
/// On a terminal the table is drawn in place; elsewhere each change is one line (JSON: one object).
void watch_stats(Session& session, const std::vector<std::string>& names);

/// The figures of these agents now, or of all that run.
[[nodiscard]] StatsView stats_now(Api& api, const std::vector<std::string>& names);

}  // namespace trinity::cli
