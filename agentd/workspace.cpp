#include "agentd/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <stdexcept>

#include "agentd/files.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLevels = 64;
constexpr std::size_t kMostFiles = 100'000;
constexpr const char* kTemporaryName = ".trinity-copy";

struct Copying {
  fs::path source;
  fs::path home;
  std::stop_token stop;
  CopyReport report;
};

/// Whatever stands under that name goes away, unless it is a real folder: a link there must not be written through.
void make_folder(const fs::path& folder, fs::perms mode) {
  if (fs::symlink_status(folder).type() != fs::file_type::directory) {
    fs::remove(folder);
    fs::create_directory(folder);
  }
  fs::permissions(folder, (mode & fs::perms::all) | fs::perms::owner_all);
}

bool is_script(const fs::path& place) {
  return place.parent_path() == "scripts" && (place.extension() == ".sh" || place.extension() == ".py");
}

/// Written beside and renamed, so that an existing link or half a file is replaced, not followed or extended.
void copy_file(const fs::path& from, const fs::path& to, fs::perms mode) {
  const auto temporary = to.parent_path() / kTemporaryName;
  fs::remove(temporary);
  fs::copy_file(from, temporary);
  fs::permissions(temporary, (mode & fs::perms::all) | fs::perms::owner_read | fs::perms::owner_write);
  if (fs::symlink_status(to).type() == fs::file_type::directory) fs::remove_all(to);
  fs::rename(temporary, to);
}

void copy_link(Copying& job, const fs::path& place) {
  const auto target = fs::read_symlink(job.source / place);
  if (!stays_inside(place, target)) {
    log::warn("workspace", "link {} leads out of the template and is left out", place.string());
    ++job.report.skipped;
    return;
  }
  const auto to = job.home / place;
  fs::remove_all(to);
  fs::create_symlink(target, to);
  ++job.report.files;
}

void copy_tree(Copying& job, const fs::path& place, int level);

void copy_entry(Copying& job, const fs::path& place, int level) {
  if (job.stop.stop_requested()) throw std::runtime_error("interrupted");
  if (job.report.files >= kMostFiles) throw std::runtime_error("the template has more than 100000 files");
  const auto status = fs::symlink_status(job.source / place);
  switch (status.type()) {
    case fs::file_type::directory:
      make_folder(job.home / place, status.permissions());
      copy_tree(job, place, level + 1);
      break;
    case fs::file_type::regular: {
      const auto executable = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
      copy_file(job.source / place, job.home / place,
                is_script(place) ? status.permissions() | executable : status.permissions());
      ++job.report.files;
      break;
    }
    case fs::file_type::symlink:
      copy_link(job, place);
      break;
    default:
      ++job.report.skipped;
  }
}

void copy_tree(Copying& job, const fs::path& place, int level) {
  if (level > kMostLevels) throw std::runtime_error("the template has more than 64 levels of folders");
  for (const auto& entry : fs::directory_iterator(job.source / place)) {
    const auto name = entry.path().filename();
    if (name == kInitialisedMarker || name == kTemporaryName) continue;
    copy_entry(job, place / name, level);
  }
}

void add_lines(const fs::path& file, std::span<const std::string_view> lines) {
  auto text = read_small_file(file, 1'000'000).value_or("");
  std::string added = text.empty() || text.ends_with('\n') ? "" : "\n";
  const auto around = "\n" + text + "\n";
  for (const auto line : lines) {
    if (around.find(fmt::format("\n{}\n", line)) == std::string::npos) added += fmt::format("{}\n", line);
  }
  if (added.size() > 1) std::ofstream(file, std::ios::app) << added;
}

}  // namespace

bool stays_inside(const fs::path& link, const fs::path& target) {
  if (target.empty() || target.is_absolute()) return false;
  int level = 0;
  for (const auto& part : link.parent_path()) level += part.empty() || part == "." ? 0 : 1;
  for (const auto& part : target) {
    if (part == "..") {
      if (--level < 0) return false;
    } else if (!part.empty() && part != ".") {
      ++level;
    }
  }
  return true;
}

std::expected<CopyReport, std::string> copy_template(const fs::path& source, const fs::path& home,
                                                     const std::stop_token& stop) {
  try {
    const auto marker = home / kInitialisedMarker;
    if (fs::exists(fs::symlink_status(marker))) return CopyReport{true, 0, 0};
    Copying job{source, home, stop, {}};
    copy_tree(job, {}, 0);
    std::ofstream made(marker);
    if (!made) return std::unexpected(fmt::format("cannot write {}", marker.string()));
    return job.report;
  } catch (const std::exception& e) {
    return std::unexpected(std::string(e.what()));
  }
}

void make_content_folders(const fs::path& home) {
  try {
    for (const auto* name : {"videos", "audio", "images", "exports"}) fs::create_directories(home / "content" / name);
    const auto git = home / ".git";
    if (fs::symlink_status(git).type() != fs::file_type::directory) return;
    fs::create_directories(git / "info");
    constexpr std::array<std::string_view, 2> lines{"content/", ".local/"};
    add_lines(git / "info" / "exclude", lines);
  } catch (const std::exception& e) {
    log::warn("workspace", "content folders: {}", e.what());
  }
}

}  // namespace trinity::agentd
