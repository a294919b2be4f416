#include "agents/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "base/errors.h"

namespace trinity::agents {

namespace {

/// Asks the host's own network, which is where the engine publishes ports.
bool can_bind(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

PortBook::Reservation::Reservation(Reservation&& other) noexcept
    : among_(std::move(other.among_)), port_(std::exchange(other.port_, 0)) {}

PortBook::Reservation& PortBook::Reservation::operator=(Reservation&& other) noexcept {
  std::swap(among_, other.among_);
  std::swap(port_, other.port_);
  return *this;
}

PortBook::Reservation::~Reservation() {
  if (!among_) return;
  const std::lock_guard lock(among_->mutex);
  among_->ports.erase(port_);
}

bool PortBook::try_reserve(std::uint32_t port, const std::set<std::uint16_t>& taken) {
  if (port < 1024 || port > 65535) return false;
  const auto number = static_cast<std::uint16_t>(port);
  if (taken.contains(number) || reserved_->ports.contains(number) || !can_bind(number)) return false;
  reserved_->ports.insert(number);
  return true;
}

PortBook::Reservation PortBook::allocate(const std::set<std::uint16_t>& taken) {
  const std::lock_guard lock(reserved_->mutex);
  const std::uint32_t next = taken.empty() ? first_ : std::uint32_t{*taken.rbegin()} + 1;
  for (std::uint32_t port = next; port < next + 100; ++port) {
    if (try_reserve(port, taken)) return {reserved_, static_cast<std::uint16_t>(port)};
  }
  for (std::uint32_t port = first_; port <= last_; ++port) {
    if (try_reserve(port, taken)) return {reserved_, static_cast<std::uint16_t>(port)};
  }
  throw Failed("No free SSH port on this host");
}

PortBook::Reservation PortBook::claim(std::int64_t port, const std::set<std::uint16_t>& taken) {
  if (port < 1024 || port > 65535) throw BadRequest("port must be between 1024 and 65535");
  const std::lock_guard lock(reserved_->mutex);
  if (!try_reserve(static_cast<std::uint32_t>(port), taken))
    throw BadRequest("port " + std::to_string(port) + " is in use");
  return {reserved_, static_cast<std::uint16_t>(port)};
}

}  // namespace trinity::agents
