#pragma once
#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <string>

namespace trinity::test {

struct TarItem {
  bool directory = false;
  unsigned mode = 0;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::string content;
};

/// What another reader finds in a tar archive, by path without slashes at its ends.
inline std::map<std::string, TarItem> read_tar(const std::string& tar) {
  std::map<std::string, TarItem> found;
  auto* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  archive_read_open_memory(reader, tar.data(), tar.size());
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    std::string path = archive_entry_pathname(entry);
    while (path.ends_with('/')) path.pop_back();
    auto& item = found[path];
    item.directory = archive_entry_filetype(entry) == AE_IFDIR;
    item.mode = archive_entry_perm(entry);
    item.uid = archive_entry_uid(entry);
    item.gid = archive_entry_gid(entry);
    item.content.resize(static_cast<std::size_t>(archive_entry_size(entry)));
    if (!item.content.empty()) archive_read_data(reader, item.content.data(), item.content.size());
  }
  archive_read_free(reader);
  return found;
}

}  // namespace trinity::test
