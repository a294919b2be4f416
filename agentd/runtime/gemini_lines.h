#pragma once
#include <string>

#include "agentd/runtime/line_reader.h"

namespace trinity::agentd {

/// The lines of `gemini --output-format stream-json`. The transcript is brought into the shapes that the web UI draws.
class GeminiLines final : public LineReader {
 public:
  /// `model`: what the run was asked to use, or the runtime's default; prices go by it.
  explicit GeminiLines(std::string model) : model_(std::move(model)) {}

  void line(std::string_view line, bool cut, Reading& into) override;
  void finish(Reading& into) override { end_message(into); }

 private:
  void object(const boost::json::object& line, Reading& into);
  void init(const boost::json::object& line, Reading& into);
  void message(const boost::json::object& line, Reading& into);
  void tool_use(const boost::json::object& line, Reading& into);
  void tool_result(const boost::json::object& line, Reading& into);
  void result(const boost::json::object& line, Reading& into);
  void end_message(Reading& into);

  std::string model_;
  std::string message_;  ///< the pieces of the message that is coming in
  bool in_message_ = false;
};

/// What a run on `model` costs, in US dollars, by Google's list prices.
[[nodiscard]] double gemini_cost(std::string_view model, std::int64_t input_tokens, std::int64_t output_tokens);

}  // namespace trinity::agentd
