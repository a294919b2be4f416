#include "runfeeds/rows.h"

#include "base/text.h"
#include "json/encode.h"

namespace trinity::runfeeds {

namespace {

constexpr std::size_t longest_message = 2 * 1024;
constexpr std::size_t longest_answer = 64 * 1024;
constexpr std::size_t preview_characters = 500;

/// As many bytes as hold this many characters, never a part of one.
std::string first_characters(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t characters = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && characters++ == most) break;
  }
  return text.substr(0, at);
}

}  // namespace

std::string beginning(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

boost::json::object list_row(const executions::Execution& record) {
  // What is not shown is not encoded: transcripts are large.
  auto shown = record;
  shown.execution_log.reset();
  shown.tool_calls.reset();
  shown.response.reset();
  const bool cut = shown.message.size() > longest_message;
  shown.message = beginning(shown.message, longest_message);
  if (shown.error) shown.error = beginning(*shown.error, longest_message);
  auto row = json::encode(shown).as_object();
  for (const auto* gone : {"execution_log", "tool_calls", "response"}) row.erase(gone);
  if (cut) row["message_cut"] = true;
  row["response_preview"] = nullptr;
  if (record.response) row["response_preview"] = first_characters(*record.response, preview_characters);
  // Its process in the agent has the record's id; pages show their Stop button by it.
  if (record.is_running()) row["execution_id"] = record.id;
  return row;
}

boost::json::object page_row(const executions::Execution& record) {
  auto row = list_row(record);
  row["response"] = nullptr;
  if (!record.response) return row;
  row["response"] = beginning(*record.response, longest_answer);
  if (record.response->size() > longest_answer) row["response_cut"] = true;
  return row;
}

}  // namespace trinity::runfeeds
