// Over real sockets: clients that are cut at any moment, and many clients of which some do not read.
#include "wire.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <random>
#include <set>

#include "client_model.h"

namespace trinity::live {
namespace {

using testing::agent;
using testing::caller;
using testing::ClientModel;
using testing::text;
using testing::WireClient;
using testing::WireHouse;
using testing::json::object;

/// Something happens to one of the agents.
void change_something(WireHouse& house, std::mt19937& random) {
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  auto& fleet = house.fleet;
  const auto name = "agent-" + std::to_string(below(12));
  const auto publish = [&](const fleet::Publication& publication) {
    house.hub.publish(publication, Moment::current());
  };
  if (!fleet.entries.contains(name)) {
    publish(fleet.add(agent(name, 1 + below(2), below(2) ? "running" : "stopped")));
    return;
  }
  switch (below(6)) {
    case 0:
      publish(fleet.remove(name));
      break;
    case 1:
      publish(fleet.change(name, [&](fleet::Agent& a) { a.metadata->owner_id = 1 + below(2); }));
      break;
    case 2:
      publish(fleet.change(name, [&](fleet::Agent& a) { a.port = below(60000); }));
      break;
    default:
      publish(fleet.change(name, [&](fleet::Agent& a) {
        a.status = a.status == "running" ? "stopped" : "running";
        a.exit_code = a.status == "running" ? std::nullopt : std::optional<std::int64_t>(below(200));
      }));
  }
}

/// A client that is cut and comes back; what it knows is compared with the fleet.
class Returning {
 public:
  Returning(WireHouse& house, std::shared_ptr<const Caller> who, std::string token)
      : house_(house), model_(who), token_(std::move(token)) {}

