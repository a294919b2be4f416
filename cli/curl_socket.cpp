#include "cli/curl_socket.h"

#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "cli/curl_handle.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {

/// The server pings every 25 s: a minute of silence is a lost connection.
constexpr std::chrono::milliseconds kSilence{60'000};
constexpr std::size_t kMostBytesOfFrame = 16 * 1024 * 1024;

/// Beast's SyncStream over a connection that libcurl made.
class CurlStream {
 public:
  using executor_type = asio::io_context::executor_type;

  CurlStream(asio::io_context& context, CurlHandle handle) : context_(&context), handle_(std::move(handle)) {
    curl_easy_getinfo(handle_.get(), CURLINFO_ACTIVESOCKET, &socket_);
  }
  [[nodiscard]] executor_type get_executor() const noexcept { return context_->get_executor(); }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    const auto first = first_of<asio::mutable_buffer>(buffers);
    return transfer(POLLIN, error, [&](std::size_t* moved) {
      return curl_easy_recv(handle_.get(), first.data(), first.size(), moved);
    });
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    error_code error;
    const auto moved = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return moved;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    const auto first = first_of<asio::const_buffer>(buffers);
    return transfer(POLLOUT, error, [&](std::size_t* moved) {
      return curl_easy_send(handle_.get(), first.data(), first.size(), moved);
    });
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    error_code error;
    const auto moved = write_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return moved;
  }

 private:
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      if (Buffer(*at).size() > 0) return Buffer(*at);
    }
    return {};
  }

  template <class Move>
  std::size_t transfer(short direction, error_code& error, const Move& move) {
    error = {};
    const auto until = std::chrono::steady_clock::now() + kSilence;
    while (true) {
      std::size_t moved = 0;
      const auto code = move(&moved);
      if (code == CURLE_OK) {
        if (moved == 0 && direction == POLLIN) error = asio::error::eof;
        return moved;
      }
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (code != CURLE_AGAIN || left.count() <= 0) {
        error = code == CURLE_AGAIN ? error_code(asio::error::timed_out) : error_code(asio::error::connection_reset);
        return 0;
      }
      pollfd waiting{static_cast<int>(socket_), direction, 0};
      ::poll(&waiting, 1, static_cast<int>(left.count()));
    }
  }

  asio::io_context* context_;
  CurlHandle handle_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
};

/// Beast asks for this by name; libcurl closes the connection with its handle.
void teardown(beast::role_type, CurlStream&, error_code& error) {
  error = {};
}

class CurlSocket final : public LiveSocket {
 public:
  CurlSocket(const std::string& address, CurlHandle handle) : stream_(context_, std::move(handle)) {
    const auto scheme_end = address.find("://") + 3;
    const auto path_begin = std::min(address.find('/', scheme_end), address.size());
    stream_.read_message_max(kMostBytesOfFrame);
    error_code error;
    stream_.handshake(address.substr(scheme_end, path_begin - scheme_end), address.substr(path_begin) + "/ws", error);
    if (error == beast::websocket::error::upgrade_declined)
      throw NotLive("no live connection gets through to " + address);
    if (error) throw Fault(ExitCode::unreachable, "no live connection to " + address + ": " + error.message());
  }

  void send(const json::object& frame) override {
    error_code error;
    stream_.write(asio::buffer(json::serialize(frame)), error);
    if (error) lost(error);
  }

  json::object read() override {
    beast::flat_buffer buffer;
    error_code error;
    stream_.read(buffer, error);
    if (error) lost(error);
    auto parsed = json::parse({static_cast<const char*>(buffer.data().data()), buffer.size()}, error);
    if (error || !parsed.is_object()) throw Fault(ExitCode::failed, "the server sent something that is no frame");
    return std::move(parsed.get_object());
  }

 private:
  [[noreturn]] static void lost(const error_code& error) {
    throw Fault(ExitCode::unreachable, "the live connection is lost: " + error.message());
  }

  asio::io_context context_;
  beast::websocket::stream<CurlStream> stream_;
};

CurlHandle connected(const Target& target) {
  CurlHandle handle(curl_easy_init());
  set_common_options(handle.get(), target);
  curl_easy_setopt(handle.get(), CURLOPT_URL, target.address.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  // A proxy hands the bytes on; without a tunnel it would want requests of its own.
  curl_easy_setopt(handle.get(), CURLOPT_HTTPPROXYTUNNEL, 1L);
  // The handshake is ours, so the connection must not become HTTP/2.
  curl_easy_setopt(handle.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  const auto code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) throw_unreachable(target.address, code);
  return handle;
}

}  // namespace

std::unique_ptr<LiveSocket> open_curl_socket(const Target& target) {
  auto socket = std::make_unique<CurlSocket>(target.address, connected(target));
  socket->send({{"type", "auth"}, {"token", target.token}});
  const auto answer = socket->read();
  if (text_of(answer, "type") != "authenticated") {
    throw Fault(ExitCode::not_signed_in, "the session has ended", kSignInHint);
  }
  return socket;
}

}  // namespace trinity::cli
