#include "logs/batch.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "logs/stamp.h"

namespace trinity::logs {

std::string_view word_of(State state) noexcept {
  switch (state) {
    case State::connecting:
      return "connecting";
    case State::following:
      return "following";
    case State::ended:
      return "ended";
    case State::interrupted:
      break;
  }
  return "interrupted";
}

std::string json_of(const Line& line) {
  const auto at = line.at_nano == 0 ? "null" : '"' + stamp_text(line.at_nano) + '"';
  const auto text = boost::json::serialize(boost::json::value(boost::json::string(line.text)));
  const auto* stream = line.stream == Stream::err ? "stderr" : "stdout";
  auto json = fmt::format(R"({{"ts":{},"stream":"{}","text":{})", at, stream, text);
  if (line.cut > 0) json += fmt::format(R"(,"cut":{})", line.cut);
  json += '}';
  return json;
}

void Gathering::add(Line line) {
  bytes_ += line.text.size();
  lines_.push_back(std::move(line));
  while (lines_.size() > bounds_.lines || (bytes_ > bounds_.bytes && lines_.size() > 1)) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
    ++lost_;
  }
}

Batch Gathering::take() {
  Batch batch;
  batch.lines.reserve(lines_.size());
  for (const auto& line : lines_) batch.lines.push_back(json_of(line));
  batch.lost = lost_;
  clear();
  return batch;
}

void Gathering::clear() noexcept {
  lines_.clear();
  bytes_ = 0;
  lost_ = 0;
}

}  // namespace trinity::logs
