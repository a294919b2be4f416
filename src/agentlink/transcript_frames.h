#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::agentlink {

/// One frame of the stream of a run (docs/agentd.md).
struct TranscriptFrame {
  enum class Kind {
    hello,    ///< where the stream stands: `attempt`, `index`, `total`, `waiting`
    entries,  ///< `entries` from `index` on
    partial,  ///< `text` follows on the first `index` bytes of the text that is being written
    ended,    ///< `total` entries there were
    unknown,  ///< the agent has no such run (yet)
    lost,     ///< no frame: the connection ended; another one follows
    other     ///< a type that is not known here
  };
  Kind kind = Kind::other;
  std::uint64_t index = 0;
  std::uint64_t total = 0;
  unsigned attempt = 0;
  bool waiting = false;
  std::vector<std::string> entries{};  ///< JSON
  std::string text{};
  std::string read_at{};  ///< when the daemon read the text; RFC 3339

  /// Bytes that it takes.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t bytes = sizeof(*this) + text.size();
    for (const auto& entry : entries) bytes += entry.size();
    return bytes;
  }
};

/// Any bytes are taken; what is no frame gives the reason. Of entries that are larger than `most_entry` long strings
/// are cut. Pure.
[[nodiscard]] std::expected<TranscriptFrame, std::string> read_transcript_frame(std::string_view text,
                                                                                std::size_t most_entry);

}  // namespace trinity::agentlink
