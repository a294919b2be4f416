#include "executions/transcript.h"

#include <zlib.h>

#include "base/errors.h"
#include "http/gzip.h"

namespace trinity::executions {

namespace {

constexpr std::size_t worth_packing = 256;
/// Beyond it speed counts for more than the last percent of size.
constexpr std::size_t large = 4 * 1024 * 1024;
/// Nothing larger is stored; what claims to be is broken.
constexpr std::int64_t largest = 256 * 1024 * 1024;
constexpr int gzip_window = 15 + 16;

struct Unpacker {
  z_stream state{};
  Unpacker() {
    if (inflateInit2(&state, gzip_window) != Z_OK) throw Internal("a transcript cannot be unpacked: no memory");
  }
  ~Unpacker() { inflateEnd(&state); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
};

}  // namespace

Packed pack(std::string_view text) {
  Packed packed;
  packed.size = static_cast<std::int64_t>(text.size());
  if (text.size() < worth_packing) {
    packed.encoding = "plain";
    packed.bytes = text;
    return packed;
  }
  packed.encoding = "gzip";
  packed.bytes = http::gzip(text, text.size() > large ? http::Effort::quick : http::Effort::thorough);
  return packed;
}

std::string unpack(const Packed& packed) {
  if (packed.encoding == "plain") return packed.bytes;
  if (packed.encoding != "gzip" || packed.size < 0 || packed.size > largest)
    throw Internal("a transcript is packed as " + packed.encoding + ", which this program does not know");
  std::string text(static_cast<std::size_t>(packed.size), '\0');
  Unpacker unpacker;
  auto& state = unpacker.state;
  // zlib's interface is older than const; it does not write through next_in.
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.bytes.data()));
  state.avail_in = static_cast<uInt>(packed.bytes.size());
  state.next_out = reinterpret_cast<Bytef*>(text.data());
  state.avail_out = static_cast<uInt>(text.size());
  if (inflate(&state, Z_FINISH) != Z_STREAM_END || state.avail_out != 0)
    throw Internal("a stored transcript is broken");
  return text;
}

}  // namespace trinity::executions
