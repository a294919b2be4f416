#pragma once
#include <string>
#include <unordered_set>

#include "agentd/runtime/line_reader.h"

namespace trinity::agentd {

/// The lines of `codex exec --json`. The transcript is brought into the shapes that the web UI draws. The CLI tells no
/// cost.
class CodexLines final : public LineReader {
 public:
  /// `before`: the tokens that the CLI had reported for the resumed conversation; its totals go on from there.
  CodexLines(std::string model, event::Tokens before) : model_(std::move(model)), before_(before) {}

  void line(std::string_view line, bool cut, Reading& into) override;
  void finish(Reading&) override {}

  /// What the CLI reports for the whole conversation so far.
  [[nodiscard]] const event::Tokens& tokens_reported() const noexcept { return reported_; }

 private:
  void object(const boost::json::object& line, Reading& into);
  void item(const boost::json::object& item, std::string_view stage, Reading& into);
  void part(const std::string& text, Reading& into);
  void tool(const boost::json::object& item, std::string_view kind, std::string_view stage, Reading& into);
  void turn_end(const boost::json::object& line, bool failed, Reading& into);

  std::string model_;
  event::Tokens before_;
  event::Tokens reported_;
  std::unordered_set<std::string> open_;  ///< tool calls that have begun
  std::string error_;
  std::string written_;  ///< of a message that is told in parts
};

}  // namespace trinity::agentd
