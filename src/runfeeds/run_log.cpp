#include "runfeeds/run_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/write.h"

namespace trinity::runfeeds {

void RunLog::keep(std::string entry) {
  bytes_ += entry.size() + 1;
  entries_.push_back(std::move(entry));
  ++total_;
  while (bytes_ > bounds_.kept && entries_.size() > 1) {
    bytes_ -= entries_.front().size() + 1;
    entries_.pop_front();
  }
  whole_ = whole_ || told_ < first();
}

void RunLog::replace(std::vector<std::string> newest, std::uint64_t total) {
  clear();
  total_ = total - newest.size();
  for (auto& entry : newest) keep(std::move(entry));
  whole_ = true;
}

void RunLog::clear() {
  whole_ = whole_ || told_ > 0;
  entries_.clear();
  bytes_ = 0;
  total_ = told_ = 0;
}

void RunLog::append(std::vector<std::string> entries) {
  for (auto& entry : entries) keep(std::move(entry));
}

void RunLog::write(std::uint64_t at, const std::string& text, const std::string& read_at) {
  if (at == 0 && text.empty()) {
    end_text();
    return;
  }
  if ((at == 0 ? 0 : text_.size()) + text.size() > bounds_.text) return;
  if (!text_waits()) read_at_ = read_at;
  if (at == 0) {
    text_anew_ = text_anew_ || told_bytes_ > 0;
    told_bytes_ = 0;
    text_ = text;
  } else {
    text_ += text;
  }
}

void RunLog::end_text() {
  text_anew_ = text_anew_ || told_bytes_ > 0;
  told_bytes_ = 0;
  text_.clear();
}

void RunLog::begin_telling() {
  told_ = total_;
  told_bytes_ = text_.size();
  whole_ = text_anew_ = false;
}

std::vector<live::Event> RunLog::take(live::Moment at, bool all) {
  std::vector<live::Event> events;
  if (told_ < total_ || whole_) {
    const bool due = at.steady >= entries_told_at_ + bounds_.every || text_waits();
    if (!all && (!due || !bursts_.take(at.steady))) return events;
    entries_told_at_ = at.steady;
    std::size_t untold = 0;
    for (auto i = std::max(told_, first()); i < total_; ++i) untold += entries_[i - first()].size() + 1;
    if (whole_ || untold > bounds_.at_once) {
      begin_telling();
      text_told_at_ = at.steady;
      return {live::whole_again()};
    }
    tell_entries(events);
  }
  const bool over = text_anew_ && text_.empty();
  if (text_waits() && (all || over || at.steady >= text_told_at_ + bounds_.text_every)) {
    // That a text is over makes nobody wait for the next one.
    if (!over) text_told_at_ = at.steady;
    tell_text(events);
  }
  return events;
}

std::optional<SteadyTime> RunLog::next(live::Moment at) const {
  if (told_ < total_ || whole_) {
    // Without room in this second it is asked for again soon.
    return text_waits() ? at.steady + bounds_.text_every
                        : std::max(entries_told_at_ + bounds_.every, at.steady + bounds_.text_every);
  }
  if (text_waits()) return text_told_at_ + bounds_.text_every;
  return std::nullopt;
}

void RunLog::tell_entries(std::vector<live::Event>& events) {
  while (told_ < total_) {
    // Names of agents and ids of runs need no escapes in JSON.
    auto data = fmt::format(R"({{"name":"{}","execution_id":"{}","index":{},"entries":[)", agent_, run_, told_);
    std::size_t bytes = 0;
    for (; told_ < total_; ++told_) {
      const auto& entry = entries_[told_ - first()];
      if (bytes > 0 && bytes + entry.size() > bounds_.frame) break;
      if (bytes > 0) data += ',';
      data += entry;
      bytes += entry.size() + 1;
    }
    data += "]}";
    events.push_back({"execution_log_append", std::move(data)});
  }
}

void RunLog::tell_text(std::vector<live::Event>& events) {
  if (text_anew_) told_bytes_ = 0;
  text_anew_ = false;
  boost::json::object data{{"name", agent_},
                           {"execution_id", run_},
                           {"at", told_bytes_},
                           {"text", std::string_view(text_).substr(told_bytes_)}};
  data["read_at"] = text_.empty() || read_at_.empty() ? boost::json::value(nullptr) : boost::json::value(read_at_);
  told_bytes_ = text_.size();
  events.push_back({"execution_text", json::write(data)});
}

std::string RunLog::snapshot() const {
  std::string text = R"("log":[)";
  for (auto i = first(); i < told_; ++i) {
    if (i > first()) text += ',';
    text += entries_[i - first()];
  }
  const auto partial = text_anew_ ? std::string_view() : std::string_view(text_).substr(0, told_bytes_);
  text += fmt::format(R"(],"log_from":{},"log_total":{},"partial":)", std::min(first(), told_), told_);
  return text + json::write(boost::json::value(partial));
}

}  // namespace trinity::runfeeds
