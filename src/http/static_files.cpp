#include "http/static_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/errors.h"
#include "http/asset.h"
#include "http/etag.h"
#include "http/gzip.h"
#include "http/text.h"

namespace trinity::http {

namespace fs = std::filesystem;

namespace {

/// Larger files are no part of a web UI.
constexpr std::uintmax_t max_file = 32 * 1024 * 1024;
/// All files and their packed forms together; beyond it the memory is emptied and fills again.
constexpr std::size_t max_memory = 128 * 1024 * 1024;
/// Smaller bodies do not gain from packing.
constexpr std::size_t min_packed = 512;
/// A file is looked at again when its last look is older.
constexpr std::chrono::seconds look_every{1};

constexpr std::string_view entry_page = "index.html";

constexpr std::string_view content_policy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'";

struct ContentType {
  std::string_view extension;
  std::string_view type;
  bool text;
};

constexpr std::array<ContentType, 20> content_types{{{".html", "text/html; charset=utf-8", true},
                                                     {".js", "text/javascript; charset=utf-8", true},
                                                     {".mjs", "text/javascript; charset=utf-8", true},
                                                     {".css", "text/css; charset=utf-8", true},
                                                     {".json", "application/json", true},
                                                     {".map", "application/json", true},
                                                     {".webmanifest", "application/manifest+json", true},
                                                     {".svg", "image/svg+xml", true},
                                                     {".txt", "text/plain; charset=utf-8", true},
                                                     {".xml", "application/xml", true},
                                                     {".png", "image/png", false},
                                                     {".jpg", "image/jpeg", false},
                                                     {".jpeg", "image/jpeg", false},
                                                     {".gif", "image/gif", false},
                                                     {".webp", "image/webp", false},
                                                     {".ico", "image/x-icon", false},
                                                     {".woff", "font/woff", false},
                                                     {".woff2", "font/woff2", false},
                                                     {".wasm", "application/wasm", false},
                                                     {".pdf", "application/pdf", false}}};

ContentType content_type_of(const fs::path& path) {
  const auto extension = path.extension().string();
  for (const auto& entry : content_types) {
    if (same_name(extension, entry.extension)) return entry;
  }
  return {"", "application/octet-stream", false};
}

/// A file as it was read; immutable, shared by all answers that carry it.
struct File {
  std::uintmax_t size = 0;
  fs::file_time_type changed;
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> packed;  ///< gzip; null when not worth it
  std::string type;
  std::string tag;
  bool text = false;
};

class Site {
 public:
  Site(fs::path root, BlockingPool& pool) : pool_(&pool), root_(std::move(root)) {}

  [[nodiscard]] BlockingPool& pool() const noexcept { return *pool_; }

  /// What is in memory and was looked at a moment ago. `found` false: not in memory.
  struct Recent {
    bool found = false;
    std::shared_ptr<const File> file;
  };
  Recent recent(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find(name);
    if (at == files_.end() || at->second.looked + look_every < steady_now()) return {};
    return {true, at->second.file};
  }

  /// Looks at the file system; reads the file when it is new or has changed. Null: there is no such file. Blocks.
  std::shared_ptr<const File> look(const std::string& name) {
    std::error_code fault;
    const auto path = inside(name);
    const bool regular = !path.empty() && fs::is_regular_file(path, fault);
    const auto size = regular ? fs::file_size(path, fault) : 0;
    const auto changed = regular && !fault ? fs::last_write_time(path, fault) : fs::file_time_type{};
    if (!regular || fault || size > max_file) {
      forget(name);
      return nullptr;
    }
    {
      const std::lock_guard lock(mutex_);
      const auto at = files_.find(name);
      if (at != files_.end() && at->second.file->size == size && at->second.file->changed == changed) {
        at->second.looked = steady_now();
        return at->second.file;
      }
    }
    auto file = read(path, size, changed);
    if (file) keep(name, file);
    return file;
  }

 private:
  struct Kept {
    std::shared_ptr<const File> file;
    SteadyTime looked;
  };

