#include "http/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>

#include "base/clock.h"
#include "base/spawn.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

using namespace std::chrono_literals;

/// One end of a connection whose other end does what the test says.
struct StreamTest : testing::Test {
  StreamTest() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
    peer.emplace(ends[0]);
    stream = std::make_shared<Stream>(Stream::Socket(io, asio::generic::stream_protocol(AF_UNIX, 0), ends[1]));
  }
  asio::io_context io;
  std::optional<RawSocket> peer;
  std::shared_ptr<Stream> stream;
};

TEST_F(StreamTest, AClientThatDoesNotReadEndsTheWrite) {
  const std::string much(8'000'000, 'x');
  const auto since = steady_now();
  const auto done = run(io, stream->write({asio::buffer(much), {}, {}, {}}, since + 100ms));
  EXPECT_EQ(done.fault, asio::error::timed_out);
  EXPECT_LT(done.bytes, much.size());
  EXPECT_GE(steady_now() - since, 100ms);
}

TEST_F(StreamTest, AClientThatTricklesDoesNotExtendTheLimit) {
  const std::string much(8'000'000, 'x');
  std::jthread reader([this](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      (void)peer->read_exactly(10'000);
      std::this_thread::sleep_for(20ms);
    }
  });
  const auto since = steady_now();
  const auto done = run(io, stream->write({asio::buffer(much), {}, {}, {}}, since + 200ms));
  EXPECT_EQ(done.fault, asio::error::timed_out);
  EXPECT_LT(steady_now() - since, 5s);
  reader.request_stop();
  stream->close();
}

Task<> count_turns(const bool* ended, std::size_t* turns) {
  const auto here = co_await asio::this_coro::executor;
  while (!*ended) {
    ++*turns;
    co_await asio::post(here, use_awaitable);
  }
}

Task<Stream::Done> write_and_tell(Stream* stream, std::string_view bytes, bool* ended) {
  const auto done = co_await stream->write({asio::buffer(bytes), {}, {}, {}}, steady_now() + 20s);
  *ended = true;
  co_return done;
}

/// Writes while the other end reads it all.
void write_and_read(StreamTest* test, std::size_t bytes) {
  const std::string much(bytes, 'x');
  std::size_t read = 0;
  std::jthread reader([&] { read = test->peer->read_exactly(much.size()).size(); });
  const auto done = run(test->io, test->stream->write({asio::buffer(much), {}, {}, {}}, steady_now() + 10s));
  reader.join();
  EXPECT_FALSE(done.fault);
  EXPECT_EQ(read, much.size());
}

TEST_F(StreamTest, OthersHaveTheirTurnWhileMuchIsWritten) {
  // The first long answer bounds what the system holds.
  write_and_read(this, Stream::write_turn + 1);
  // The system takes all of it at once, so nothing but the writer's own manners lets others in.
  const int all = 64 * 1024 * 1024;
  if (::setsockopt(stream->socket().native_handle(), SOL_SOCKET, SO_SNDBUFFORCE, &all, sizeof(all)) != 0)
    GTEST_SKIP() << "only root may have a buffer of this size";
  const std::string much(16 * Stream::write_turn, 'x');
  std::size_t turns = 0;
  bool ended = false;
  spawn("turns", io.get_executor(), count_turns(&ended, &turns));
  const auto done = run(io, write_and_tell(stream.get(), much, &ended));
  EXPECT_EQ(done.bytes, much.size());
  EXPECT_GE(turns, 15U);
}

TEST_F(StreamTest, TheSystemHoldsAboutOneTurnOfLongAnswersAndOfOthersWhatItBeginsWith) {
  const auto held = [this] {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    EXPECT_EQ(::getsockopt(stream->socket().native_handle(), SOL_SOCKET, SO_SNDBUF, &bytes, &size), 0);
    return bytes;
  };
  const int begins_with = held();
  write_and_read(this, 50'000);
  EXPECT_EQ(held(), begins_with);
  write_and_read(this, 3'000'000);
  // What the machine allows bounds it, and Linux takes twice of that, for its own books (socket(7)).
  int allowed = 0;
  std::ifstream("/proc/sys/net/core/wmem_max") >> allowed;
  EXPECT_EQ(held(), 2 * std::min(allowed, static_cast<int>(Stream::write_turn)));
}

TEST_F(StreamTest, ASilentClientEndsTheReadAndStaysUsable) {
  std::array<char, 10> bytes{};
  const auto silent = run(io, stream->read_some(asio::buffer(bytes), steady_now() + 50ms));
  EXPECT_EQ(silent.fault, asio::error::timed_out);
  EXPECT_FALSE(stream->has_input());
  peer->send("late");
  EXPECT_TRUE(stream->has_input());
  const auto late = run(io, stream->read_some(asio::buffer(bytes), steady_now() + 5s));
  EXPECT_FALSE(late.fault);
  EXPECT_EQ(late.bytes, 4U);
}

TEST_F(StreamTest, AClientThatHasGoneIsNoInput) {
  peer.reset();
  EXPECT_FALSE(stream->has_input());
  EXPECT_TRUE(stream->is_stale());
}

}  // namespace
}  // namespace trinity::http
