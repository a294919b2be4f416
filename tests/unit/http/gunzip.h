#pragma once
#include <zlib.h>

#include <stdexcept>
#include <string>

namespace trinity::http {

/// The text in a gzip form; throws when it is none.
inline std::string gunzip(std::string_view packed) {
  z_stream state{};
  if (inflateInit2(&state, 15 + 16) != Z_OK) throw std::runtime_error("inflate cannot start");
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  state.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    char piece[4096];
    state.next_out = reinterpret_cast<Bytef*>(piece);
    state.avail_out = sizeof piece;
    result = inflate(&state, Z_NO_FLUSH);
    text.append(piece, sizeof piece - state.avail_out);
  }
  inflateEnd(&state);
  if (result != Z_STREAM_END) throw std::runtime_error("no gzip");
  return text;
}

}  // namespace trinity::http
