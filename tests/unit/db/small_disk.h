#pragma once
#include <sys/mount.h>

#include <string>

#include "unit/db/temp_dir.h"

namespace trinity::test {

/// A file system of its own with little room. Only root can make one: ask made() first.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    made_ = ::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (made_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool made() const noexcept { return made_; }
  bool make_read_only() { return ::mount("", dir_.path().c_str(), "", MS_REMOUNT | MS_RDONLY, nullptr) == 0; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return dir_.path(); }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return dir_ / name; }

 private:
  TempDir dir_;
  bool made_ = false;
};

}  // namespace trinity::test