  void come_back() {
    client_ = std::make_unique<WireClient>(house_.port(), token_);
    asked_ = 0;
    answers_ = 0;
    ask();
  }
  /// Reads a random part, perhaps the half of a frame, and is gone.
  void be_cut(std::size_t bytes) {
    while (bytes > 0) {
      const auto piece = std::min<std::size_t>(bytes, 700);
      if (!client_->receive(piece)) break;
      bytes -= piece;
      take_all();
      if (::testing::Test::HasFatalFailure()) return;
    }
    client_.reset();
  }
  /// Reads until an answer comes that was asked for just now: everything before it has then been read too.
  void catch_up() {
    ask();
    while (answers_ < asked_) {
      const auto frame = client_->next();
      ASSERT_TRUE(frame) << "the socket ended";
      take(*frame);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  void compare() {
    std::map<std::string, object> wanted;
    house_.on_hub([&] {
      for (const auto& [name, entry] : house_.fleet.entries) {
        if (!fleet::can_read(*entry.agent, *model_.who)) continue;
        std::string item;
        fleet::append_item(item, *entry.agent, *model_.who);
        wanted[name] = testing::object(item);
      }
    });
    auto known = model_.agents;
    for (auto& [name, item] : known) item.erase("previous_status");  // tells of the way, not of the state
    ASSERT_EQ(known, wanted);
  }
  [[nodiscard]] int resumed() const { return model_.resumed; }
  [[nodiscard]] int snapshots() const { return model_.snapshots; }

 private:
  void ask() {
    const auto since = model_.seq ? R"(,"since":{"agents":)" + std::to_string(model_.seq) + "}" : std::string();
    client_->say(R"({"type":"subscribe","topics":["agents"])" + since + "}");
    ++asked_;
  }
  void take_all() {
    while (const auto frame = client_->take()) take(*frame);
  }
  void take(const std::string& text_frame) {
    const auto frame = testing::object(text_frame);
    // `authenticated`, and what older clients get before the subscription is there.
    if (!frame.contains("topic")) return;
    if (text(frame, "type") == "subscribed") ++answers_;
    // A second answer repeats what the first has told already.
    if (frame.contains("event") && frame.at("seq").to_number<std::uint64_t>() <= model_.seq) return;
    model_.take(frame);
  }

  WireHouse& house_;
  ClientModel model_;
  std::string token_;
  std::unique_ptr<WireClient> client_;
  int asked_ = 0;
  int answers_ = 0;
};

TEST(Wire, ASocketCutAtAnyMomentLosesNothing) {
  constexpr int cuts = 200;
  HubBounds bounds;
  bounds.channel.frames = 32;
  WireHouse house(bounds);
  const auto ann = caller(1, "ann");
  house.identities.tokens["ann"] = {ann, now() + std::chrono::hours(1)};
  house.start();
  std::mutex paused;
  std::atomic<int> changes = 0;
  std::jthread world([&](const std::stop_token& over) {
    std::mt19937 random(1);
    while (!over.stop_requested()) {
      {
        const std::lock_guard held(paused);
        house.on_hub([&] { change_something(house, random); });
        ++changes;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
  });
  std::mt19937 random(2);
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  Returning client(house, ann, "ann");
  for (int cut = 0; cut < cuts && !::testing::Test::HasFatalFailure(); ++cut) {
    client.come_back();
    client.be_cut(static_cast<std::size_t>(below(6000)));
    // Sometimes away for so long that the kept frames do not reach.
    const auto away_until = changes + (below(20) == 0 ? 200 : below(10));
    while (changes < away_until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (::testing::Test::HasFatalFailure()) break;
    client.come_back();
    const std::lock_guard held(paused);
    client.catch_up();
    if (!::testing::Test::HasFatalFailure()) client.compare();
    client.be_cut(0);
  }
  EXPECT_GT(client.resumed(), cuts / 4) << "else it does not reach what it is for";
  EXPECT_GT(client.snapshots(), 1);
}

/// Reads many sockets from one thread and checks that each gets every event of its topic, one after the other.
class Readers {
 public:
  void add(std::unique_ptr<WireClient> client) {
    ::fcntl(client->descriptor(), F_SETFL, O_NONBLOCK);
    polled_.push_back({client->descriptor(), POLLIN, 0});
    readers_.push_back({std::move(client)});
  }
  /// Until each has seen an event with this mark, at most `within`.
  bool read_until(const std::string& mark, std::chrono::seconds within) {
    const auto limit = steady_now() + within;
    std::size_t done = 0;
    for (auto& reader : readers_) reader.done = false;
    while (done < readers_.size() && steady_now() < limit) {
      ::poll(polled_.data(), polled_.size(), 100);
      for (std::size_t i = 0; i < readers_.size(); ++i) {
        if (polled_[i].revents == 0) continue;
        auto& reader = readers_[i];
        if (!reader.client->receive()) continue;
        while (const auto frame = reader.client->take()) {
          note(reader, *frame);
          if (!reader.done && frame->find(mark) != std::string::npos) {
            reader.done = true;
            ++done;
          }
        }
      }
    }
    return done == readers_.size();
  }
  [[nodiscard]] std::vector<std::chrono::microseconds> delays() {
    std::sort(delays_.begin(), delays_.end());
    return delays_;
  }
  int gaps = 0;
  int resyncs = 0;
  std::uint64_t events = 0;

 private:
  struct Reader {
    std::unique_ptr<WireClient> client;
    std::uint64_t seq = 0;
    bool done = false;
  };

  void note(Reader& reader, const std::string& text_frame) {
    const auto number = [&](std::string_view key) -> std::uint64_t {
      const auto at = text_frame.find(key);
      return at == std::string::npos ? 0 : std::stoull(text_frame.substr(at + key.size(), 20));
    };
    if (text_frame.starts_with(R"({"type":"resync")")) ++resyncs;
    if (text_frame.find(R"("topic":"agents",)") == std::string::npos) return;
    const bool event = text_frame.starts_with(R"({"event")");
    if (!event && !text_frame.starts_with(R"({"type":"subscribed")")) return;
    const auto seq = number(R"("seq":)");
    if (event) {
      ++events;
      if (seq != reader.seq + 1) ++gaps;
      // The test writes the moment of the change into the event.
      if (const auto at = number(R"("port":)"); at > 0) {
        const auto sent = std::chrono::microseconds(at);
        delays_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(steady_now().time_since_epoch()) -
                          sent);
      }
    }
    reader.seq = seq;
  }

  std::vector<Reader> readers_;
  std::vector<pollfd> polled_;
  std::vector<std::chrono::microseconds> delays_;
};

TEST(Wire, SlowReadersNeitherDelayOthersNorFillTheMemory) {
  constexpr int sockets = 500;
  constexpr int slow = sockets / 10;
  constexpr int agents = 30;
  HubBounds bounds;
  bounds.unsent_bytes = 12 * 1024 * 1024;
  SessionOptions session;
  session.outbox = {32 * 1024, 8 * 1024, 256 * 1024};
  WireHouse house(bounds, session);
  for (int user = 0; user < 30; ++user) {
    const auto name = "user" + std::to_string(user);
    house.identities.tokens[name] = {caller(user, name, Role::admin), now() + std::chrono::hours(1)};
  }
  house.start();
  const auto change = [&](int i, const std::string& type) {
    house.on_hub([&] {
      const auto at = std::chrono::duration_cast<std::chrono::microseconds>(steady_now().time_since_epoch()).count();
      house.hub.publish(house.fleet.change("agent-" + std::to_string(i % agents),
                                           [&](fleet::Agent& a) {
                                             a.port = at;
                                             a.type = type;
                                           }),
                        Moment::current());
    });
  };
  house.on_hub([&] {
    for (int i = 0; i < agents; ++i)
      house.hub.publish(house.fleet.add(agent("agent-" + std::to_string(i), 1)), Moment::current());
  });
  Readers readers;
  std::vector<std::unique_ptr<WireClient>> idle;
  for (int i = 0; i < sockets; ++i) {
    const auto token = "user" + std::to_string(i % 30);
    auto client = std::make_unique<WireClient>(house.port(), token, i < slow);
    client->say(R"({"type":"subscribe","topics":["agents","agents:stats"]})");
    if (i < slow) {
      idle.push_back(std::move(client));
    } else {
      readers.add(std::move(client));
    }
  }
  change(0, "all-are-here");
  ASSERT_TRUE(readers.read_until("all-are-here", std::chrono::seconds(60)));
  // Long texts, so that what the system itself keeps for a slow socket is soon full.
  std::size_t most_held = 0;
  const std::string filling(8'000, 'x');
  constexpr int changes = 60;
  for (int i = 0; i < changes; ++i) {
    change(i, filling + std::to_string(i) + '-');
    if (i % 2 == 1) {
      ASSERT_TRUE(readers.read_until("x" + std::to_string(i) + "-", std::chrono::seconds(30))) << i;
    }
    house.on_hub([&] { most_held = std::max(most_held, house.hub.counts().unsent_bytes); });
  }
  change(0, "that-was-all");
  ASSERT_TRUE(readers.read_until("that-was-all", std::chrono::seconds(60)));
  EXPECT_EQ(readers.gaps, 0);
  EXPECT_EQ(readers.resyncs, 0) << "nothing is left out for those who keep up";
  EXPECT_GE(readers.events, (changes + 1U) * (sockets - slow));
  // The bound is held before each change is sent: what two changes put on the way to everybody comes on top.
  EXPECT_LT(most_held, bounds.unsent_bytes + 2 * sockets * (filling.size() + 1000));
  int closed = 0;
  for (auto& client : idle) {
    while (client->receive()) {
    }
    if (client->ended()) ++closed;
  }
  EXPECT_EQ(closed, slow) << "who does not read at all is closed";
  const auto delays = readers.delays();
  RecordProperty("frames", static_cast<int>(delays.size()));
  RecordProperty("p99_us", static_cast<int>(delays.at(delays.size() * 99 / 100).count()));
}

}  // namespace
}  // namespace trinity::live
