#include "cli/run_printer.h"

#include <array>
#include <ostream>

#include "cli/table.h"

namespace trinity::cli {

namespace {

constexpr std::size_t kWidestTool = 100;

const json::object* object_in(const json::object& from, std::string_view field) {
  const auto* found = from.if_contains(field);
  return found != nullptr ? found->if_object() : nullptr;
}

/// What a tool is used on, as far as one line can say it.
std::string subject_of(const json::object& input) {
  constexpr std::array fields{"description", "command", "file_path", "path", "pattern", "url", "query"};
  for (const auto* field : fields) {
    if (auto text = text_of(input, field); !text.empty()) return text;
  }
  return {};
}

}  // namespace

void RunPrinter::end_line() {
  if (std::exchange(line_open_, false)) terminal_.out << '\n' << std::flush;
}

void RunPrinter::piece(std::string_view text) {
  if (text.empty()) return;
  terminal_.out << harmless_lines(text) << std::flush;
  said_ = true;
  line_open_ = !text.ends_with('\n');
}

void RunPrinter::message(std::string_view text) {
  if (text.starts_with(written_)) {
    piece(text.substr(written_.size()));
  } else {
    end_line();
    piece(text);
  }
  written_ = text;
}

void RunPrinter::snapshot(const json::object& data) {
  entries(static_cast<std::int64_t>(number_of(data, "log_from")), data, "log");
  if (const auto partial = text_of(data, "partial"); !partial.empty()) message(partial);
}

void RunPrinter::change(const std::string& event, const json::object& data) {
  if (event == "execution_log_append") {
    entries(static_cast<std::int64_t>(number_of(data, "index")), data, "entries");
  } else if (event == "execution_text") {
    const auto text = text_of(data, "text");
    if (number_of(data, "at") > 0) {
      written_ += text;
      piece(text);
    } else if (text.empty()) {
      written_.clear();
    } else {
      message(text);
    }
  }
}

void RunPrinter::entries(std::int64_t index, const json::object& data, std::string_view field) {
  const auto* list = data.if_contains(field);
  if (list == nullptr || !list->is_array()) return;
  for (const auto& one : list->get_array()) {
    if (index++ < next_) continue;
    next_ = index;
    if (one.is_object()) entry(one.get_object());
  }
}

/// Lines that agents of the usual kind write: what the agent says, and the tools that it uses.
void RunPrinter::entry(const json::object& line) {
  if (text_of(line, "type") != "assistant") return;
  const auto* message = object_in(line, "message");
  const auto* content = message != nullptr ? message->if_contains("content") : nullptr;
  if (content == nullptr || !content->is_array()) return;
  for (const auto& one : content->get_array()) {
    if (one.is_object()) block(one.get_object());
  }
}

void RunPrinter::block(const json::object& block) {
  const auto type = text_of(block, "type");
  if (type == "text") {
    message(text_of(block, "text"));
    end_line();
    written_.clear();
  } else if (type == "tool_use") {
    end_line();
    auto line = text_of(block, "name");
    if (const auto* input = object_in(block, "input")) {
      if (const auto subject = subject_of(*input); !subject.empty()) line += ": " + subject;
    }
    const auto shown = "* " + shortened(harmless(line, false), kWidestTool);
    terminal_.err << paint(terminal_, Colour::dim, shown) << '\n' << std::flush;
  }
}

void RunPrinter::finish(const std::string& response) {
  end_line();
  written_.clear();
  if (said_) return;
  piece(response);
  end_line();
}

}  // namespace trinity::cli
