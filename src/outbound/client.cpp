#include "outbound/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <memory>
#include <string_view>

#include "base/log.h"
#include "http/text.h"

namespace trinity::outbound {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t threads = 4;
constexpr std::size_t most_waiting = 64;
constexpr std::size_t most_headers = 200;
constexpr milliseconds connect_within{10'000};

struct EasyEnd {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct ListEnd {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;
using List = std::unique_ptr<curl_slist, ListEnd>;

/// What arrives, while it arrives. libcurl calls back with a pointer to it.
struct Arriving {
  Answer answer;
  std::size_t most_bytes = 0;
  bool too_large = false;
  const std::atomic<bool>* stopping = nullptr;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& arriving = *static_cast<Arriving*>(to);
  if (arriving.answer.body.size() + count > arriving.most_bytes) {
    arriving.too_large = true;
    return 0;
  }
  arriving.answer.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& headers = static_cast<Arriving*>(to)->answer.headers;
  std::string_view line(bytes, count);
  // The head of an informational answer may come before the real one.
  if (line.starts_with("HTTP/")) headers = {};
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && headers.size() < most_headers)
    headers.add(std::string(line.substr(0, colon)), std::string(http::trim(line.substr(colon + 1))));
  return count;
}

int look_around(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Arriving*>(to)->stopping->load() ? 1 : 0;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// What cannot be sent, found before anything is.
std::optional<Fault> fault_of(const Request& request) {
  const auto url = boost::urls::parse_uri(request.url);
  const bool known =
      url && (url->scheme_id() == boost::urls::scheme::http || url->scheme_id() == boost::urls::scheme::https);
  if (!known || url->host().empty()) return Fault{Trouble::bad_url, "not an http or https address"};
  if (url->has_userinfo()) return Fault{Trouble::bad_url, "the address holds a user name or password"};
  for (const auto& [name, value] : request.headers) {
    if (has_control_characters(name) || has_control_characters(value))
      return Fault{Trouble::bad_url, "a header holds a line break or another control character"};
  }
  return std::nullopt;
}

bool is_loopback(const std::string& address) {
  const auto url = boost::urls::parse_uri(address);
  if (!url) return false;
  const auto host = url->host_name();
  return url->host() == "[::1]" || host == "localhost" ||
         (url->host_type() == boost::urls::host_type::ipv4 && url->host_ipv4_address().is_loopback());
}

List list_of(const http::Headers& headers) {
  List list;
  // Appending to a list gives the same list.
  const auto add = [&list](const std::string& line) {
    auto* const whole = curl_slist_append(list.get(), line.c_str());
    if (whole == nullptr) throw std::bad_alloc();
    if (!list) list.reset(whole);
  };
  // Without a body nobody answers 100-continue; with one it only costs time.
  add("Expect:");
  // Nor does libcurl name the content when the caller does not.
  if (!headers.find("Content-Type")) add("Content-Type:");
  // libcurl takes "Name;" for a header without value; "Name:" would remove it.
  for (const auto& [name, value] : headers) add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  return list;
}

void set_request(CURL* easy, const Request& request) {
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "trinity");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (is_loopback(request.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (request.method == http::Method::get) return;
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, std::string(http::name_of(request.method)).c_str());
  if (request.method == http::Method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
}

void set_limits(CURL* easy, milliseconds left) {
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left, connect_within).count()));
}

void set_arriving(CURL* easy, Arriving& arriving, char* reason) {
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &arriving);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &arriving);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_around);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &arriving);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
}

Fault fault_of(CURLcode code, const Arriving& arriving, const char* reason) {
  if (arriving.too_large)
    return {Trouble::too_large, fmt::format("the answer is larger than {} bytes", arriving.most_bytes)};
  if (code == CURLE_OPERATION_TIMEDOUT) return {Trouble::timeout, "no answer in time"};
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Trouble::unreachable, "the server stops"};
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return {Trouble::bad_url, "not an http or https address"};
  return {Trouble::unreachable, *reason == '\0' ? curl_easy_strerror(code) : reason};
}

}  // namespace

// Both count how often they were called, from any thread.
Client::Client(std::string ca_file) : ca_file_(std::move(ca_file)), pool_(threads, most_waiting) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl cannot be used");
}

Client::~Client() {
  stop();
  curl_global_cleanup();
}

void Client::stop() {
  stopping_ = true;
  pool_.join();
}

Task<std::expected<Answer, Fault>> Client::send(Call call, Request request) {
  if (auto fault = fault_of(request)) co_return std::unexpected(std::move(*fault));
  if (stopping_) co_return std::unexpected(Fault{Trouble::unreachable, "the server stops"});
  const auto began = steady_clock::now();
  auto job = [this, &request, until = began + request.limit] { return transfer(request, until); };
  auto result = co_await pool_.run(std::move(job));
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began).count();
  log::debug({"outbound", call.id()}, "{} {}: {} after {} ms", http::name_of(request.method),
             boost::urls::parse_uri(request.url)->host(),
             result ? std::to_string(result->status) : result.error().reason, took);
  co_return result;
}

std::expected<Answer, Fault> Client::transfer(const Request& request, steady_clock::time_point until) const {
  const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
  // 0 would mean no limit to libcurl.
  if (left < milliseconds(1)) return std::unexpected(Fault{Trouble::timeout, "no answer in time"});
  const Easy easy(curl_easy_init());
  if (!easy) return std::unexpected(Fault{Trouble::unreachable, "out of memory"});
  Arriving arriving;
  arriving.most_bytes = request.most_bytes;
  arriving.stopping = &stopping_;
  std::array<char, CURL_ERROR_SIZE> reason{};
  const auto headers = list_of(request.headers);
  set_request(easy.get(), request);
  set_limits(easy.get(), left);
  set_arriving(easy.get(), arriving, reason.data());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  if (!ca_file_.empty()) curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file_.c_str());
  if (const auto code = curl_easy_perform(easy.get()); code != CURLE_OK)
    return std::unexpected(fault_of(code, arriving, reason.data()));
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  arriving.answer.status = static_cast<unsigned>(status);
  return std::move(arriving.answer);
}

}  // namespace trinity::outbound
