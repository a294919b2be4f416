#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <istream>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/server_address.h"

namespace trinity::cli {

namespace {

struct LoginOptions {
  std::string username = "admin";
  bool password_from_input = false;
};

/// Before anybody types a password: does a server answer, and can one sign in?
void require_ready(Session& session, Api& api) {
  const auto setup = ask(api, {.path = "/api/setup/status"});
  if (setup.is_object() && flag_of(setup.get_object(), "setup_completed")) return;
  throw Fault(ExitCode::failed, "the server is not set up yet",
              "Open " + session.address() + " in a browser and choose the administrator's password");
}

std::string password_of(Session& session, const LoginOptions& options) {
  auto& terminal = session.terminal();
  if (options.password_from_input) return read_line(terminal.in);
  if (session.address().starts_with("http://") && !is_this_machine(session.address())) {
    terminal.err << "Careful: without https, the password and the token can be read on the way.\n";
  }
  return ask_secret(terminal, fmt::format("Password of {}: ", harmless(options.username, false)));
}

SignIns::SignIn sign_in(Api& api, const std::string& username, const std::string& password) {
  Call call{.method = "POST", .path = "/token"};
  call.content_type = "application/x-www-form-urlencoded";
  call.body = fmt::format("username={}&password={}", path_segment(username), path_segment(password));
  const auto answer = api.send(call);
  if (answer.status == 401) throw Fault(ExitCode::not_signed_in, refusal_text(answer));
  check(answer);
  boost::system::error_code error;
  const auto body = json::parse(answer.body, error);
  const auto token = !error && body.is_object() ? text_of(body.get_object(), "access_token") : std::string();
  if (token.empty())
    throw Fault(ExitCode::failed, "the answer holds no token", "Is this the address of a Trinity server?");
  return {username, token, answer.session};
}

void login(Session& session, const LoginOptions& options) {
  auto& terminal = session.terminal();
  const auto api = session.stranger_api();
  require_ready(session, *api);
  const auto password = password_of(session, options);
  session.sign_ins().keep(session.address(), sign_in(*api, options.username, password));
  if (session.token_is_given()) {
    terminal.err << "TRINITY_TOKEN is set: its token is used, not this sign-in, until you unset it.\n";
  }
  if (session.as_json()) {
    session.print_json(json::object{{"server", session.address()}, {"user", options.username}});
  } else {
    terminal.out << fmt::format("Signed in to {} as {}.\n", session.address(), harmless(options.username, false));
  }
}

/// Whether the server has ended the sign-in, so that copies of the token are worth nothing any more.
bool end_on_server(Session& session, const SignIns::SignIn& kept) {
  if (kept.session.empty()) return false;
  Call call{.method = "DELETE", .path = "/api/auth/session"};
  call.cookie = "trinity_session=" + kept.session;
  call.limit = std::chrono::seconds(15);
  try {
    return session.stranger_api()->send(call).status < 300;
  } catch (const Fault&) {
    return false;  // the token is forgotten here all the same, and the person is told
  }
}

void say_signed_out(Session& session, bool was, bool ended) {
  auto& terminal = session.terminal();
  if (session.as_json()) {
    session.print_json(json::object{{"server", session.address()}, {"signed_out", was}, {"ended_on_server", ended}});
  } else {
    terminal.out << (was ? "Signed out of " : "You were not signed in to ") << session.address() << ".\n";
  }
  if (session.token_is_given()) terminal.err << "TRINITY_TOKEN is still set: its token is still used.\n";
}

void logout(Session& session) {
  const auto* kept = session.sign_ins().find(session.address());
  if (kept == nullptr) return say_signed_out(session, false, false);
  const auto copy = *kept;
  session.sign_ins().forget(session.address());
  const bool ended = end_on_server(session, copy);
  say_signed_out(session, true, ended);
  if (!ended) {
    throw Fault(ExitCode::unreachable, "the token is forgotten here, but the server could not be told",
                "There it stays valid for at most 7 days from the sign-in");
  }
}

}  // namespace

void add_sign_in_commands(CLI::App& root, Command& chosen) {
  auto options = std::make_shared<LoginOptions>();
  auto* login_command = root.add_subcommand("login", "Sign in, and keep the token in a file that only you can read");
  login_command->add_option("-u,--username", options->username, "Who you are")
      ->type_name("NAME")
      ->capture_default_str();
  login_command->add_flag("--password-stdin", options->password_from_input,
                          "Read the password from standard input instead of asking for it");
  login_command->callback([options, &chosen] { chosen = [options](Session& session) { login(session, *options); }; });
  login_command->footer(
      "The password is never an argument: those can be read by everyone on the machine.\n\n"
      "  trinityctl login\n"
      "  trinityctl --server https://trinity.example.org login -u ann\n"
      "  pass show trinity | trinityctl login --password-stdin");

  auto* logout_command = root.add_subcommand("logout", "End the sign-in, here and on the server");
  logout_command->callback([&chosen] { chosen = logout; });
}

}  // namespace trinity::cli
