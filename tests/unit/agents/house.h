#pragma once
#include <memory>
#include <string>

#include "agents/service.h"
#include "agents/settings_service.h"
#include "db/migrations.h"
#include "support/fleet_house.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"
#include "vault/vault.h"

namespace trinity::test {

/// A migrated database with three users: 1 admin, 7 ann (ann@example.org), 8 bob (Bob@example.org).
class AgentDatabase {
 public:
  AgentDatabase() {
    db::migrate(database);
    settings.load(call);
    execute(
        "INSERT INTO users (id, username, role, email, created_at, updated_at) VALUES "
        "(1, 'admin', 'admin', NULL, 't', 't'), (7, 'ann', 'user', 'ann@example.org', 't', 't'), "
        "(8, 'bob', 'user', 'Bob@example.org', 't', 't')");
    users.load(database, call);
    keys.load(call);
  }
  void execute(const std::string& sql) {
    auto job = [&](db::Session& session) { session.query(sql).run(); };
    database.write_now(call, std::move(job));
  }
  std::int64_t count(const std::string& table, const std::string& where = "1 = 1") {
    auto job = [&](db::Session& session) {
      return std::get<0>(*session.query("SELECT COUNT(*) FROM " + table + " WHERE " + where).one<std::int64_t>());
    };
    return database.read_now(call, std::move(job));
  }

  /// All metadata as the database has it.
  std::map<std::string, fleet::Metadata> metadata() {
    std::map<std::string, fleet::Metadata> read;
    fleet::MetadataSource::Loaded loaded = [&read](std::map<std::string, fleet::Metadata> all) {
      read = std::move(all);
    };
    run_task(store.load(call, std::move(loaded)));
    return read;
  }

  TempDir dir;
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 2};
  vault::Vault vault{{vault::MasterKey::make()}};
  settings::SettingsStore settings{database, &vault};
  auth::UserDirectory users;
  auth::KeyBook keys{database, users};
  agents::AgentStore store{database, keys};
  agents::AgentSettingsStore settings_store{database};
};

/// Tokens as a test sets them.
class SetTokens : public templates::TokenSource {
 public:
  Task<std::expected<std::string, templates::NoToken>> of_credential(Call, std::string id) override {
    const auto found = credentials.find(id);
    if (found == credentials.end()) co_return std::unexpected(templates::NoToken::no_credential);
    co_return found->second;
  }
  Task<std::string> of_person(Call, std::string username, std::string host) override {
    const auto found = people.find(username + "@" + host);
    co_return found == people.end() ? std::string() : found->second;
  }
  std::string platform() override { return platform_token; }

  std::map<std::string, std::string> credentials;
  std::map<std::string, std::string> people;  ///< by name@host
  std::string platform_token;
};

/// The agents' service over a database, a fleet and a fake engine, as app/ puts them together.
class AgentHouse : public AgentDatabase {
 public:
  /// `late`: how long a container is looked for that the engine was asked for and did not answer about.
  explicit AgentHouse(std::shared_ptr<FakeEngine> fake = std::make_shared<FakeEngine>(),
                      std::chrono::milliseconds late = std::chrono::milliseconds(0),
                      fleet::FleetOptions fleet_options = FleetHouse::quick_options())
      : late_within(late),
        house(std::move(fake), std::move(fleet_options), &store),
        engine(house.engine),
        link({&house.io[0], &house.io[1], &house.io[2]}),
        templates(template_options(), pool, tokens),
        service(options(), house.fleet, engine, store, settings, pool, agents::AgentKey::load(dir / "agents.key")),
        agent_settings(house.fleet, settings_store, settings, options().environment) {
    engine.model_key = "sk-platform";
  }
  ~AgentHouse() {
    house.stop();
    pool.join();
  }

  /// Nobody listens there.
  static constexpr const char* nowhere = "http://127.50.0.8:9";

  [[nodiscard]] templates::TemplateOptions template_options() const {
    templates::TemplateOptions made;
    made.root = dir / "templates";
    made.book.reader.folder = dir / "template-cache";
    made.book.reader.places.github = nowhere;
    made.book.reader.places.hosts = {"file:" + (dir / "repositories").string()};
    return made;
  }
  [[nodiscard]] agents::AgentServiceOptions options() {
    agents::AgentServiceOptions made;
    made.placement.instance = "0123456789abcdef";
    made.placement.image_version = "0.1.0";
    made.choose = [this](Call of, agents::CallerPtr caller, std::string chosen, std::string branch) {
      return templates.choose(of, std::move(caller), std::move(chosen), std::move(branch));
    };
    made.github_base = nowhere;
    made.late_container_within = late_within;
    made.environment = {{"ANTHROPIC_API_KEY", "sk-platform"}, {"OTEL_ENABLED", "0"}, {"AGENT_MAX_TASKS", "9"}};
    return made;
  }

  static agents::CallerPtr admin() {
    return std::make_shared<const Caller>(Caller{1, "admin", std::nullopt, Role::admin});
  }
  static agents::CallerPtr ann() {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user});
  }
  static agents::CallerPtr bob() {
    return std::make_shared<const Caller>(Caller{8, "bob", "Bob@example.org", Role::user});
  }

  static agents::CreateRequest named(const std::string& name) {
    agents::CreateRequest request;
    request.name = name;
    return request;
  }

  template <class T>
  T run(Task<T> work, std::size_t thread = 0) {
    return run_on(house.io[thread], std::move(work));
  }
  fleet::AgentPtr create(const agents::CallerPtr& caller, agents::CreateRequest request) {
    return run(service.create(call, caller, std::move(request)));
  }
  /// Whether any I/O thread shows the agent.
  bool shown(const std::string& name) {
    for (std::size_t i = 0; i < house.io.size(); ++i) {
      if (house.held_by(i)->find(name)) return true;
    }
    return false;
  }
  /// The kind and text of what a call throws; empty text when nothing.
  struct Refusal {
    std::optional<ErrorKind> kind;
    std::string text;
  };
  template <class T>
  Refusal refusal(Task<T> work) {
    try {
      run(std::move(work));
    } catch (const Error& e) {
      return {e.kind(), e.what()};
    }
    return {};
  }

  std::chrono::milliseconds late_within;
  FleetHouse house;
  FakeEngine& engine;
  agentlink::AgentLink link;
  SetTokens tokens;
  templates::TemplateService templates;
  agents::AgentService service;
  agents::AgentSettings agent_settings;
};

}  // namespace trinity::test
