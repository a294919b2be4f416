#include "engine/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ranges>
#include <system_error>

#include "base/errors.h"

namespace trinity::engine {

namespace fs = std::filesystem;

namespace {

/// The same content gives the same bytes, so every entry has this time: 1 January 1980, the oldest that zip tools take.
constexpr std::time_t entry_time = 315'532'800;
/// Deep enough for any template; bounds the recursion.
constexpr int max_depth = 64;
constexpr std::size_t tar_block = 512;

[[noreturn]] void too_large(std::size_t max_bytes) {
  throw PayloadTooLarge(fmt::format("The files are larger than {} MiB together", max_bytes / (1024 * 1024)));
}

struct EntryDelete {
  void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, EntryDelete>;

struct WriterDelete {
  void operator()(archive* writer) const noexcept { archive_write_free(writer); }
};

/// Closes a file descriptor.
class File {
 public:
  explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// Entries must unpack below the path that the archive is unpacked at.
void check_path(const std::string& path) {
  const fs::path parts(path);
  const bool climbs = std::ranges::any_of(parts, [](const fs::path& part) { return part == ".."; });
  if (path.empty() || parts.is_absolute() || climbs || path.find('\0') != std::string::npos) {
    throw Internal(fmt::format("not a path inside an archive: '{}'", path));
  }
}

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [in_path, in_root] = std::ranges::mismatch(path, root);
  return in_root == root.end();
}

/// Whether a link at `link` leads to a place below `root`, by its text and by what it meets on the way.
bool stays_inside(const fs::path& link, const fs::path& target, const fs::path& root) {
  if (target.empty() || target.is_absolute()) return false;
  const auto by_text = (link.parent_path() / target).lexically_normal();
  if (!is_below(by_text, root)) return false;
  std::error_code fault;
  const auto by_files = fs::weakly_canonical(link.parent_path() / target, fault);
  return !fault && is_below(by_files, root);
}

/// The content of a regular file, or nothing when it is none (any more). Follows no link, never waits for a pipe.
std::optional<std::pair<std::string, unsigned>> read_file(const fs::path& path, std::size_t max_bytes) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot read " + path.string());
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes) too_large(max_bytes);
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t got = 0;
  while (got < content.size()) {
    const auto part = ::read(file.get(), content.data() + got, content.size() - got);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + path.string());
    if (part == 0) break;
    got += static_cast<std::size_t>(part);
  }
  content.resize(got);
  return std::pair{std::move(content), status.st_mode & 07777U};
}

std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::vector<fs::directory_entry> entries{fs::directory_iterator(folder), fs::directory_iterator()};
  std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().native(); });
  return entries;
}

}  // namespace

struct ArchiveBuilder::State {
  explicit State(std::size_t max) : max_bytes(max), writer(archive_write_new()) {
    // GNU tar keeps names as raw bytes; PAX would need a UTF-8 locale for names that are not ASCII.
    if (!writer || archive_write_set_format_gnutar(writer.get()) != ARCHIVE_OK) throw Internal("no tar writer");
    archive_write_set_bytes_per_block(writer.get(), 0);
    if (archive_write_open(writer.get(), this, nullptr, &State::take, nullptr) != ARCHIVE_OK) fail("open");
  }

