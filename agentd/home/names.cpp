#include "agentd/home/names.h"

#include <fcntl.h>

#include <string_view>

#include "agentd/descriptor.h"

namespace trinity::agentd {

Names::Names(int above, const char* name) {
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Descriptor opened(::openat(above, name, flags));
  if (opened) stream_ = ::fdopendir(opened.number());
  if (stream_ != nullptr) static_cast<void>(opened.release());
}

Names::~Names() {
  if (stream_ != nullptr) ::closedir(stream_);
}

const char* Names::next() {
  while (const auto* entry = ::readdir(stream_)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return entry->d_name;
  }
  return nullptr;
}

}  // namespace trinity::agentd
