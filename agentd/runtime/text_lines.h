#pragma once
#include <string>

#include "agentd/runtime/claude_lines.h"

namespace trinity::agentd {

/// The output of any program: a line that is a JSON object with a text `type` is an event in the shapes that the web UI
/// shows (system/init, assistant, user, result); every other line is plain text of the answer.
class TextLines final : public LineReader {
 public:
  void line(std::string_view line, bool cut, Reading& into) override;
  void finish(Reading& into) override;

 private:
  void end_text(Reading& into);

  ClaudeLines objects_;
  std::string text_;  ///< plain lines since the last event
  bool in_text_ = false;
  bool any_object_ = false;
};

}  // namespace trinity::agentd
