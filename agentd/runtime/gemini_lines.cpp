#include "agentd/runtime/gemini_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <cctype>
#include <cmath>

#include "agentd/runtime/claude_lines.h"
#include "agentd/runtime/fields.h"
#include "base/ids.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::object;

/// A message is kept whole for the transcript until it ends; a longer one is shown in parts.
constexpr std::size_t kLongestMessage = 1024 * 1024;

/// US dollars per 1000 tokens.
struct Price {
  std::string_view model;
  double input;
  double output;
};
constexpr Price kOtherModels{"", 0.00125, 0.01};
constexpr std::array kPrices{
    Price{"gemini-3-pro", 0.002, 0.012},       Price{"gemini-3-flash", 0.0005, 0.003},
    Price{"gemini-2.5-pro", 0.00125, 0.01},    Price{"gemini-2.5-flash", 0.0003, 0.0025},
    Price{"gemini-2.0-flash", 0.0001, 0.0004}, Price{"gemini-2.0-flash-lite", 0.000075, 0.0003},
};

std::string error_text(const object& line) {
  const auto* error = object_of(line, "error");
  return error != nullptr ? text_of(*error, "message") : text_of(line, "error");
}

std::int64_t first_whole(const object& from, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (const auto found = whole_of(from, name)) return *found;
  }
  return 0;
}

event::Tokens tokens_of(const object& usage) {
  event::Tokens tokens;
  tokens.input = first_whole(usage, {"input_tokens", "inputTokens"});
  tokens.output = first_whole(usage, {"output_tokens", "outputTokens"});
  tokens.cache_read = std::min(tokens.input, first_whole(usage, {"cached", "cached_tokens"}));
  return tokens;
}

}  // namespace

double gemini_cost(std::string_view model, std::int64_t input_tokens, std::int64_t output_tokens) {
  std::string name(model);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto* found =
      std::find_if(kPrices.begin(), kPrices.end(), [&](const Price& price) { return price.model == name; });
  const auto& price = found != kPrices.end() ? *found : kOtherModels;
  const auto cost =
      static_cast<double>(input_tokens) / 1000 * price.input + static_cast<double>(output_tokens) / 1000 * price.output;
  return std::round(cost * 1e6) / 1e6;
}

void GeminiLines::line(std::string_view line, bool cut, Reading& into) {
  if (line.empty()) return;
  const auto found = cut ? std::nullopt : object_in(line);
  if (!found) {
    into.events.emplace_back(event::Notice{fmt::format("a line that is no JSON: {}", line.substr(0, 100))});
    return;
  }
  object(*found, into);
}

void GeminiLines::object(const boost::json::object& line, Reading& into) {
  const auto type = text_of(line, "type");
  if (type == "message") {
    message(line, into);
    return;
  }
  end_message(into);
  if (type == "init") {
    init(line, into);
  } else if (type == "tool_use") {
    tool_use(line, into);
  } else if (type == "tool_result") {
    tool_result(line, into);
  } else if (type == "result") {
    result(line, into);
  } else if (type == "error") {
    if (auto text = text_of(line, "message"); !text.empty()) into.events.emplace_back(event::Error{std::move(text)});
  } else if (type == "assistant" || type == "user") {
    into.shown.push_back({json::write(line), {}});
    ClaudeLines().object(line, into);
  } else {
    into.shown.push_back({json::write(line), {}});
  }
}

void GeminiLines::init(const boost::json::object& line, Reading& into) {
  auto id = text_of(line, "session_id");
  const auto model = text_of(line, "model");
  into.shown.push_back({json::write(shown::session(id, model)), {}});
  if (!id.empty()) into.events.emplace_back(event::Session{std::move(id), model});
}

