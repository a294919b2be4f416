#pragma once
#include <cstdint>
#include <string>

#include "cli/api.h"
#include "cli/terminal.h"

namespace trinity::cli {

/// What is shown of a run while it goes on: the text as it is written, and a line for each tool. Takes what the live
/// topic of the run tells; what came before is not printed again after a lost connection.
class RunPrinter {
 public:
  explicit RunPrinter(Terminal& terminal) : terminal_(terminal) {}

  void snapshot(const json::object& data);
  void change(const std::string& event, const json::object& data);
  /// The run has ended: whatever was not shown of its answer.
  void finish(const std::string& response);
  /// Something else is to be said now.
  void end_line();

 private:
  void entries(std::int64_t index, const json::object& data, std::string_view field);
  void entry(const json::object& line);
  void block(const json::object& block);
  /// The whole text of a message, as far as it is known.
  void message(std::string_view text);
  void piece(std::string_view text);

  Terminal& terminal_;
  std::int64_t next_ = 0;  ///< number of the next entry
  std::string written_;    ///< of the message that is being written, printed already
  bool said_ = false;      ///< any text was printed
  bool line_open_ = false;
};

}  // namespace trinity::cli
