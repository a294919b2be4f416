#include "app/home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "base/ids.h"

namespace trinity::app {

namespace {

std::string read_or_make_id(const std::filesystem::path& file) {
  std::string id;
  if (std::ifstream in(file); in >> id) {
    if (id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos) return id;
    throw std::runtime_error(file.string() + " is damaged: it must hold 16 hex digits");
  }
  id = random_hex(8);
  const auto fresh = file.string() + ".new";
  std::ofstream out(fresh);
  out << id << '\n';
  out.close();
  if (!out || ::rename(fresh.c_str(), file.c_str()) != 0) throw std::runtime_error("cannot write " + file.string());
  return id;
}

}  // namespace

Home::Home(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code fault;
  const bool made = std::filesystem::create_directories(folder_, fault);
  if (fault) throw std::runtime_error("cannot make the folder " + folder_.string() + ": " + fault.message());
  if (made) ::chmod(folder_.c_str(), 0700);
  const auto lock_file = folder_ / "lock";
  lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) throw std::runtime_error("cannot write in " + folder_.string() + ": " + std::strerror(errno));
  try {
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
      throw std::runtime_error("another trinityd works with " + folder_.string());
    instance_ = read_or_make_id(folder_ / "instance-id");
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

Home::~Home() {
  ::close(lock_);
}

}  // namespace trinity::app