/// The pieces of a message follow each other; whatever comes between ends it, and so does a whole message.
void GeminiLines::message(const boost::json::object& line, Reading& into) {
  auto text = text_of(line, "content");
  if (text_of(line, "role") != "assistant" || text.empty()) return;
  const bool piece = is_true(line, "delta");
  if (!piece || message_.size() > kLongestMessage) end_message(into);
  message_ += text;
  if (piece) into.pieces.push_back({text, !in_message_});
  into.events.emplace_back(event::Text{std::move(text), std::exchange(in_message_, true)});
  if (!piece) end_message(into);
}

void GeminiLines::end_message(Reading& into) {
  if (!std::exchange(in_message_, false)) return;
  into.shown.push_back({json::write(shown::text(std::exchange(message_, {}))), {}, true});
}

void GeminiLines::tool_use(const boost::json::object& line, Reading& into) {
  event::ToolStart start{text_of(line, "tool_id"), text_of(line, "tool_name"), {}};
  if (start.id.empty()) start.id = random_uuid();
  if (start.name.empty()) start.name = text_of(line, "name");
  if (start.name.empty()) start.name = "Unknown";
  const auto* input = object_of(line, "parameters");
  if (input == nullptr) input = object_of(line, "input");
  if (input != nullptr) start.input = *input;
  into.shown.push_back({json::write(shown::tool_use(start.id, start.name, start.input)), {}});
  into.events.emplace_back(std::move(start));
}

void GeminiLines::tool_result(const boost::json::object& line, Reading& into) {
  event::ToolEnd end{text_of(line, "tool_id"), text_of(line, "output"), text_of(line, "status") == "error"};
  if (end.failed && end.output.empty()) end.output = error_text(line);
  into.shown.push_back({json::write(shown::tool_result(end.id, end.output, end.failed)), end.id});
  into.events.emplace_back(std::move(end));
}

void GeminiLines::result(const boost::json::object& line, Reading& into) {
  const auto* stats = object_of(line, "stats");
  if (stats == nullptr) stats = object_of(line, "usage");
  auto tokens = stats != nullptr ? tokens_of(*stats) : event::Tokens{};
  auto model = model_;
  if (const auto* usage = object_of(line, "modelUsage"); usage != nullptr && !usage->empty()) {
    if (const auto* entry = usage->begin()->value().if_object()) {
      model = usage->begin()->key();
      tokens = tokens_of(*entry);
      if (const auto window = whole_of(*entry, "contextWindow")) into.events.emplace_back(event::Context{*window});
    }
  }
  const auto told = amount_of(line, "total_cost_usd").value_or(0);
  const auto cost = told > 0 ? told : gemini_cost(model, tokens.input, tokens.output);
  event::Result result;
  result.answer = text_of(line, "result");
  result.failed = text_of(line, "status") == "error" || is_true(line, "is_error");
  const auto* error = object_of(line, "error");
  result.turn_limit = error != nullptr && text_of(*error, "type") == "FatalTurnLimitedError";
  if (result.failed) result.cause = error_text(line);
  result.duration_ms = stats != nullptr ? whole_of(*stats, "duration_ms") : whole_of(line, "duration_ms");
  result.turns = whole_of(line, "num_turns");
  into.shown.push_back(
      {json::write(boost::json::object{
           {"type", "result"},
           {"subtype", result.failed ? "error_during_execution" : "success"},
           {"is_error", result.failed},
           {"result", result.failed ? result.cause : result.answer},
           {"total_cost_usd", cost},
           {"duration_ms", result.duration_ms ? boost::json::value(*result.duration_ms) : boost::json::value(nullptr)},
           {"num_turns", result.turns ? boost::json::value(*result.turns) : boost::json::value(nullptr)},
           {"usage",
            {{"input_tokens", tokens.input}, {"output_tokens", tokens.output}, {"cached", tokens.cache_read}}}}),
       {}});
  into.events.emplace_back(event::RunTokens{tokens});
  into.events.emplace_back(event::Cost{cost});
  into.events.emplace_back(std::move(result));
}

}  // namespace trinity::agentd
