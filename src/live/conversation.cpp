#include "live/conversation.h"

namespace trinity::live {

namespace {

bool same_rights(const Caller& a, const Caller& b) noexcept {
  return a.user_id == b.user_id && a.role == b.role && a.email == b.email && a.username == b.username;
}

}  // namespace

Conversation::Conversation(IdentitySource& identities, SocketLimits limits)
    : identities_(identities),
      limits_(limits),
      frames_(limits.frames_per_second, std::chrono::seconds(1)),
      // The breach that closes the socket is the one that finds no room.
      breaches_(limits.breaches - 1, limits.breach_window) {}

Effects Conversation::open(const Handshake& handshake, Moment at) {
  Effects effects;
  if (handshake.token && sign_in({*handshake.token, false}, effects, at)) return effects;
  if (handshake.token_cookie && sign_in({*handshake.token_cookie, false}, effects, at)) return effects;
  if (handshake.session_cookie) sign_in({*handshake.session_cookie, true}, effects, at);
  return effects;
}

Effects Conversation::message(std::string_view text, Moment at) {
  Effects effects;
  if (closing_) return effects;
  const auto command = parse_command(text);
  if (frames_.take(at.steady)) {
    obey(command, effects, at);
  } else {
    too_fast(command, effects, at);
  }
  return effects;
}

Effects Conversation::breached(unsigned times, Moment at) {
  Effects effects;
  for (unsigned i = 0; i < times; ++i) breach(effects, at);
  return effects;
}

Effects Conversation::tick(Moment at) {
  Effects effects;
  if (!identity_ || closing_) return effects;
  recheck(effects, at);
  return effects;
}

std::optional<Identity> Conversation::resolve(const Credential& credential, Moment at) const {
  if (credential.text.empty()) return std::nullopt;
  auto identity =
      credential.cookie ? identities_.by_session_cookie(credential.text) : identities_.by_token(credential.text);
  if (!identity || !identity->caller || identity->expires_at <= at.wall) return std::nullopt;
  return identity;
}

bool Conversation::sign_in(Credential credential, Effects& effects, Moment at) {
  auto identity = resolve(credential, at);
  if (!identity) return false;
  identity_ = std::move(identity);
  credential_ = std::move(credential);
  effects.emplace_back(Identify{*identity_});
  effects.emplace_back(Send{authenticated(*identity_, at.wall)});
  return true;
}

void Conversation::breach(Effects& effects, Moment at) {
  if (closing_ || breaches_.take(at.steady)) return;
  closing_ = true;
  effects.emplace_back(Close{close_limits, "limits exceeded"});
}

void Conversation::too_fast(const Command& command, Effects& effects, Moment at) {
  constexpr std::string_view detail = "Too many frames per second";
  if (const auto* wish = std::get_if<Subscribe>(&command)) {
    for (const auto& wanted : wish->topics) effects.emplace_back(Send{subscribe_error(wanted.topic, 429, detail)});
  } else if (!std::holds_alternative<Ignored>(command)) {
    effects.emplace_back(Send{subscribe_error("", 429, detail)});
  }
  breach(effects, at);
}

void Conversation::obey(const Command& command, Effects& effects, Moment at) {
  if (const auto* token = std::get_if<Authenticate>(&command)) {
    authenticate(*token, effects, at);
  } else if (const auto* wish = std::get_if<Subscribe>(&command)) {
    subscribe(*wish, effects, at);
  } else if (const auto* names = std::get_if<Unsubscribe>(&command)) {
    effects.emplace_back(*names);
  } else if (const auto* choice = std::get_if<Choose>(&command)) {
    effects.emplace_back(*choice);
  } else if (const auto* seen = std::get_if<Visibility>(&command)) {
    effects.emplace_back(*seen);
  } else if (const auto* ping = std::get_if<Ping>(&command)) {
    effects.emplace_back(Send{pong(ping->id, at.wall)});
  } else if (const auto* fault = std::get_if<Malformed>(&command)) {
    effects.emplace_back(Send{subscribe_error(fault->topic, 422, fault->detail)});
  }
}

void Conversation::authenticate(const Authenticate& command, Effects& effects, Moment at) {
  modern_ = modern_ || !command.classic;
  if (sign_in({command.token, false}, effects, at) || command.classic) return;
  effects.emplace_back(Send{auth_error()});
}

void Conversation::subscribe(const Subscribe& command, Effects& effects, Moment at) {
  modern_ = true;
  if (!identity_) {
    for (const auto& wanted : command.topics) {
      effects.emplace_back(Send{subscribe_error(wanted.topic, 401, "Not authenticated")});
    }
    for (const auto& wrong : command.wrong) {
      effects.emplace_back(Send{subscribe_error(wrong.topic, 401, "Not authenticated")});
    }
    return;
  }
  effects.emplace_back(Subscribe{command.topics});
  for (const auto& [topic, detail] : command.wrong) effects.emplace_back(Send{subscribe_error(topic, 422, detail)});
  if (command.beyond.empty()) return;
  for (const auto& topic : command.beyond) {
    effects.emplace_back(Send{subscribe_error(topic, 429, "Too many topics in one frame")});
  }
  breach(effects, at);
}

void Conversation::recheck(Effects& effects, Moment at) {
  auto renewed = resolve(credential_, at);
  if (!renewed) {
    identity_.reset();
    credential_ = {};
    if (modern_) effects.emplace_back(Send{session_expired()});
    effects.emplace_back(Identify{});
    return;
  }
  const bool changed =
      renewed->expires_at != identity_->expires_at || !same_rights(*renewed->caller, *identity_->caller);
  identity_ = std::move(renewed);
  if (changed) effects.emplace_back(Identify{*identity_});
}

}  // namespace trinity::live
