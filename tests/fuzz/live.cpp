// Frames that clients of the live socket send: each has a bounded effect, answers are JSON, a socket that was closed
// stays silent.
#include <boost/json/parse.hpp>

#include "fuzz/input.h"
#include "live/conversation.h"

namespace {

using namespace trinity;
using live::Moment;

/// Two tokens and one cookie are valid; all of them may be ended.
class Identities final : public live::IdentitySource {
 public:
  std::optional<live::Identity> by_token(std::string_view token) override {
    if (ended || (token != "a" && token != "b")) return std::nullopt;
    return identity(token == "a" ? 1 : 2);
  }
  std::optional<live::Identity> by_session_cookie(std::string_view cookie) override {
    if (ended || cookie != "c") return std::nullopt;
    return identity(3);
  }
  bool ended = false;
  Time expires_at{};

 private:
  [[nodiscard]] live::Identity identity(std::int64_t id) const {
    return {std::make_shared<const Caller>(Caller{id, "user \"" + std::to_string(id), std::nullopt, Role::user}),
            expires_at};
  }
};

void check_frame(const live::Frame& frame) {
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(*frame, fault);
  fuzz::require(!fault && parsed.is_object() && parsed.get_object().contains("type"), "an answer is a JSON object");
}

void check_effects(const live::Effects& effects, bool& closed) {
  fuzz::require(effects.empty() || !closed, "a closed socket gets nothing");
  fuzz::require(effects.size() <= 100, "one frame has few effects");
  for (const auto& effect : effects) {
    fuzz::require(!closed, "nothing follows the close");
    if (const auto* send = std::get_if<live::Send>(&effect)) check_frame(send->frame);
    if (const auto* wish = std::get_if<live::Subscribe>(&effect)) {
      fuzz::require(wish->topics.size() <= live::max_topics_per_frame, "at most 32 topics");
    }
    if (const auto* names = std::get_if<live::Unsubscribe>(&effect)) {
      fuzz::require(names->topics.size() <= 64, "at most 64 topics to leave");
    }
    closed = std::holds_alternative<live::Close>(effect);
  }
}

}  // namespace

/// Frames are separated by line breaks; the byte in front of each is the time since the last one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Identities identities;
  Moment at{Time(std::chrono::seconds(1'768'000'000)), SteadyTime(std::chrono::hours(1))};
  identities.expires_at = at.wall + std::chrono::minutes(input.byte());
  live::Conversation conversation(identities, {});
  bool closed = false;
  const auto kind = input.pick(4);
  live::Handshake handshake;
  if (kind == 1) handshake.token = "a";
  if (kind == 2) handshake.session_cookie = "c";
  check_effects(conversation.open(handshake, at), closed);
  while (!input.empty()) {
    const auto passed = std::chrono::milliseconds(input.byte() * 4);
    at.wall += passed;
    at.steady += passed;
    const auto rest = input.rest();
    const auto frame = input.text(std::min(rest.find('\n'), rest.size()));
    (void)input.byte();
    check_effects(conversation.message(frame, at), closed);
    if (frame == "!") identities.ended = true;
    if (frame == "?") {
      at.wall += std::chrono::seconds(31);
      at.steady += std::chrono::seconds(31);
      const bool was_known = conversation.known();
      check_effects(conversation.tick(at), closed);
      fuzz::require(closed || !conversation.known() || (was_known && !identities.ended), "an ended session ends here");
    }
  }
  return 0;
}
