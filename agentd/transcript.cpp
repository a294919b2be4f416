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
  const auto size = line.json.size();
  bytes_ += size + 1;
  line.json.shrink_to_fit();
  blocks_.push_back(std::make_shared<Block>(
      Block{std::move(line.json), std::move(line.tool_result), lines_++, {static_cast<std::uint32_t>(size)}}));
  open_ = false;
}

void Transcript::append(std::string_view json) {
  if (!open_ || blocks_.back()->bytes.size() + json.size() + 1 > kBlock) {
    blocks_.push_back(std::make_shared<Block>(Block{{}, {}, lines_, {}}));
    blocks_.back()->bytes.reserve(kBlock);
    open_ = true;
  }
  auto& block = *blocks_.back();
  if (!block.bytes.empty()) block.bytes += ',';
  block.bytes += json;
  block.ends.push_back(static_cast<std::uint32_t>(block.bytes.size()));
  bytes_ += json.size() + 1;
  ++lines_;
}

/// Drops the largest results until there is room for `wanted` bytes.
bool Transcript::make_room(std::size_t wanted) {
  while (bytes_ + wanted > most_) {
    const auto weight = [](const BlockPtr& block) { return block->tool_result.empty() ? 0 : block->bytes.size(); };
    const auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                          [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
    if (largest == blocks_.end() || weight(*largest) == 0) return false;
    const auto size = (*largest)->bytes.size();
    auto marker = json::write(shown::tool_result(
        (*largest)->tool_result, fmt::format("[{} bytes were left out: the transcript is too long]", size), false));
    if (marker.size() >= size) return false;
    bytes_ -= size - marker.size();
    const auto end = static_cast<std::uint32_t>(marker.size());
    *largest = std::make_shared<Block>(Block{std::move(marker), {}, (*largest)->first, {end}});
  }
  return true;
}

std::vector<Transcript::BlockPtr>::const_iterator Transcript::block_of(std::size_t line) const {
  const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), line,
                                      [](std::size_t number, const BlockPtr& block) { return number < block->first; });
  return after == blocks_.begin() ? after : after - 1;
}

Transcript::Portion Transcript::lines_from(std::size_t from, std::size_t most) const {
  if (from >= lines_ || blocks_.empty()) return {};
  const auto& block = **block_of(from);
  if (from < block.first) return {};
  const auto at = from - block.first;
  const std::size_t begin = at == 0 ? 0 : block.ends[at - 1] + 1;
  std::size_t count = 1;
  while (at + count < block.ends.size() && block.ends[at + count] - begin <= most) ++count;
  return {count, std::string_view(block.bytes).substr(begin, block.ends[at + count - 1] - begin)};
}

Transcript Transcript::rest(std::size_t from) const {
  Transcript copy(most_);
  copy.lines_ = lines_;
  if (from < lines_) copy.blocks_.assign(block_of(from), blocks_.end());
  return copy;
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
    out += block->bytes;
    block.reset();
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
