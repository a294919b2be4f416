#pragma once
#include <optional>
#include <string>

#include "agentd/runtime/line_reader.h"

namespace trinity::agentd {

/// The lines of `claude --output-format stream-json`. The transcript is its lines, unchanged, without those that
/// `--include-partial-messages` adds: they are the pieces of what follows whole.
class ClaudeLines final : public LineReader {
 public:
  /// `cost_before`: what the CLI had reported for the resumed conversation; its totals go on from there.
  explicit ClaudeLines(double cost_before = 0) : cost_before_(cost_before) {}

  void line(std::string_view line, bool cut, Reading& into) override;
  void finish(Reading&) override {}
  /// A line that is an object already.
  void object(const boost::json::object& line, Reading& into);

  /// What the CLI reports as the cost of the whole conversation so far; nothing before the result.
  [[nodiscard]] std::optional<double> cost_reported() const noexcept { return cost_reported_; }

 private:
  void system(const boost::json::object& line, Reading& into);
  static void piece(const boost::json::object& line, Reading& into);
  void message(const boost::json::object& line, bool from_assistant, Reading& into);
  void call_tokens(const boost::json::object& message, Reading& into);
  void result(const boost::json::object& line, Reading& into);
  [[nodiscard]] std::optional<double> cost_of(const boost::json::object& line);
  [[nodiscard]] std::optional<std::int64_t> window_of(const boost::json::object& line) const;

  double cost_before_;
  std::optional<double> cost_reported_;
  std::string main_model_;
};

}  // namespace trinity::agentd
