#include "http/gzip.h"

#include <zlib.h>

#include <stdexcept>

namespace trinity::http {

namespace {

constexpr int gzip_window = 15 + 16;  ///< the largest window; 16 asks for the gzip header

struct Packer {
  z_stream state{};
  explicit Packer(int level) {
    if (deflateInit2(&state, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("gzip cannot start");
    }
  }
  ~Packer() { deflateEnd(&state); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
};

}  // namespace

std::string gzip(std::string_view bytes, Effort effort) {
  Packer packer(effort == Effort::quick ? 1 : 7);
  auto& state = packer.state;
  std::string packed(deflateBound(&state, static_cast<uLong>(bytes.size())), '\0');
  // zlib's interface is older than const; it does not write through next_in.
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<uInt>(bytes.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&state, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("gzip did not finish");
  packed.resize(state.total_out);
  return packed;
}

}  // namespace trinity::http
