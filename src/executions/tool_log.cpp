#include "executions/tool_log.h"

#include <map>
#include <string>

#include "json/encode.h"

namespace trinity::executions {

namespace {

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// A result is a text, or a list of parts with texts.
json::value output_of(const json::object& block) {
  const auto* content = block.if_contains("content");
  if (content == nullptr) return nullptr;
  if (content->is_string()) return *content;
  if (!content->is_array()) return nullptr;
  std::string text;
  for (const auto& part : content->get_array()) {
    if (const auto* object = part.if_object()) text += text_of(*object, "text");
  }
  return json::value(text);
}

json::object entry(const std::string& id, const char* type, const std::string& tool, const std::string& at) {
  return {{"id", id},          {"type", type},       {"tool", tool},           {"input", nullptr},
          {"output", nullptr}, {"success", nullptr}, {"duration_ms", nullptr}, {"timestamp", at}};
}

class Reader {
 public:
  void line(const json::object& line) {
    const auto* message = line.if_contains("message");
    const auto* content =
        message != nullptr && message->is_object() ? message->get_object().if_contains("content") : nullptr;
    if (content == nullptr || !content->is_array()) return;
    const auto at = text_of(line, "timestamp");
    for (const auto& part : content->get_array()) {
      if (const auto* block = part.if_object()) take(*block, at);
    }
  }
  json::array entries;

 private:
  void take(const json::object& block, const std::string& at) {
    const auto type = text_of(block, "type");
    if (type == "tool_use") {
      const auto id = text_of(block, "id");
      const auto tool = text_of(block, "name");
      tools_[id] = tool;
      auto made = entry(id, "tool_use", tool, at);
      if (const auto* input = block.if_contains("input"); input != nullptr && input->is_object()) {
        made["input"] = *input;
      }
      entries.push_back(std::move(made));
    } else if (type == "tool_result") {
      const auto id = text_of(block, "tool_use_id");
      const auto known = tools_.find(id);
      auto made = entry(id, "tool_result", known == tools_.end() ? "Unknown" : known->second, at);
      made["output"] = output_of(block);
      const auto* broke = block.if_contains("is_error");
      made["success"] = !(broke != nullptr && broke->is_bool() && broke->get_bool());
      entries.push_back(std::move(made));
    }
  }

  std::map<std::string, std::string> tools_;  ///< by the call's id
};

}  // namespace

json::array tool_log(const json::array& transcript) {
  Reader reader;
  for (const auto& line : transcript) {
    if (const auto* object = line.if_object()) reader.line(*object);
  }
  return std::move(reader.entries);
}

}  // namespace trinity::executions
