// The file API: the tree, reading, writing, deleting, moving, all within the home directory.
#include <fmt/format.h>

#include "agentd/credentials/mcp_file.h"
#include "agentd/home/changes.h"
#include "agentd/home/content_body.h"
#include "agentd/home/listing.h"
#include "agentd/home/media_type.h"
#include "agentd/home/reading.h"
#include "agentd/routes.h"
#include "http/body_source.h"
#include "http/etag.h"
#include "http/range.h"
#include "http/response_head.h"
#include "json/decode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

/// A text of the largest size may be longer as JSON.
constexpr std::size_t most_body = 32 * 1024 * 1024;
/// Pages of an agent's making run nothing, load nothing, and are never shown as ours.
constexpr const char* sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

struct FolderRequest {
  std::string path;
};
BOOST_DESCRIBE_STRUCT(FolderRequest, (), (path))

struct MoveRequest {
  std::string path;
  std::string new_path;
};
BOOST_DESCRIBE_STRUCT(MoveRequest, (), (path, new_path))

std::string required_path(const Request& request) {
  const auto path = request.query.find("path");
  if (path) return std::string(*path);
  json::Faults faults;
  faults.add("missing", {"query", "path"}, "Field required", nullptr);
  faults.check();
  return {};
}

bool flag(const Request& request, const char* name) {
  json::Faults faults;
  const auto value = json::query_bool(request.query.find(name), name, faults);
  faults.check();
  return value.value_or(false);
}

/// What fails below without a name of its own gets the operation's.
template <class F>
auto named(const char* what, F work) -> decltype(work()) {
  try {
    return work();
  } catch (const Failed& e) {
    throw Failed(fmt::format("{}: {}", what, e.what()));
  }
}

struct Opened {
  OpenFile file;
  std::string name;
  bool secret = false;
};

Response changed_meanwhile(const std::string& path) {
  return Response::json(object{{"detail", fmt::format("The file has changed: {}", path)}}, 412);
}

class FileHandlers {
 public:
  explicit FileHandlers(const AgentParts& parts)
      : config_(parts.config), home_(parts.config.home), pool_(parts.file_pool), stop_(parts.stopping) {}

  Task<Response> list(Request request) {
    const std::string asked(request.query.find("path").value_or(home_.root().string()));
    json::Faults faults;
    ListingWish wish;
    wish.show_hidden = json::query_bool(request.query.find("show_hidden"), "show_hidden", faults).value_or(false);
    const auto levels = json::query_int(request.query.find("depth"), "depth", faults).value_or(0);
    if (levels < 0 || levels > ListingLimits{}.depth)
      faults.add("value_error", {"query", "depth"}, "Use 1 to 32; 0 means all", levels);
    faults.check();
    wish.levels = static_cast<int>(levels);
    auto job = [this, asked, wish] {
      return named("Failed to list files", [&] {
        const auto place = home_.find(asked, Home::Last::follow);
        if (!place.is_there()) throw NotFound(fmt::format("Path not found: {}", asked));
        return list_tree(home_, place, wish, {}, stop_);
      });
    };
    auto listing = co_await pool_.run(std::move(job));
    Response made;
    made.headers.add("Content-Type", "application/json");
    const auto bytes = listing.bytes;
    made.streamed = {body_of(std::move(listing)), bytes};
    co_return made;
  }

  Task<Response> download(Request request) {
    const auto asked = required_path(request);
    auto opened = co_await open(asked, "Failed to read file");
    Response made;
    made.headers.add("Content-Type", "text/plain; charset=utf-8");
    add_marks(made, opened);
    // What is replaced changes the length, so it is told by chunks.
    made.streamed = {text_of(std::move(opened.file), pool_), std::nullopt};
    co_return made;
  }

  Task<Response> preview(Request request) {
    const auto asked = required_path(request);
    auto opened = co_await open(asked, "Failed to preview file");
    const auto& tag = opened.file.tag;
    const auto modified = http::http_date(std::chrono::floor<std::chrono::seconds>(opened.file.modified));
    Response made;
    made.headers.add("Accept-Ranges", "bytes");
    made.headers.add("ETag", tag);
    made.headers.add("Last-Modified", modified);
    made.headers.add("Cache-Control", "private, no-cache");
    made.headers.add("Content-Security-Policy", sandbox);
    add_marks(made, opened);
    if (http::is_known(request.headers, tag)) {
      made.status = 304;
      co_return made;
    }
    const auto condition = request.headers.find("If-Range");
    const bool whole = condition && *condition != tag && *condition != modified;
    const auto size = opened.file.size;
    const auto choice = http::choose_range(whole ? std::nullopt : request.headers.find("Range"), size);
    if (choice.kind == http::RangeChoice::Kind::unsatisfiable) co_return unsatisfiable(size);
    made.headers.add("Content-Type", media_type_of(opened.name));
    made.headers.add("Content-Disposition", attachment_named(opened.name));
    const bool part = choice.kind == http::RangeChoice::Kind::part;
    const auto first = part ? choice.part.first : 0;
    const auto length = part ? choice.part.length() : size;
    if (part) {
      made.status = 206;
      made.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", first, choice.part.last, size));
    }
    made.streamed = {bytes_of(std::move(opened.file), first, length, pool_), length};
    co_return made;
  }

