// Requests as they come from the net, through the reader that the server uses, over a pair of sockets. Cutting the
// bytes into portions never changes what is read: what stands behind a request is never taken for a part of it.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include "fuzz/input.h"
#include "http/request_reader.h"
#include "http/text.h"

namespace {

using namespace trinity;

constexpr std::size_t max_body = 700;
constexpr std::size_t most_requests = 50;

http::ServerOptions small_limits() {
  http::ServerOptions options;
  options.max_header = 1024;
  return options;
}

/// What one reading of the bytes came to, as a text to compare.
using Story = std::string;

void tell_pairs(Story& story, const http::Parameters& pairs) {
  for (const auto& [name, value] : pairs) story += " [" + name + "]=[" + value + "]";
}

/// A request that was read whole. What comes of one that is broken may depend on the portions: a head is answered
/// before the rest of its body has come, or refused together with it.
void tell(Story& story, http::RequestParser& parser) {
  story += std::string(http::name_of(parser.method)) + " " + parser.target + (parser.http_1_0 ? " 1.0" : " 1.1");
  for (const auto& [name, value] : parser.headers) story += "\n" + name + ": " + value;
  story += "\n\n" + parser.body + "\n";
  const auto mark = parser.target.find('?');
  if (mark != std::string::npos) tell_pairs(story, http::parse_query(std::string_view(parser.target).substr(mark + 1)));
  tell_pairs(story, http::parse_form(parser.headers.find("content-type").value_or(""), parser.body));
}

void check_head(const http::RequestParser& parser) {
  std::size_t size = parser.target.size();
  for (const auto& [name, value] : parser.headers) {
    fuzz::require(!name.empty() && name.find_first_of("\r\n: ") == std::string::npos, "a field has a name");
    fuzz::require(value.find_first_of("\r\n") == std::string::npos, "a value has no line ends");
    size += name.size() + value.size();
    (void)http::lists_token(value, "gzip");
  }
  fuzz::require(size <= 1024, "a head is within its limit");
  if (const auto path = http::percent_decode(parser.target, false)) {
    fuzz::require(path->find('\0') == std::string::npos, "a path has no zero byte");
  }
}

Task<> read_all(std::shared_ptr<http::Stream> stream, const http::ServerOptions& options, bool wanted, Story* story) {
  using Reader = http::RequestReader;
  Reader reader(stream, options);
  for (std::size_t i = 0; i < most_requests; ++i) {
    const auto head = co_await reader.read_head();
    if (head != Reader::Head::read) break;
    check_head(reader.parser());
    if (wanted) {
      const auto body = co_await reader.read_body(max_body, false);
      if (body != Reader::Body::read) break;
      fuzz::require(reader.parser().body.size() <= max_body, "a body is within its limit");
    } else {
      const bool dropped = co_await reader.drop_body();
      if (!dropped) break;
      reader.parser().body.clear();
    }
    tell(*story, reader.parser());
    if (!reader.parser().keep_alive()) break;
  }
  stream->close();
}

/// The peer: sends its bytes in portions, one each time it gets its turn.
struct Peer {
  int socket;
  std::string_view bytes;
  std::string_view cuts;
  asio::io_context& context;
  std::size_t turn = 0;

  void send() {
    if (bytes.empty()) {
      ::shutdown(socket, SHUT_WR);
      return;
    }
    const auto size = cuts.empty() ? bytes.size() : 1 + static_cast<std::uint8_t>(cuts[turn++ % cuts.size()]) % 60U;
    const auto part = bytes.substr(0, size);
    // A reader that has given up closes its end.
    if (::send(socket, part.data(), part.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(part.size())) return;
    bytes.remove_prefix(part.size());
    asio::post(context, [this] { send(); });
  }
};

Story read(std::string_view bytes, std::string_view cuts, bool wanted) {
  static asio::io_context context(1);
  static const auto options = small_limits();
  int ends[2];
  fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets");
  Story story;
  context.restart();
  auto stream = std::make_shared<http::Stream>(
      http::Stream::Socket(context, asio::generic::stream_protocol(AF_UNIX, 0), ends[0]));
  asio::co_spawn(context, read_all(std::move(stream), options, wanted, &story), [](const std::exception_ptr& fault) {
    if (fault) std::rethrow_exception(fault);
  });
  Peer peer{ends[1], bytes, cuts, context};
  asio::post(context, [&peer] { peer.send(); });
  context.run();
  ::close(ends[1]);
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const bool wanted = input.pick(4) != 0;
  const auto cuts = input.text(1 + input.pick(4));
  const auto whole = read(input.rest(), {}, wanted);
  const auto cut = read(input.rest(), cuts, wanted);
  fuzz::require(whole == cut, "requests do not depend on the portions:\n" + whole + "\n--- but\n" + cut);
  return 0;
}
