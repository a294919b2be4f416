#include "live/channel.h"

#include <algorithm>
#include <functional>

#include "live/protocol.h"

namespace trinity::live {

std::uint64_t first_number(std::string_view key, Time at) noexcept {
  constexpr std::uint64_t per_millisecond = 1000;
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(epoch_ms(at), 0));
  return milliseconds * per_millisecond + std::hash<std::string_view>{}(key) % per_millisecond;
}

Channel::Channel(std::string topic, std::uint64_t start, ChannelBounds bounds, bool cursor)
    : topic_(std::make_shared<const std::string>(std::move(topic))), seq_(start), bounds_(bounds), cursor_(cursor) {}

Frame Channel::publish(std::string_view event, std::string_view data, Time at) {
  ++seq_;
  auto frame = cursor_ ? event_frame(event, *topic_, seq_, at, with_cursor(data, seq_))
                       : event_frame(event, *topic_, seq_, at, data);
  kept_.push_back(frame);
  bytes_ += frame->size();
  while (!kept_.empty() && (kept_.size() > bounds_.frames || bytes_ > bounds_.bytes)) {
    bytes_ -= kept_.front()->size();
    kept_.pop_front();
  }
  return frame;
}

std::optional<std::vector<Frame>> Channel::since(std::uint64_t seq) const {
  if (seq > seq_ || seq_ - seq > kept_.size()) return std::nullopt;
  const auto missed = static_cast<std::ptrdiff_t>(seq_ - seq);
  return std::vector<Frame>(kept_.end() - missed, kept_.end());
}

void Channel::begin_anew() noexcept {
  ++seq_;
  forget();
}

void Channel::forget() noexcept {
  kept_.clear();
  bytes_ = 0;
}

}  // namespace trinity::live
