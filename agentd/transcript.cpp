#include "agentd/transcript.h"

#include <fmt/format.h>

#include <algorithm>

#include "agentd/runtime/fields.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

/// Allocations of this size come from the system and go back to it (see main.cpp).
constexpr std::size_t kBlock = 256 * 1024;
constexpr std::size_t kLargeLine = 64 * 1024;

}  // namespace

void Transcript::add(ShownLine line) {
  if (line.json.empty()) return;
  if (bytes_ + line.json.size() + 1 > most_ && !make_room(line.json.size() + 1)) {
    ++dropped_;
    return;
  }
  if (line.json.size() < kLargeLine) {
    append(line.json);
    return;
  }
  bytes_ += line.json.size() + 1;
  line.json.shrink_to_fit();
  blocks_.push_back({std::move(line.json), std::move(line.tool_result)});
  open_ = false;
}

void Transcript::append(std::string_view json) {
  if (!open_ || blocks_.back().bytes.size() + json.size() + 1 > kBlock) {
    blocks_.emplace_back();
    blocks_.back().bytes.reserve(kBlock);
    open_ = true;
  }
  auto& bytes = blocks_.back().bytes;
  if (!bytes.empty()) bytes += ',';
  bytes += json;
  bytes_ += json.size() + 1;
}

/// Drops the largest results until there is room for `wanted` bytes.
bool Transcript::make_room(std::size_t wanted) {
  while (bytes_ + wanted > most_) {
    const auto largest = std::max_element(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) {
      return (a.tool_result.empty() ? 0 : a.bytes.size()) < (b.tool_result.empty() ? 0 : b.bytes.size());
    });
    if (largest == blocks_.end() || largest->tool_result.empty()) return false;
    const auto size = largest->bytes.size();
    auto marker = json::write(shown::tool_result(
        largest->tool_result, fmt::format("[{} bytes were left out: the transcript is too long]", size), false));
    if (marker.size() >= size) return false;
    bytes_ -= size - marker.size();
    largest->bytes = std::move(marker);
    largest->tool_result.clear();
  }
  return true;
}

void Transcript::finish() {
  if (dropped_ == 0) return;
  append(json::write(boost::json::object{{"type", "system"}, {"subtype", "truncated"}, {"dropped_lines", dropped_}}));
  dropped_ = 0;
}

void Transcript::move_into(std::string& out) {
  out += '[';
  bool first = true;
  for (auto& block : blocks_) {
    if (!std::exchange(first, false)) out += ',';
    out += block.bytes;
    std::string().swap(block.bytes);
  }
  out += ']';
  blocks_.clear();
  bytes_ = 0;
  open_ = false;
}

std::string Transcript::json() const {
  auto copy = *this;
  std::string text;
  copy.move_into(text);
  return text;
}

}  // namespace trinity::agentd