  Task<Response> update(Request request) {
    const auto asked = required_path(request);
    std::optional<std::string> if_match;
    if (const auto field = request.headers.find("If-Match")) if_match = std::string(*field);
    auto begin = [this, asked, if_match] {
      return named("Failed to update file", [&] { return begin_update(home_, asked, if_match); });
    };
    auto replacing = co_await pool_.run(std::move(begin));
    if (replacing.changed) co_return changed_meanwhile(asked);
    auto& writer = replacing.writer;
    ContentBody::Taker taker{[&writer] { writer.clear(); },
                             [&writer](std::string_view text) { writer.append(text, largest_text); }};
    ContentBody body(std::move(taker));
    const auto source = request.streamed.source;
    for (bool more = true; more;) {
      const auto piece = co_await source->read();
      more = !piece.empty();
      auto take = [&body, &piece] { named("Failed to update file", [&] { body.feed(piece); }); };
      if (more) co_await pool_.run(std::move(take));
    }
    auto finish = [this, &body, &writer, asked] {
      body.finish();
      auto done = named("Failed to update file", [&] { return writer.finish(false, asked); });
      keep_platform_entry_in(config_, asked);
      return done;
    };
    const auto written = co_await pool_.run(std::move(finish));
    co_return written_answer(written, asked, 200);
  }

  Task<Response> upload(Request request) {
    const auto asked = required_path(request);
    const bool overwrite = flag(request, "overwrite");
    auto begin = [this, asked, overwrite] {
      return named("Failed to upload file", [&] { return begin_upload(home_, asked, overwrite); });
    };
    auto uploading = co_await pool_.run(std::move(begin));
    auto& writer = uploading.writer;
    const auto source = request.streamed.source;
    for (bool more = true; more;) {
      const auto piece = co_await source->read();
      more = !piece.empty();
      auto take = [&writer, &piece] { named("Failed to upload file", [&] { writer.append(piece, largest_file); }); };
      if (more) co_await pool_.run(std::move(take));
    }
    auto finish = [this, &writer, overwrite, asked] {
      auto done = named("Failed to upload file", [&] { return writer.finish(!overwrite, asked); });
      keep_platform_entry_in(config_, asked);
      return done;
    };
    const auto written = co_await pool_.run(std::move(finish));
    co_return written_answer(written, asked, uploading.created ? 201 : 200);
  }

  Task<Response> remove(Request request) {
    const auto asked = required_path(request);
    auto job = [this, asked] {
      return named("Failed to delete", [&] { return remove_path(home_, asked, {}, stop_); });
    };
    const auto removed = co_await pool_.run(std::move(job));
    co_return Response::json(object{{"success", true},
                                    {"deleted", asked},
                                    {"type", removed.folder ? "directory" : "file"},
                                    {"file_count", removed.entries}});
  }

  Task<Response> folder(Request request) {
    const auto wanted = json::decode_body<FolderRequest>(request.body);
    auto job = [this, &wanted] { named("Failed to create folder", [&] { make_folder(home_, wanted.path); }); };
    co_await pool_.run(std::move(job));
    co_return Response::json(object{{"success", true}, {"path", wanted.path}}, 201);
  }

  Task<Response> move(Request request) {
    const auto wanted = json::decode_body<MoveRequest>(request.body);
    auto job = [this, &wanted] { named("Failed to move", [&] { move_path(home_, wanted.path, wanted.new_path); }); };
    co_await pool_.run(std::move(job));
    co_return Response::json(object{{"success", true}, {"path", wanted.path}, {"new_path", wanted.new_path}});
  }

 private:
  Task<Opened> open(std::string asked, const char* what) {
    auto job = [this, asked, what] {
      return named(what, [&] {
        const auto place = home_.find(asked, Home::Last::follow);
        Opened opened{open_file(place, asked), place.name(), place.protection().secret};
        return opened;
      });
    };
    co_return co_await pool_.run(std::move(job));
  }
  /// The server lets only some people read these.
  static void add_marks(Response& response, const Opened& opened) {
    if (opened.secret) response.headers.add("X-Trinity-Secret", "1");
  }
  static Response unsatisfiable(std::uint64_t size) {
    auto made = Response::json(object{{"detail", "The range lies behind the end of the file"}}, 416);
    made.headers.add("Content-Range", fmt::format("bytes */{}", size));
    return made;
  }
  static Response written_answer(const FileWriter::Written& written, const std::string& asked, unsigned status) {
    auto made = Response::json(
        object{{"success", true}, {"path", asked}, {"size", written.size}, {"modified", format_z(written.modified)}},
        status);
    made.headers.add("ETag", written.tag);
    return made;
  }

  const Config& config_;
  Home home_;
  BlockingPool& pool_;
  std::stop_token stop_;
};

http::Route reads_body(http::Route route, std::size_t most) {
  route.max_body = most;
  route.streams = true;
  return route;
}

}  // namespace

std::vector<http::Route> file_routes(const AgentParts& parts) {
  const Members<FileHandlers> call(parts);
  return {
      {Method::get, "/api/files", Access::secret, call(&FileHandlers::list)},
      reads_body({Method::put, "/api/files", Access::secret, call(&FileHandlers::update)}, most_body),
      {Method::del, "/api/files", Access::secret, call(&FileHandlers::remove)},
      {Method::get, "/api/files/download", Access::secret, call(&FileHandlers::download)},
      {Method::get, "/api/files/preview", Access::secret, call(&FileHandlers::preview)},
      reads_body({Method::put, "/api/files/content", Access::secret, call(&FileHandlers::upload)}, largest_file),
      {Method::post, "/api/files/folder", Access::secret, call(&FileHandlers::folder)},
      {Method::post, "/api/files/move", Access::secret, call(&FileHandlers::move)},
  };
}

}  // namespace trinity::agentd
