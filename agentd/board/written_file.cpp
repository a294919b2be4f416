#include "agentd/board/written_file.h"

#include <sys/stat.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "agentd/files.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kLargest = 1'000'000;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

WrittenFile::WrittenFile(std::vector<std::filesystem::path> places, bool pass_broken, Parse parse, BlockingPool& pool,
                         std::chrono::milliseconds again_after)
    : pass_broken_(pass_broken), parse_(std::move(parse)), pool_(pool), again_after_(again_after) {
  for (auto& path : places) places_.push_back({std::move(path)});
}

std::optional<WrittenFile::Version> WrittenFile::version_of(const std::filesystem::path& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  return Version{static_cast<std::int64_t>(about.st_mtim.tv_sec) * kNanosecondsPerSecond + about.st_mtim.tv_nsec,
                 static_cast<std::uint64_t>(about.st_size), about.st_ino};
}

std::optional<WrittenFile::Read> WrittenFile::read(const Place& place, bool again, bool& there) const {
  // Looked at before the content is read: what is written meanwhile is another version, which the next look sees.
  const auto version = version_of(place.path);
  there = version.has_value();
  if (!there || (!again && place.version == version)) return std::nullopt;
  const auto text = read_small_file(place.path, kLargest);
  return Read{*version, text ? parse_(*text) : std::unexpected(text.error())};
}

/// False: the file is not there.
Task<bool> WrittenFile::refresh(Place* place, bool again) {
  bool there = false;
  auto job = [&] { return read(*place, again, there); };
  auto found = co_await pool_.run(std::move(job));
  if (!there) {
    *place = Place{place->path};
    co_return false;
  }
  if (!found) co_return true;
  place->version = found->version;
  if (found->parsed) {
    place->fault.clear();
    place->good = std::make_shared<const boost::json::value>(std::move(*found->parsed));
    place->good_modified = Time(std::chrono::microseconds(found->version.modified_ns / 1'000));
    co_return true;
  }
  place->fault = std::move(found->parsed.error());
  if (!again) {
    asio::steady_timer pause(co_await asio::this_coro::executor, again_after_);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(use_awaitable, ignored));
    co_return co_await refresh(place, true);
  }
  log::warn("board", "{}: {}", place->path.string(), place->fault);
  co_return true;
}

Task<WrittenFile::Seen> WrittenFile::look() {
  Seen broken;
  for (auto& place : places_) {
    if (!co_await refresh(&place)) continue;
    if (place.good) co_return Seen{place.path, place.good, place.fault, place.good_modified};
    if (broken.path.empty()) broken = {place.path, nullptr, place.fault};
    if (!pass_broken_) break;
  }
  co_return broken;
}

}  // namespace trinity::agentd
