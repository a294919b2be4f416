#include "agentd/events/event_log.h"

#include "base/clock.h"
#include "base/ids.h"
#include "json/write.h"

namespace trinity::agentd {

EventLog::EventLog(std::size_t most_events, std::size_t most_bytes)
    : most_events_(most_events), most_bytes_(most_bytes), stream_(random_base64url(16)) {}

void EventLog::add(std::string_view type, boost::json::object about) {
  boost::json::object event{{"seq", ++last_}, {"type", type}, {"time", format_z(now())}};
  for (auto& [name, value] : about) event[name] = std::move(value);
  auto frame = std::make_shared<const std::string>(json::write(event));
  bytes_ += frame->size();
  frames_.push_back(std::move(frame));
  while (frames_.size() > most_events_ || (bytes_ > most_bytes_ && frames_.size() > 1)) {
    bytes_ -= frames_.front()->size();
    frames_.pop_front();
  }
  for (auto* reader : readers_) reader->cancel();
}

bool EventLog::has_all_after(std::uint64_t seq) const noexcept {
  return seq <= last_ && last_ - seq <= frames_.size();
}

EventLog::Frame EventLog::at(std::uint64_t seq) const {
  if (seq == 0 || seq > last_ || last_ - seq >= frames_.size()) return nullptr;
  return frames_[frames_.size() - 1 - static_cast<std::size_t>(last_ - seq)];
}

}  // namespace trinity::agentd
