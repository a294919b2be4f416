#pragma once
#include <filesystem>
#include <memory>

#include "base/blocking.h"
#include "http/server.h"

namespace trinity::http {

/// Serves the built web UI: files of `root` (read on the blocking pool, kept in memory with their gzip form, looked at
/// again when size or time changed), hashed assets under /assets/ immutable for a year, everything else no-cache; any
/// other path gives the entry page (client-side routing), except below /api/, /token, /ws, /health, which are JSON 404.
/// Adds the security headers and the Content-Security-Policy of pages. Links that lead out of `root` and `..` are never
/// followed.
[[nodiscard]] Fallback static_files(std::filesystem::path root, BlockingPool& pool);

}  // namespace trinity::http
