#include "agents/ports.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "base/errors.h"

namespace trinity::agents {
namespace {

/// A port of this host that somebody listens on.
class Occupied {
 public:
  Occupied() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(socket_, 1);
    socklen_t length = sizeof(address);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~Occupied() { ::close(socket_); }
  Occupied(const Occupied&) = delete;
  Occupied& operator=(const Occupied&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

constexpr std::uint16_t first = 22'220;
constexpr std::uint16_t last = 22'499;

TEST(PortBook, BeginsAtTheRangeAndGoesAboveTheHighest) {
  PortBook book(first, last);
  EXPECT_GE(book.allocate({}).port(), first);
  EXPECT_GT(book.allocate({first, first + 30}).port(), first + 30);
}

TEST(PortBook, GoesBackIntoTheRangeWhenNothingIsFreeAbove) {
  PortBook book(first, last);
  const auto port = book.allocate({65'535}).port();
  EXPECT_GE(port, first);
  EXPECT_LE(port, last);
}

TEST(PortBook, SaysWhenNoneIsFree) {
  PortBook book(first, first);
  EXPECT_THROW((void)book.allocate({first, 65'535}), Failed);
}

TEST(PortBook, AReservedPortIsNotGivenTwiceButComesBack) {
  PortBook book(first, last);
  std::uint16_t port = 0;
  {
    const auto held = book.allocate({});
    port = held.port();
    const auto other = book.allocate({});
    EXPECT_NE(other.port(), port);
    EXPECT_THROW((void)book.claim(port, {}), BadRequest);
  }
  EXPECT_EQ(book.allocate({}).port(), port);
}

TEST(PortBook, AMovedReservationIsGivenBackOnce) {
  PortBook book(first, last);
  auto held = book.allocate({});
  const auto port = held.port();
  PortBook::Reservation kept;
  kept = std::move(held);
  {
    const PortBook::Reservation gone = std::move(held);
  }
  EXPECT_THROW((void)book.claim(port, {}), BadRequest);
}

TEST(PortBook, AReservationMayOutliveItsBook) {
  auto book = std::make_unique<PortBook>(first, last);
  const auto held = book->allocate({});
  book.reset();
  EXPECT_GE(held.port(), first);
}

TEST(PortBook, ClaimsAreChecked) {
  PortBook book(first, last);
  for (const std::int64_t bad : {-1L, 0L, 22L, 1023L, 65'536L, 1L << 40})
    EXPECT_THROW((void)book.claim(bad, {}), BadRequest) << bad;
  EXPECT_THROW((void)book.claim(first + 7, {first + 7}), BadRequest) << "an agent has it";
  const Occupied occupied;
  EXPECT_THROW((void)book.claim(occupied.port(), {}), BadRequest) << "the host uses it";
  EXPECT_EQ(book.claim(first + 9, {}).port(), first + 9);
}

TEST(PortBook, AllocationSkipsWhatTheHostUses) {
  const Occupied occupied;
  if (occupied.port() < 1'100) GTEST_SKIP();
  PortBook book(occupied.port(), occupied.port());
  EXPECT_NE(book.allocate({}).port(), occupied.port());
}

TEST(PortBook, ManyThreadsGetDifferentPorts) {
  PortBook book(first, last);
  std::vector<std::vector<PortBook::Reservation>> held(4);
  std::vector<std::thread> threads;
  for (auto& mine : held) {
    threads.emplace_back([&book, &mine] {
      for (int i = 0; i < 20; ++i) mine.push_back(book.allocate({}));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint16_t> all;
  for (const auto& mine : held) {
    for (const auto& one : mine) all.insert(one.port());
  }
  EXPECT_EQ(all.size(), 80U);
}

}  // namespace
}  // namespace trinity::agents
