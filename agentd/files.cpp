#include "agentd/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agentd/descriptor.h"

namespace trinity::agentd {

namespace {

std::unexpected<std::string> system_fault() {
  return std::unexpected(std::string(std::strerror(errno)));
}

}  // namespace

std::expected<std::string, std::string> read_small_file(const std::filesystem::path& file, std::size_t most) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  const Descriptor open_file(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (open_file.number() < 0) return system_fault();
  struct stat about{};
  if (::fstat(open_file.number(), &about) != 0) return system_fault();
  if (!S_ISREG(about.st_mode)) return std::unexpected(std::string("not a regular file"));
  std::string text;
  text.resize(most + 1);
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::read(open_file.number(), text.data() + done, text.size() - done);
    if (n == 0) break;
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      return system_fault();
    }
  }
  if (done > most) return std::unexpected(fmt::format("larger than {} bytes", most));
  text.resize(done);
  text.shrink_to_fit();
  return text;
}

std::expected<void, std::string> write_private_file(const std::filesystem::path& file, std::string_view content) {
  std::error_code fault;
  std::filesystem::create_directories(file.parent_path(), fault);
  if (fault) return std::unexpected(fault.message());
  auto beside = file.string() + ".XXXXXX";
  // mkostemp makes it with mode 0600.
  const Descriptor open_file(::mkostemp(beside.data(), O_CLOEXEC));
  if (open_file.number() < 0) return system_fault();
  for (auto rest = content; !rest.empty();) {
    const auto n = ::write(open_file.number(), rest.data(), rest.size());
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      auto reason = system_fault();
      ::unlink(beside.c_str());
      return reason;
    }
  }
  if (::rename(beside.c_str(), file.c_str()) == 0) return {};
  auto reason = system_fault();
  ::unlink(beside.c_str());
  return reason;
}

}  // namespace trinity::agentd
