#include "files/operation.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "base/errors.h"
#include "base/text.h"

namespace trinity::files {

namespace {

using std::chrono::seconds;
/// More of an agent's text than this is not shown.
constexpr std::size_t longest_text = 2'000;

boost::json::value detail_in(std::string_view body) {
  boost::system::error_code fault;
  auto parsed = boost::json::parse(body, fault);
  if (fault || !parsed.is_object()) return nullptr;
  auto* detail = parsed.get_object().if_contains("detail");
  return detail != nullptr ? std::move(*detail) : boost::json::value(nullptr);
}

/// The agent's reason without the words that it puts before it.
std::string reason_of(const boost::json::value& detail, std::string_view body) {
  if (!detail.is_string()) return preview(body, longest_text);
  std::string_view text = detail.get_string();
  if (text.starts_with("Failed to ")) {
    if (const auto mark = text.find(": "); mark != std::string_view::npos) text.remove_prefix(mark + 2);
  }
  return preview(text, longest_text);
}

}  // namespace

namespace operations {

const Operation listing{"browse files", "Failed to list files", "File listing timed out", seconds(30), false, true};
const Operation update{"update files", "Failed to update file", "File update timed out", seconds(60), true};
const Operation upload{"upload files", "Failed to upload file", "File upload timed out", seconds(60), true};
const Operation removal{"delete files", "Failed to delete file", "File deletion timed out", seconds(30), true};
const Operation new_folder{"create folders", "Failed to create folder", "Folder creation timed out", seconds(30), true};
const Operation move{"move files", "Failed to move file", "File move timed out", seconds(30), true};
const Operation download{
    "download files", "Failed to download file", "File download timed out", seconds(60), false, true};
const Operation preview{"preview files", "Failed to preview file", "File preview timed out", seconds(30)};

}  // namespace operations

Answer refusal_of(const Operation& operation, unsigned status, std::string_view body) {
  auto detail = detail_in(body);
  Answer answer;
  // 401 is between the server and the agent; a client would take it for its own.
  const bool clients_fault = status >= 400 && status < 500 && status != 401 && status != 408 && status != 426;
  if (clients_fault) {
    answer.status = status;
    if (operation.wraps) {
      answer.detail = fmt::format("{}: {}", operation.failed, preview(body, longest_text));
    } else {
      answer.detail = detail.is_null() ? boost::json::value(operation.failed) : std::move(detail);
    }
    return answer;
  }
  answer.status = status == 500 ? 500 : 502;
  answer.detail = fmt::format("{}: {}", operation.failed,
                              status == 401 ? "the agent does not know this server" : reason_of(detail, body));
  return answer;
}

void refuse(const Operation& operation, agentlink::Trouble trouble) {
  switch (trouble) {
    case agentlink::Trouble::unreachable:
      throw Unavailable("Agent server not ready. The agent may still be starting up.");
    case agentlink::Trouble::timeout:
      throw TimedOut(std::string(operation.timed_out));
    case agentlink::Trouble::lost:
    case agentlink::Trouble::refused:
      break;
  }
  throw BadGateway(fmt::format("{}: the connection to the agent ended", operation.failed));
}

}  // namespace trinity::files