  static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    try {
      state.out.append(static_cast<const char*>(bytes), size);
    } catch (...) {
      return -1;  // the library is C: nothing may be thrown through it
    }
    return static_cast<la_ssize_t>(size);
  }

  [[noreturn]] void fail(std::string_view what) const {
    const char* text = archive_error_string(writer.get());
    throw Internal(fmt::format("tar: {}: {}", what, text ? text : "no reason given"));
  }

  Entry make_entry(const std::string& path, unsigned type, unsigned mode, Owner owner) const {
    check_path(path);
    if (!writer) throw Internal("the archive has been handed over");
    Entry entry(archive_entry_new());
    if (!entry) throw std::bad_alloc();
    archive_entry_copy_pathname(entry.get(), path.c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), mode & 07777U);
    archive_entry_set_uid(entry.get(), owner.uid);
    archive_entry_set_gid(entry.get(), owner.gid);
    archive_entry_set_mtime(entry.get(), entry_time, 0);
    return entry;
  }

  /// Heads, long names and padding included.
  void reserve(std::size_t content, std::size_t names) const {
    const auto needed = content + names + 8 * tar_block;
    if (needed > max_bytes || out.size() > max_bytes - needed) too_large(max_bytes);
  }

  void write(archive_entry* entry, std::string_view content, std::size_t names) {
    reserve(content.size(), names);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    if (archive_write_header(writer.get(), entry) != ARCHIVE_OK) fail("head");
    if (content.empty()) return;
    const auto written = archive_write_data(writer.get(), content.data(), content.size());
    if (written != static_cast<la_ssize_t>(content.size())) fail("content");
  }

  void add_link(const std::string& path, const fs::path& target, Owner owner) {
    const auto entry = make_entry(path, AE_IFLNK, 0777, owner);
    archive_entry_copy_symlink(entry.get(), target.c_str());
    write(entry.get(), {}, path.size() + target.native().size());
  }

  std::size_t max_bytes;
  std::string out;
  std::unique_ptr<archive, WriterDelete> writer;
};

namespace {

/// Walks a tree in the order of names, so that the same tree gives the same archive.
class TreeWalk {
 public:
  TreeWalk(ArchiveBuilder& builder, fs::path root, ArchiveBuilder::Owner owner, std::size_t max_bytes)
      : builder_(builder), root_(std::move(root)), owner_(owner), max_bytes_(max_bytes) {}

  template <class AddLink>
  void walk(const fs::path& folder, const std::string& prefix, int depth, AddLink& add_link) {
    if (depth > max_depth) throw PayloadTooLarge("The files lie too deep in their folders");
    for (const auto& entry : sorted_entries(folder)) {
      const auto name =
          prefix.empty() ? entry.path().filename().string() : prefix + "/" + entry.path().filename().string();
      const auto status = entry.symlink_status();
      if (fs::is_symlink(status)) {
        const auto target = fs::read_symlink(entry.path());
        if (stays_inside(entry.path(), target, root_)) add_link(name, target);
      } else if (fs::is_directory(status)) {
        builder_.add_directory(name, static_cast<unsigned>(status.permissions()), owner_);
        walk(entry.path(), name, depth + 1, add_link);
      } else if (fs::is_regular_file(status)) {
        if (const auto file = read_file(entry.path(), max_bytes_)) {
          builder_.add_file(name, file->first, file->second, owner_);
        }
      }
    }
  }

 private:
  ArchiveBuilder& builder_;
  fs::path root_;
  ArchiveBuilder::Owner owner_;
  std::size_t max_bytes_;
};

}  // namespace

ArchiveBuilder::ArchiveBuilder(std::size_t max_bytes) : state_(std::make_unique<State>(max_bytes)) {}
ArchiveBuilder::~ArchiveBuilder() = default;

void ArchiveBuilder::add_file(const std::string& path, std::string_view content, unsigned mode, Owner owner) {
  const auto entry = state_->make_entry(path, AE_IFREG, mode, owner);
  state_->write(entry.get(), content, path.size());
}

void ArchiveBuilder::add_directory(const std::string& path, unsigned mode, Owner owner) {
  const auto entry = state_->make_entry(path, AE_IFDIR, mode, owner);
  state_->write(entry.get(), {}, path.size());
}

void ArchiveBuilder::add_tree(const fs::path& root, const std::string& prefix, Owner owner) {
  const auto real_root = fs::canonical(root);
  auto add_link = [this, owner](const std::string& path, const fs::path& target) {
    state_->add_link(path, target, owner);
  };
  TreeWalk(*this, real_root, owner, state_->max_bytes).walk(real_root, prefix, 0, add_link);
}

std::string ArchiveBuilder::finish() {
  if (!state_->writer) throw Internal("the archive has been handed over");
  if (archive_write_close(state_->writer.get()) != ARCHIVE_OK) state_->fail("end");
  state_->writer.reset();
  return std::move(state_->out);
}

}  // namespace trinity::engine
