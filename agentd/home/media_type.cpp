#include "agentd/home/media_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/text.h"

namespace trinity::agentd {

namespace {

struct Entry {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array<Entry, 37> table{{{"png", "image/png"},
                                       {"jpg", "image/jpeg"},
                                       {"jpeg", "image/jpeg"},
                                       {"gif", "image/gif"},
                                       {"webp", "image/webp"},
                                       {"svg", "image/svg+xml"},
                                       {"ico", "image/vnd.microsoft.icon"},
                                       {"bmp", "image/bmp"},
                                       {"mp4", "video/mp4"},
                                       {"webm", "video/webm"},
                                       {"mov", "video/quicktime"},
                                       {"avi", "video/x-msvideo"},
                                       {"mkv", "video/x-matroska"},
                                       {"mp3", "audio/mpeg"},
                                       {"wav", "audio/x-wav"},
                                       {"ogg", "audio/ogg"},
                                       {"m4a", "audio/mp4"},
                                       {"flac", "audio/flac"},
                                       {"aac", "audio/aac"},
                                       {"pdf", "application/pdf"},
                                       {"json", "application/json"},
                                       {"zip", "application/zip"},
                                       {"tar", "application/x-tar"},
                                       {"wasm", "application/wasm"},
                                       {"txt", "text/plain"},
                                       {"log", "text/plain"},
                                       {"c", "text/plain"},
                                       {"h", "text/plain"},
                                       {"html", "text/html"},
                                       {"htm", "text/html"},
                                       {"css", "text/css"},
                                       {"csv", "text/csv"},
                                       {"xml", "text/xml"},
                                       {"md", "text/markdown"},
                                       {"py", "text/x-python"},
                                       {"js", "text/javascript"},
                                       {"mjs", "text/javascript"}}};

bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
}

}  // namespace

std::string media_type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "application/octet-stream";
  const auto extension = name.substr(dot + 1);
  for (const auto& entry : table) {
    if (!http::same_name(extension, entry.extension)) continue;
    std::string type(entry.type);
    if (type.starts_with("text/")) type += "; charset=utf-8";
    return type;
  }
  return "application/octet-stream";
}

std::string attachment_named(std::string_view name) {
  if (std::all_of(name.begin(), name.end(), [](char c) { return is_plain(static_cast<unsigned char>(c)); })) {
    return fmt::format("attachment; filename=\"{}\"", name);
  }
  return "attachment; filename*=utf-8''" + http::percent_encode(name);
}

}  // namespace trinity::agentd
