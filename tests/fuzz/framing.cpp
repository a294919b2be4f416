// What a container engine sends: log frames, lines of events, answers. The way the bytes are cut into portions never
// changes what comes out, and what comes out is within its bounds.
#include "engine/framing.h"

#include "base/text.h"
#include "engine/docker_json.h"
#include "fuzz/input.h"

namespace {

using namespace trinity;
using engine::LogPiece;

constexpr std::size_t max_frame = 300;
constexpr std::size_t max_line = 200;

/// The bytes of the pieces, each with its stream in front, as long as the stream stays the same.
std::string joined(const std::vector<LogPiece>& pieces) {
  std::string all;
  int stream = 0;
  for (const auto& piece : pieces) {
    fuzz::require(!piece.bytes.empty() && piece.bytes.size() <= max_frame, "a piece has 1 to max_frame bytes");
    if (static_cast<int>(piece.stream) != stream) {
      stream = static_cast<int>(piece.stream);
      all += "|" + std::to_string(stream) + "|";
    }
    all += piece.bytes;
  }
  return all;
}

/// Calls `feed` with the bytes in one portion, or in portions whose sizes `cuts` tells.
template <class F>
void in_portions(std::string_view bytes, std::string_view cuts, F feed) {
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const auto size = cuts.empty() ? bytes.size() : 1 + static_cast<std::uint8_t>(cuts[i % cuts.size()]) % 40U;
    feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
}

std::vector<LogPiece> frames(std::string_view bytes, std::string_view cuts) {
  engine::LogFramer framer(max_frame);
  std::vector<LogPiece> pieces;
  in_portions(bytes, cuts, [&](std::string_view part) { framer.feed(part, pieces); });
  framer.finish(pieces);
  return pieces;
}

struct Lines {
  std::vector<std::string> lines;
  std::size_t dropped = 0;
  bool operator==(const Lines&) const = default;
};

Lines split(std::string_view bytes, std::string_view cuts) {
  engine::LineSplitter splitter(max_line);
  Lines made;
  in_portions(bytes, cuts, [&](std::string_view part) { splitter.feed(part, made.lines); });
  splitter.finish(made.lines);
  made.dropped = splitter.dropped();
  return made;
}

void check_log(std::string_view bytes, std::string_view cuts, std::size_t max_bytes) {
  const auto pieces = frames(bytes, cuts);
  fuzz::require(joined(pieces) == joined(frames(bytes, {})), "frames do not depend on the portions");
  engine::LogTail tail(max_bytes);
  std::size_t whole = 0;
  for (const auto& piece : pieces) {
    whole += piece.bytes.size();
    tail.add(piece);
  }
  const auto kept = tail.take();
  std::size_t size = 0;
  for (const auto& piece : kept) size += piece.bytes.size();
  fuzz::require(size <= max_bytes && (whole > max_bytes || size == whole), "the tail keeps what its bound allows");
  const auto text = engine::log_text(kept);
  fuzz::require(to_utf8(text) == text, "a log's text is UTF-8");
}

void check_lines(std::string_view bytes, std::string_view cuts) {
  const auto made = split(bytes, cuts);
  fuzz::require(made == split(bytes, {}), "lines do not depend on the portions");
  for (const auto& line : made.lines) {
    fuzz::require(!line.empty() && line.size() <= max_line, "a line has 1 to max_line bytes");
    if (const auto event = engine::parse_event(line)) {
      fuzz::require(!event->id.empty() && !event->action.empty(), "an event is about something");
    }
    (void)engine::parse_pull_failure(line);
  }
}

template <class F>
void refused_or_read(F parse) {
  try {
    (void)parse();
  } catch (const engine::EngineError&) {
  }
}

void check_answers(std::string_view body) {
  refused_or_read([&] { return engine::choose_api(engine::parse_version(body)); });
  refused_or_read([&] { return engine::parse_list(body); });
  refused_or_read([&] { return engine::parse_inspect(body); });
  refused_or_read([&] { return engine::parse_statistics(body); });
  refused_or_read([&] { return engine::parse_volume(body); });
  refused_or_read([&] { return engine::parse_network(body); });
  refused_or_read([&] { return engine::parse_image(body); });
  refused_or_read([&] { return engine::parse_created(body); });
  (void)engine::parse_message(body);
  (void)engine::first_address(body.substr(0, 40));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto what = input.pick(3);
  if (what == 0) {
    check_answers(input.rest());
    return 0;
  }
  const auto cuts = input.text(1 + input.pick(4));
  if (what == 1) {
    const auto max_bytes = 1 + input.byte() * std::size_t{8};
    check_log(input.rest(), cuts, max_bytes);
  } else {
    check_lines(input.rest(), cuts);
  }
  return 0;
}
