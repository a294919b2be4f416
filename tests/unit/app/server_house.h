#pragma once
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/server.h"
#include "auth/api_keys.h"
#include "auth/tokens.h"
#include "db/database.h"
#include "db/migrations.h"
#include "support/fake_engine.h"
#include "unit/db/temp_dir.h"
#include "unit/http/harness.h"

namespace trinity::test {

/// What a client got: `text` is head and body.
struct HttpAnswer {
  unsigned status = 0;
  std::string text;

  [[nodiscard]] std::string body() const {
    const auto at = text.find("\r\n\r\n");
    return at == std::string::npos ? std::string() : text.substr(at + 4);
  }
};

/// A whole server on a port of its own, over a fake engine, with people and agents:
///
/// | agent | owner | shared with | may be reached by |
/// |---|---|---|---|
/// | hers | ann | bob | helper |
/// | helper | ann | | |
/// | other | carl | | |
/// | roots | root | | |
/// | orphan | no row | | |
///
/// root is the administrator; dora has nothing.
class ServerHouse {
 public:
  static constexpr const char* secret = "a key for tests, long enough to be one";
  static constexpr std::int64_t root = 100;
  static constexpr std::int64_t ann = 101;
  static constexpr std::int64_t bob = 102;
  static constexpr std::int64_t carl = 103;
  static constexpr std::int64_t dora = 104;

  using Fill = std::function<void(ServerHouse&, db::Session&)>;

  /// `more`: further rows and agents, before the server starts.
  explicit ServerHouse(std::size_t threads = 2, Fill more = {}) {
    app::Config config;
    config.home = dir / "home";
    config.database = dir / "home" / "trinity.db";
    config.web_dir = dir / "web";
    config.templates_dir = dir / "templates";
    config.port = 0;
    config.threads = threads;
    config.secret_key = secret;
    config.drain_seconds = 5;
    std::filesystem::create_directories(config.home);
    std::filesystem::create_directories(config.templates_dir);
    auto fake = std::make_unique<FakeEngine>();
    engine = fake.get();
    std::ofstream(config.home / "instance-id") << engine->instance << '\n';
    fill(config.database, more);
    const auto since = std::chrono::steady_clock::now();
    server = std::make_unique<app::Server>(config, std::move(fake));
    server->start();
    started_within = std::chrono::steady_clock::now() - since;
  }
  ~ServerHouse() { server->stop(); }
  ServerHouse(const ServerHouse&) = delete;
  ServerHouse& operator=(const ServerHouse&) = delete;

  /// An agent with its row; the container runs.
  void add_agent(db::Session& session, const std::string& name, std::int64_t owner) {
    session.query("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES (:a, :b, 't')", name, owner)
        .run();
    engine->add(name);
  }
  static void share(db::Session& session, const std::string& name, const std::string& address) {
    session
        .query(
            "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES (:a, :b, :c, "
            "'t')",
            name, address, ann)
        .run();
  }
  static void permit(db::Session& session, const std::string& source, const std::string& target) {
    session
        .query(
            "INSERT INTO agent_permissions (source_agent, target_agent, created_at, created_by) VALUES (:a, :b, 't', "
            "'ann')",
            source, target)
        .run();
  }

  /// A header value that signs this user in.
  static std::string token(std::optional<std::string> subject, std::chrono::hours life = std::chrono::hours(1),
                           auth::TokenUse use = auth::TokenUse::access, const std::string& key = secret) {
    auth::Claims claims;
    claims.subject = std::move(subject);
    claims.mode = "admin";
    claims.use = use;
    claims.expires_at = std::chrono::floor<std::chrono::seconds>(now() + life);
    return "Bearer " + auth::TokenSigner(key).sign(claims);
  }

  /// One request on a connection of its own.
  [[nodiscard]] HttpAnswer ask(const std::string& method, const std::string& path, const std::string& authorization,
                               const std::string& body = {}) const {
    http::RawSocket socket(server->port());
    socket.send(request_text(method, path, authorization, body, false));
    return read(socket.read_all());
  }
  static std::string request_text(const std::string& method, const std::string& path, const std::string& authorization,
                                  const std::string& body, bool keep) {
    std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: x\r\n";
    if (!authorization.empty()) text += "Authorization: " + authorization + "\r\n";
    if (!body.empty()) text += "Content-Type: application/json\r\n";
    if (!keep) text += "Connection: close\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static HttpAnswer read(std::string text) {
    HttpAnswer answer;
    answer.text = std::move(text);
    if (answer.text.size() > 12) answer.status = static_cast<unsigned>(std::stoul(answer.text.substr(9, 3)));
    return answer;
  }

  TempDir dir;
  FakeEngine* engine = nullptr;  ///< the server's
  std::unique_ptr<app::Server> server;
  std::chrono::steady_clock::duration started_within{};  ///< from an existing database to listening
  struct Keys {
    std::string of_ann = auth::new_key_text();
    std::string of_root = auth::new_key_text();
    std::string withdrawn = auth::new_key_text();  ///< was root's
    std::string of_hers = auth::new_key_text();    ///< agents' own from here on
    std::string of_helper = auth::new_key_text();
    std::string of_other = auth::new_key_text();
    std::string of_system = auth::new_key_text();
  };
  const Keys keys;

 private:
  void fill(const std::filesystem::path& file, const Fill& more) {
    BlockingPool pool(1);
    BackgroundCall call("test");
    {
      db::Database database(file, pool, 1);
      db::migrate(database);
      auto job = [&](db::Session& session) {
        add_people(session);
        add_agents(session);
        if (more) more(*this, session);
      };
      database.write_now(call.call(), std::move(job));
    }
    pool.join();
  }
  static void add_people(db::Session& session) {
    const auto user = [&](std::int64_t id, const std::string& name, const std::string& role) {
      session
          .query(
              "INSERT INTO users (id, username, role, email, created_at, updated_at) VALUES (:a, :b, :c, :d, 't', 't')",
              id, name, role, name + "@example.org")
          .run();
    };
    user(root, "root", "admin");
    for (const auto& [id, name] : {std::pair{ann, "ann"}, {bob, "bob"}, {carl, "carl"}, {dora, "dora"}})
      user(id, name, "user");
  }
  void add_agents(db::Session& session) {
    add_agent(session, "hers", ann);
    add_agent(session, "helper", ann);
    add_agent(session, "other", carl);
    add_agent(session, "roots", root);
    engine->add("orphan");
    share(session, "hers", "bob@example.org");
    permit(session, "helper", "hers");
    const auto key = [&](const std::string& text, std::int64_t owner, int active,
                         std::optional<std::string> system_agent = std::nullopt) {
      session
          .query(
              "INSERT INTO mcp_api_keys (id, name, key_prefix, key_hash, created_at, is_active, user_id, agent_name, "
              "scope) VALUES (:a, 'n', 'p', :b, 't', :c, :d, :e, :f)",
              text, auth::key_digest(text), active, owner, system_agent, system_agent ? "system" : "user")
          .run();
    };
    key(keys.of_ann, ann, 1);
    key(keys.of_root, root, 1);
    key(keys.withdrawn, root, 0);
    key(keys.of_system, root, 1, "trinity-system");
    (void)auth::KeyRows::insert_for_agent(session, keys.of_hers, "hers", ann);
    (void)auth::KeyRows::insert_for_agent(session, keys.of_helper, "helper", ann);
    (void)auth::KeyRows::insert_for_agent(session, keys.of_other, "other", carl);
  }
};

}  // namespace trinity::test
