#include "agentd/runtime/text_lines.h"

#include "agentd/runtime/fields.h"
#include "base/text.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

/// Plain lines are kept together until something else comes; after this many bytes a new part begins.
constexpr std::size_t kLongestPart = 1024 * 1024;

std::optional<boost::json::object> event_in(std::string_view line) {
  if (line.empty() || line.front() != '{') return std::nullopt;
  auto found = object_in(line);
  if (!found || text_of(*found, "type").empty()) return std::nullopt;
  return found;
}

}  // namespace

void TextLines::line(std::string_view line, bool cut, Reading& into) {
  if (const auto found = cut ? std::nullopt : event_in(line)) {
    end_text(into);
    any_object_ = true;
    objects_.line(line, false, into);
    return;
  }
  if (text_.size() > kLongestPart) end_text(into);
  if (in_text_) text_ += '\n';
  auto text = to_utf8(line);
  if (cut) text += " [line cut]";
  text_ += text;
  into.pieces.push_back({text + '\n', !std::exchange(in_text_, true)});
}

/// Plain lines between two events are one part of the answer.
void TextLines::end_text(Reading& into) {
  if (!std::exchange(in_text_, false)) return;
  auto text = std::exchange(text_, {});
  while (text.ends_with('\n')) text.pop_back();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  into.shown.push_back({json::write(shown::text(text)), {}, true});
  into.events.emplace_back(event::Text{std::move(text)});
}

void TextLines::finish(Reading& into) {
  end_text(into);
  if (any_object_) return;
  // Programs that write text only know no turns: this was one.
  event::Result result;
  result.turns = 1;
  into.events.emplace_back(std::move(result));
}

}  // namespace trinity::agentd
