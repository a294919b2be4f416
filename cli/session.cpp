#include "cli/session.h"

#include <ostream>
#include <thread>

#include "cli/exit_code.h"
#include "cli/server_address.h"

namespace trinity::cli {

namespace {

/// Where `./trinity up` listens.
constexpr std::string_view kUsualServer = "http://127.0.0.1:8000";

}  // namespace

void wait_seconds(std::chrono::seconds time) {
  std::this_thread::sleep_for(time);
}

Session::Session(Terminal& terminal, Options options, Connect connect, Wait wait)
    : terminal_(terminal),
      options_(std::move(options)),
      connect_(std::move(connect)),
      wait_(std::move(wait)),
      sign_ins_(options_.sign_ins_file) {
  const auto& wanted = !options_.server.empty() ? options_.server : sign_ins_.current();
  address_ = server_address(wanted.empty() ? kUsualServer : wanted);
}

std::string Session::token() const {
  if (!options_.token.empty()) return options_.token;
  const auto* kept = sign_ins_.find(address_);
  return kept != nullptr ? kept->token : std::string();
}

Api& Session::api() {
  if (!signed_in()) {
    throw Fault(ExitCode::not_signed_in, "not signed in to " + address_, kSignInHint);
  }
  return open_api();
}

Api& Session::open_api() {
  if (!api_) api_ = connect_({address_, token(), options_.ca_file});
  return *api_;
}

void Session::print_json(const json::value& value) {
  terminal_.out << json::serialize(value) << '\n' << std::flush;
}

}  // namespace trinity::cli
