#include "logs/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace trinity::logs {

Book::Book(std::string agent, Time since, Bounds bounds)
    : agent_(std::move(agent)), since_ms_(epoch_ms(since)), bounds_(bounds) {}

News Book::append(Batch batch) {
  const bool turned = std::exchange(state_, batch.state) != batch.state;
  const bool anew = batch.anew || batch.reset;
  if (batch.lines.empty() && batch.lost == 0 && !anew && !turned) return {};
  if (anew) begin_count(batch.reset);
  // The lines that are kept have no gaps.
  if (batch.lost > 0) forget_lines();
  const auto from = next_;
  next_ += batch.lost;
  for (auto& line : batch.lines) keep(std::move(line));

  const auto added = next_ - from - batch.lost;
  const auto count = fitting(added);
  if (anew || (batch.backlog && count < added)) return {News::Kind::whole};
  auto data = head(next_ - count, next_ - count - from);
  close(data, count);
  return {News::Kind::event, std::move(data)};
}

std::string Book::snapshot(std::size_t tail) const {
  const auto count = std::min(tail, lines_.size());
  auto text = head(next_ - count, 0);
  close(text, count);
  text.pop_back();
  text += fmt::format(R"(,"tail":{}{}}})", tail, reset_ ? R"(,"reset":true)" : "");
  return text;
}

void Book::begin_count(bool reset) {
  forget_lines();
  next_ = 0;
  ++counts_;
  reset_ = reset;
}

void Book::forget_lines() {
  lines_.clear();
  bytes_ = 0;
}

void Book::keep(std::string line) {
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  ++next_;
  while (lines_.size() > bounds_.lines || (bytes_ > bounds_.bytes && lines_.size() > 1)) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
  }
}

std::size_t Book::fitting(std::uint64_t most) const {
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (auto line = lines_.rbegin(); line != lines_.rend() && count < most; ++line, ++count) {
    bytes += line->size() + 1;
    if (bytes > bounds_.frame && count > 0) break;
  }
  return count;
}

std::string Book::head(std::uint64_t first, std::uint64_t dropped) const {
  // Agents' names need no escapes in JSON.
  return fmt::format(R"({{"name":"{}","follow":"{}-{}","first":{},"dropped":{},"lines":[)", agent_, since_ms_, counts_,
                     first, dropped);
}

void Book::close(std::string& text, std::size_t lines) const {
  for (auto it = lines_.end() - static_cast<std::ptrdiff_t>(lines); it != lines_.end(); ++it) {
    text += *it;
    text += ',';
  }
  if (lines > 0) text.pop_back();
  text += fmt::format(R"(],"state":"{}"}})", word_of(state_));
}

}  // namespace trinity::logs
