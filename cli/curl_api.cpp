#include "cli/curl_api.h"

#include <fmt/format.h>

#include <charconv>
#include <mutex>

#include "cli/curl_handle.h"
#include "cli/curl_socket.h"
#include "cli/exit_code.h"
#include "cli/server_address.h"

namespace trinity::cli {

namespace {

/// The largest answer taken: the list of 10,000 agents is about 8 MB.
constexpr std::size_t kMostBytes = 128 * 1024 * 1024;

constexpr std::string_view kSessionCookie = "trinity_session=";

/// libcurl wants to be told once per process, before its first use.
void prepare_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* into) {
  auto& body = static_cast<Answer*>(into)->body;
  if (body.size() + size > kMostBytes) return 0;  // libcurl ends the transfer
  body.append(data, size);
  return size;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool same_header(std::string_view name, std::string_view wanted) {
  return std::ranges::equal(name, wanted,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* into) {
  auto& answer = *static_cast<Answer*>(into);
  const std::string_view line(data, size);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (same_header(name, "trinity-engine")) answer.engine = std::string(value);
  if (same_header(name, "trinity-snapshot-age")) {
    std::int64_t age = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), age);
    if (read.ec == std::errc()) answer.engine_age = std::chrono::milliseconds(age);
  }
  if (same_header(name, "set-cookie") && value.starts_with(kSessionCookie)) {
    const auto cookie = value.substr(kSessionCookie.size());
    answer.session = cookie.substr(0, cookie.find(';'));
  }
  return size;
}

class CurlApi final : public Api {
 public:
  explicit CurlApi(Target target) : target_(std::move(target)) {
    prepare_curl();
    handle_ = CurlHandle(curl_easy_init());
  }

  Answer send(const Call& call) override {
    Answer answer;
    auto* handle = handle_.get();
    curl_easy_reset(handle);  // keeps the connection
    set_common_options(handle, target_);
    CurlHeaders headers;
    if (!target_.token.empty()) add_header(headers, "Authorization: Bearer " + target_.token);
    // Without a body, libcurl would name a type of its own.
    add_header(headers, "Content-Type:" + (call.body.empty() ? std::string() : " " + call.content_type));
    if (!call.cookie.empty()) add_header(headers, "Cookie: " + call.cookie);
    for (const auto& line : call.headers) add_header(headers, line);
    add_header(headers, "Expect:");  // no 100-continue for small bodies
    curl_easy_setopt(handle, CURLOPT_URL, (target_.address + call.path).c_str());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    if (call.method != "GET") {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
    }
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(call.limit.count()));
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can unpack
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
    const auto code = curl_easy_perform(handle);
    if (code != CURLE_OK) throw_unreachable(target_.address, code);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<unsigned>(status);
    return answer;
  }

  std::unique_ptr<LiveSocket> open_live() override { return open_curl_socket(target_); }
  [[nodiscard]] const std::string& address() const override { return target_.address; }

 private:
  Target target_;
  CurlHandle handle_;
};

}  // namespace

void set_common_options(CURL* handle, const Target& target) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "trinityctl");
  if (!target.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, target.ca_file.c_str());
  // No proxy can mean our own machine.
  if (is_this_machine(target.address)) curl_easy_setopt(handle, CURLOPT_PROXY, "");
}

void add_header(CurlHeaders& headers, const std::string& line) {
  if (auto* longer = curl_slist_append(headers.get(), line.c_str())) {
    std::ignore = headers.release();
    headers.reset(longer);
  }
}

namespace {

std::string hint_for(const std::string& address, CURLcode code) {
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    return "Name the file with the certificate of the server's authority: --ca-file or TRINITY_CA_FILE";
  }
  if (is_this_machine(address)) {
    return "./trinity up starts a server here; --server or TRINITY_SERVER names another one";
  }
  return "Is the address right (--server, TRINITY_SERVER), and can this machine reach it?";
}

}  // namespace

void throw_unreachable(const std::string& address, CURLcode code) {
  const auto* reason = code == CURLE_WRITE_ERROR ? "its answer is too large" : curl_easy_strerror(code);
  throw Fault(ExitCode::unreachable, fmt::format("no answer from {}: {}", address, reason), hint_for(address, code));
}

std::unique_ptr<Api> connect_by_curl(const Target& target) {
  return std::make_unique<CurlApi>(target);
}

}  // namespace trinity::cli
