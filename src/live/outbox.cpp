#include "live/outbox.h"

#include <utility>

namespace trinity::live {

bool Outbox::push(Outgoing outgoing) {
  const auto size = outgoing.frame->size();
  const bool full = bytes_ > 0 && bytes_ + size > bounds_.merge_above;
  if (outgoing.mergeable && outgoing.topic) {
    if (full) {
      drop_mergeable();
      lose(*outgoing.topic);
      ++lost_;
      return true;
    }
    if (outgoing.kind == Outgoing::Kind::event && lossy_.contains(*outgoing.topic)) {
      ++lost_;
      return true;
    }
  }
  const bool settles = outgoing.kind == Outgoing::Kind::baseline || outgoing.kind == Outgoing::Kind::ending;
  if (settles && outgoing.topic) lossy_.erase(*outgoing.topic);
  if (bytes_ > 0 && bytes_ + size > bounds_.close_above) return false;
  bytes_ += size;
  queue_.push_back(std::move(outgoing));
  return true;
}

Frame Outbox::pop() {
  auto frame = std::move(queue_.front().frame);
  queue_.pop_front();
  writing_ = frame->size();
  return frame;
}

void Outbox::written() noexcept {
  bytes_ -= std::exchange(writing_, 0);
}

std::vector<std::string> Outbox::to_resync() {
  std::vector<std::string> topics;
  if (bytes_ > bounds_.merge_below) return topics;
  for (auto& [topic, asked] : lossy_) {
    if (!std::exchange(asked, true)) topics.push_back(topic);
  }
  return topics;
}

void Outbox::clear() noexcept {
  queue_.clear();
  lossy_.clear();
  bytes_ = writing_;
}

void Outbox::lose(const std::string& topic) {
  lossy_[topic] = false;
}

void Outbox::drop_mergeable() {
  lost_ += std::erase_if(queue_, [this](const Outgoing& waiting) {
    if (!waiting.mergeable || !waiting.topic) return false;
    lose(*waiting.topic);
    bytes_ -= waiting.frame->size();
    return true;
  });
}

}  // namespace trinity::live
