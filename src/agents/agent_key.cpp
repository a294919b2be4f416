#include "agents/agent_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "base/ids.h"

namespace trinity::agents {

namespace {

void create(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (errno == EEXIST) return;
    throw std::system_error(errno, std::generic_category(), "cannot make " + file.string());
  }
  const auto text = random_hex(32) + "\n";
  const auto written = ::write(fd, text.data(), text.size());
  const bool kept = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!kept) {
    ::unlink(file.c_str());
    throw std::runtime_error("cannot write " + file.string());
  }
}

}  // namespace

AgentKey AgentKey::load(const std::filesystem::path& file) {
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) create(file);
  std::ifstream in(file);
  std::string text;
  in >> text;
  AgentKey key;
  std::size_t length = 0;
  const bool read =
      sodium_hex2bin(key.key_.data(), key.key_.size(), text.data(), text.size(), nullptr, &length, nullptr) == 0;
  if (!read || length != key.key_.size())
    throw std::runtime_error(file.string() + " is damaged: it must hold 64 hex digits");
  return key;
}

std::string AgentKey::secret_for(std::string_view nonce) const {
  std::array<unsigned char, 32> out{};
  const std::string message = "agentd:" + std::string(nonce);
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     key_.data(), key_.size());
  return base64url(out);
}

}  // namespace trinity::agents
