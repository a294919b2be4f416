#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::files {

/// What an agent takes and gives at most (bytes).
inline constexpr std::uint64_t largest_file = 104'857'600;
inline constexpr std::size_t largest_text_body = 32 * 1024 * 1024;
inline constexpr std::size_t longest_path = 4096;

struct ListWish {
  std::string path;  ///< empty: the whole home directory
  bool show_hidden = false;
  std::int64_t depth = 0;  ///< levels; 0: all
};

enum class Reading {
  download,  ///< as text for whoever shows it; the bytes are the file's
  preview    ///< with its media type
};

/// A file that is written: where, what, and on which condition.
struct Writing {
  std::string path;
  http::StreamedBody body;
  std::string if_match{};  ///< an ETag; empty: whatever is there
  bool overwrite = false;  ///< for an upload
};

/// What the agent has answered, for the client.
struct Answer {
  unsigned status = 200;
  std::string body{};            ///< JSON
  boost::json::value detail{};   ///< of a refusal (status from 400 on)
  http::Headers headers{};       ///< those that clients may have
  http::StreamedBody content{};  ///< of a file
};

}  // namespace trinity::files
