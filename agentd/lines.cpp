#include "agentd/lines.h"

#include <algorithm>

namespace trinity::agentd {

void Lines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    add(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    hand_over();
    bytes.remove_prefix(end + 1);
  }
}

void Lines::finish() {
  if (!line_.empty() || cut_) hand_over();
}

void Lines::add(std::string_view bytes) {
  const auto room = most_ - std::min(most_, line_.size());
  if (bytes.size() > room) cut_ = true;
  line_.append(bytes.substr(0, room));
}

void Lines::hand_over() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  take_(line, cut_);
  cut_ = false;
  // One huge line must not keep its memory for the rest of a run.
  if (line_.capacity() > 1024 * 1024) {
    std::string().swap(line_);
  } else {
    line_.clear();
  }
}

}  // namespace trinity::agentd
