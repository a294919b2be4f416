#include "runfeeds/rows.h"

#include "base/masking.h"
#include "base/text.h"
#include "executions/preview.h"
#include "json/encode.h"

namespace trinity::runfeeds {

namespace {

constexpr std::size_t longest_message = 2 * 1024;
constexpr std::size_t longest_answer = 64 * 1024;
constexpr std::size_t answer_characters = 500;

}  // namespace

std::string beginning(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string shown_beginning(const std::string& text, std::size_t bytes) {
  // A key at the cut is still known as one.
  constexpr std::size_t longest_key = 1024;
  return beginning(masked(beginning(text, bytes + longest_key)), bytes);
}

std::string preview_of(std::string_view message) {
  using executions::preview_characters;
  return preview(masked(executions::first_characters(message, 8 * preview_characters)), preview_characters);
}

boost::json::object list_row(const executions::Execution& record) {
  // What is not shown is not encoded: transcripts are large.
  auto shown = record;
  shown.execution_log.reset();
  shown.tool_calls.reset();
  shown.response.reset();
  const bool cut = shown.message.size() > longest_message;
  shown.message = shown_beginning(shown.message, longest_message);
  if (shown.error) shown.error = shown_beginning(*shown.error, longest_message);
  auto row = json::encode(shown).as_object();
  for (const auto* gone : {"execution_log", "tool_calls", "response"}) row.erase(gone);
  if (cut) row["message_cut"] = true;
  row["response_preview"] = nullptr;
  if (record.response) row["response_preview"] = executions::shown_characters(*record.response, answer_characters);
  // Its process in the agent has the record's id; pages show their Stop button by it.
  if (record.is_running()) row["execution_id"] = record.id;
  return row;
}

boost::json::object page_row(const executions::Execution& record) {
  auto row = list_row(record);
  row["response"] = nullptr;
  if (!record.response) return row;
  row["response"] = shown_beginning(*record.response, longest_answer);
  if (record.response->size() > longest_answer) row["response_cut"] = true;
  return row;
}

}  // namespace trinity::runfeeds