  /// The real path when it lies below the real root; else empty. Follows links, so that one that leads out shows.
  [[nodiscard]] fs::path inside(const std::string& name) const {
    std::error_code fault;
    const auto root = fs::canonical(root_, fault);
    if (fault) return {};
    auto path = fs::canonical(root / name, fault);
    if (fault) return {};
    const auto [end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
    return end == root.end() ? path : fs::path();
  }

  static std::shared_ptr<const File> read(const fs::path& path, std::uintmax_t size, fs::file_time_type changed) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes(size, '\0');
    if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return nullptr;
    const auto kind = content_type_of(path);
    auto file = std::make_shared<File>();
    file->size = size;
    file->changed = changed;
    file->type = kind.type;
    file->text = kind.text;
    file->tag = fmt::format("W/\"{:x}-{:x}\"", size, changed.time_since_epoch().count());
    if (kind.text && size >= min_packed) {
      auto packed = gzip(bytes);
      if (packed.size() < bytes.size()) file->packed = std::make_shared<const std::string>(std::move(packed));
    }
    file->bytes = std::make_shared<const std::string>(std::move(bytes));
    return file;
  }

  static std::size_t weight(const File& file) { return file.bytes->size() + (file.packed ? file.packed->size() : 0); }

  void keep(const std::string& name, std::shared_ptr<const File> file) {
    const std::lock_guard lock(mutex_);
    memory_ += weight(*file);
    if (memory_ > max_memory) {
      files_.clear();
      memory_ = weight(*file);
    }
    auto& place = files_[name];
    if (place.file) memory_ -= weight(*place.file);
    place = {std::move(file), steady_now()};
  }

  void forget(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = files_.find(name);
    if (at == files_.end()) return;
    memory_ -= weight(*at->second.file);
    files_.erase(at);
  }

  BlockingPool* pool_;
  fs::path root_;
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> files_;
  std::size_t memory_ = 0;
};

Task<std::shared_ptr<const File>> find(std::shared_ptr<Site> site, std::string name) {
  auto recent = site->recent(name);
  if (recent.found) co_return std::move(recent.file);
  auto job = [site, name] { return site->look(name); };
  co_return co_await site->pool().run(std::move(job));
}

/// Addresses of the API: never the entry page, whatever else is wrong with them.
bool is_reserved(std::string_view path) {
  constexpr std::array<std::string_view, 4> reserved{"/api", "/token", "/ws", "/health"};
  for (const auto prefix : reserved) {
    if (path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/')) return true;
  }
  return false;
}

enum class Name { page, file, refused };

/// What the address asks for. Dot files and ways upwards are not for anybody.
Name classify(std::string_view path) {
  auto rest = path.substr(std::min<std::size_t>(path.size(), 1));
  if (rest.empty()) return Name::page;
  while (!rest.empty()) {
    const auto segment = take_until(rest, '/');
    if (segment.starts_with('.') || segment.find('\\') != std::string_view::npos) return Name::refused;
  }
  return path.ends_with('/') ? Name::page : Name::file;
}

Response answer_with(const File& file, const Headers& asked, bool immutable) {
  Response made;
  const bool known = is_known(asked, file.tag);
  made.headers.add("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  made.headers.add("ETag", file.tag);
  if (file.packed) made.headers.add("Vary", "Accept-Encoding");
  add_page_headers(made.headers, content_policy);
  if (known) {
    made.status = 304;
    return made;
  }
  made.headers.add("Content-Type", file.type);
  const bool packed = file.packed && lists_token(asked.find("Accept-Encoding").value_or(""), "gzip");
  if (packed) made.headers.add("Content-Encoding", "gzip");
  made.shared = packed ? file.packed : file.bytes;
  return made;
}

Task<Response> serve(std::shared_ptr<Site> site, Request request) {
  const auto kind = classify(request.path);
  if (is_reserved(request.path) || kind == Name::refused) throw NotFound("Not Found");
  if (kind == Name::file) {
    std::string name = request.path.substr(1);
    const bool immutable = name.starts_with("assets/");
    const auto file = co_await find(site, std::move(name));
    if (file) co_return answer_with(*file, request.headers, immutable);
  }
  std::string entry(entry_page);
  const auto page = co_await find(site, std::move(entry));
  if (!page) throw NotFound("The web UI is not installed");
  co_return answer_with(*page, request.headers, false);
}

}  // namespace

Fallback static_files(std::filesystem::path root, BlockingPool& pool) {
  auto site = std::make_shared<Site>(std::move(root), pool);
  return [site](Request request) { return serve(site, std::move(request)); };
}

}  // namespace trinity::http
