#include "app/server.h"

#include <algorithm>
#include <future>
#include <thread>

#include "activities/classic.h"
#include "activities/routes.h"
#include "activities/service.h"
#include "activities/topics.h"
#include "activity/routes.h"
#include "activity/topics.h"
#include "agentlink/followers.h"
#include "agents/agent_key.h"
#include "agents/routes.h"
#include "agents/self_reports.h"
#include "agents/service.h"
#include "agents/settings_routes.h"
#include "agents/store.h"
#include "app/git_parts.h"
#include "app/home.h"
#include "app/oauth_parts.h"
#include "app/own_credentials.h"
#include "app/retention.h"
#include "app/room_options.h"
#include "app/secrets_parts.h"
#include "app/template_tokens.h"
#include "app/vault_parts.h"
#include "app/version.h"
#include "attention/routes.h"
#include "attention/stream.h"
#include "audit/routes.h"
#include "auth/authenticator.h"
#include "auth/key_book.h"
#include "auth/routes.h"
#include "auth/secret_key.h"
#include "base/blocking.h"
#include "base/io_threads.h"
#include "base/log.h"
#include "base/scheduling.h"
#include "budgets/routes.h"
#include "conversation/routes.h"
#include "dashboards/topics.h"
#include "db/foreign_writes.h"
#include "db/migrations.h"
#include "engine/docker.h"
#include "executions/queue_routes.h"
#include "executions/routes.h"
#include "executions/upkeep.h"
#include "files/routes.h"
#include "fleet/fleet.h"
#include "http/server.h"
#include "http/static_files.h"
#include "live/host_feed.h"
#include "live/hub.h"
#include "live/hub_link.h"
#include "live/routes.h"
#include "logs/live_logs.h"
#include "metrics/routes.h"
#include "outbound/client.h"
#include "permissions/routes.h"
#include "platform/routes.h"
#include "pressure/routes.h"
#include "pressure/topics.h"
#include "runfeeds/topics.h"
#include "runstats/fleet_feed.h"
#include "runstats/routes.h"
#include "runstats/row_stream.h"
#include "runstats/turn_rows.h"
#include "sessions/routes.h"
#include "sessions/service.h"
#include "sharing/routes.h"
#include "system/routes.h"
#include "telemetry/routes.h"
#include "templates/routes.h"

namespace trinity::app {

namespace {

/// How long the start waits for the engine's first list; after that the server answers with what it knows.
constexpr std::chrono::seconds first_list_within{2};

constexpr std::chrono::milliseconds fleet_stops_within{300};

/// What the live hub wants to know of sign-in.
class Identities : public live::IdentitySource {
 public:
  explicit Identities(auth::TokenVerifier& verifier) : verifier_(verifier) {}
  std::optional<live::Identity> by_token(std::string_view token) override { return convert(verifier_.verify(token)); }
  std::optional<live::Identity> by_session_cookie(std::string_view cookie) override {
    return convert(verifier_.verify_session(cookie));
  }

 private:
  static std::optional<live::Identity> convert(const std::optional<auth::Verified>& from) {
    if (!from) return std::nullopt;
    return live::Identity{from->caller, from->expires_at};
  }
  auth::TokenVerifier& verifier_;
};

}  // namespace

struct Server::Parts {
  Parts(Config c, std::unique_ptr<engine::Engine> given);

  Config config;
  Home home;
  BackgroundCall job{"start"};
  BlockingPool pool;
  db::Database database;
  db::ForeignWrites foreign_writes;
  VaultParts secrets;
  settings::SettingsStore settings;

  auth::UserDirectory users;
  auth::KeyBook keys;
  auth::PasswordHasher hasher;
  auth::SignInLimiter limiter;
  auth::TokenSigner signer;
  auth::TokenVerifier verifier;
  auth::SignIn sign_in;
  auth::Setup setup;
  Identities identities;
  auth::PageCaller page_caller;

  // What runs on the I/O threads gives its places back when it is dropped with them, so these are older.
  executions::RunBoard runs;
  executions::AgentQueue queue{{}, runs};
  executions::RunBook run_book{run_limits(config)};
  executions::RunKeys run_keys{database};

  outbound::Client outbound{config.ca_file};
  http::Traffic traffic;
  metrics::EngineCalls engine_calls;
  IoThreads io;
  boost::asio::io_context fleet_context{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> fleet_guard;
  std::thread fleet_thread;
  std::promise<void> fleet_ended;
  std::unique_ptr<engine::Engine> engine;
  audit::AuditStore audit_store{database};
  audit::Journal journal{audit_store, io[0].get_executor()};
  agents::AgentStore agent_store;
  agents::AgentSettingsStore agent_settings_store;
  fleet::Fleet fleet;
  logs::LiveLogs logs;
  agentlink::Followers followers;
  activity::Topics topics;
  executions::RunningTurns turns;
  runstats::TurnRows turn_rows{turns};
  pressure::Topics pressure_topics{turns, fleet,
                                   [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }};
  runfeeds::StoreSource stored_runs{execution_store, pool};
  runfeeds::Topics run_topics;
  activities::Topics activity_topics{fleet.executor(), io[0].get_executor(),
                                     [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); },
                                     [this](agents::CallerPtr viewer, std::size_t limit) {
                                       return newest_activities(this, std::move(viewer), limit);
                                     }};
  live::Hub hub;
  live::HubLink link;
  agentlink::AgentLink agent_link;
  TemplateTokens template_tokens;
  OwnCredentials own_credentials{secrets.store(), secrets.vault()};
  templates::TemplateService templates;
  agents::AgentService agents;
  agents::SelfReports self_reports{agents, fleet, agent_link, pool};
  SecretsParts credentials{{templates, database, secrets.vault(), secrets.store(), fleet, agents, agent_store,
                            agent_link, link, pool, io[0].get_executor()}};
  dashboards::Topics dashboards{followers,
                                self_reports,
                                fleet,
                                fleet.executor(),
                                io[0].get_executor(),
                                [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }};
  agents::AgentSettings agent_settings;
  sharing::SharingStore sharing_store{database};
  sharing::SharingService sharing;
  permissions::PermissionStore permission_store{database};
  permissions::PermissionService permissions;
  activities::ActivityStore activity_store{database};
  activities::ActivityService activities{activity_store, io[0].get_executor()};
  activities::Timeline timeline{fleet, activity_store};
  sessions::SessionStore session_store{database};
  sessions::SessionService sessions{session_store};
  sessions::Archive archive{fleet, session_store};
  executions::QueueService queue_service{fleet, queue};
  budgets::BudgetStore budget_store{database};
  budgets::BudgetService budgets{fleet, budget_store, settings, link, io[0].get_executor()};
  executions::ExecutionStore execution_store{database, pool};
  executions::Runs all_runs{{run_book, agents, fleet, execution_store, agent_link, queue, activities, runs, pool},
                            run_rules()};
  executions::TaskService tasks{all_runs, run_keys};
  executions::ExecutionService executions{all_runs, followers};
  executions::Upkeep upkeep{execution_store, std::chrono::days(config.retention_days)};
  conversation::ChatService chats{{}, all_runs, run_keys, sessions};
  runstats::FigureStore figure_store{database};
  runstats::FigureService figures{fleet, figure_store};
  attention::AttentionStore attention_store{database};
  attention::AttentionService attention{{fleet, turns, attention_store}, patience(config)};
  activity::ActivityService activity{agents, fleet, followers, agent_link};
  pressure::PressureService pressure{fleet, turns};
  activity::LiveChat live_chat{agents, fleet, agent_link};
  files::FileService files{agents, fleet, agent_link};
  GitParts git{config,
               {database, fleet, agents, agent_store, agent_link, followers, settings, outbound, pool, hub, link,
                io[0].get_executor()}};
  platform::PlatformService platform{platform_options(config), settings, fleet, outbound};
  Retention retention{config.retention_days};
  OAuthParts oauth{{config, database, secrets.store(), secrets.vault(), outbound,
                    [this](Call call, std::string credential) { return bring(this, call, std::move(credential)); }}};
  Retention audit_retention{config.audit_days};
  system::SystemInfo info;
  http::Router router;
  std::unique_ptr<http::Server> server;
  std::promise<void> first_list;
  bool first_list_seen = false;

  void load();
  void follow_activities();
  void forget_old_entries();
  void follow_attention();
  void add_routes();
  executions::RunRules run_rules();
  /// Agents that have this credential get what is new of it.
  static Task<> bring(Parts* parts, Call call, std::string credential);
  static Task<budgets::StopCount> stop_runs(Parts* parts, Call call, std::string why);
  static Task<std::vector<activities::Activity>> newest_activities(Parts* parts, agents::CallerPtr viewer,
                                                                   std::size_t limit);
  /// What another program wrote is read anew, all that is kept in memory.
  static Task<> read_again(Parts* parts, Call call);
  void on_publication(const fleet::Publication& publication);
  /// What else topic `agents:stats` tells.
  runstats::Sections sections(const live::Asked& asked);
  std::vector<boost::asio::io_context*> contexts();
  std::vector<trinity::asio::any_io_executor> io_executors();
};

std::vector<boost::asio::io_context*> Server::Parts::contexts() {
  std::vector<boost::asio::io_context*> all{&fleet_context};
  for (std::size_t i = 0; i < io.size(); ++i) all.push_back(&io[i]);
  return all;
}

std::vector<trinity::asio::any_io_executor> Server::Parts::io_executors() {
  std::vector<trinity::asio::any_io_executor> all;
  all.reserve(io.size());
  for (std::size_t i = 0; i < io.size(); ++i) all.emplace_back(io[i].get_executor());
  return all;
}

Server::Parts::Parts(Config c, std::unique_ptr<engine::Engine> given)
    : config(std::move(c)),
      home(config.home),
      pool(4),
      database(config.database, pool),
      foreign_writes(database, std::chrono::milliseconds(config.database_watch_ms),
                     [this](Call call) { return read_again(this, call); }),
      secrets(config, home, database, pool),
      settings(database, &secrets.vault()),
      keys(database, users),
      signer(auth::secret_key(config.secret_key, home.file("secret.key"))),
      verifier(signer, users),
      sign_in({database, settings, users, hasher, limiter, signer, verifier}, config.email_auth),
      setup(database, settings, users, hasher, {config.admin_username, config.admin_password}),
      identities(verifier),
      page_caller(auth::make_authenticator(verifier, &keys), verifier, config.cors_origins),
      io(thread_count(config)),
      engine(metrics::measured(
          given ? std::move(given) : engine::make_docker(*engine::parse_address(config.engine), contexts()),
          engine_calls)),
      agent_store(database, keys),
      agent_settings_store(database),
      fleet(fleet_options(config, home), *engine, agent_store, fleet_context, io),
      logs(*engine, io_executors(), fleet.executor(),
           [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }),
      followers(io_executors(), [this](const fleet::Agent& agent) { return agents.target_of(agent); }),
      topics(followers, fleet.executor(),
             [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }),
      run_topics(runs,
                 {stored_runs, [this](const fleet::Agent& agent) { return agents.target_of(agent); }, io_executors(),
                  fleet.executor(), [this](const live::Topic& topic) { hub.stir(topic, live::Moment::current()); }}),
      hub([this](const std::string& agent, int delta) { fleet.watch(agent, delta); }, {}),
      link(hub, fleet.executor()),
      agent_link(contexts()),
      template_tokens(secrets.store(), secrets.vault(), settings, config.github_pat),
      templates(template_options(config, home), pool, template_tokens),
      agents(agent_options(config, home, templates), fleet, *engine, agent_store, settings, pool,
             agents::AgentKey::load(home.file("agents.key")), &link),
      agent_settings(fleet, agent_settings_store, settings, config.agent_environment),
      sharing({[this] { return sign_in.mode().email_auth_enabled; }, config.sharing_invites}, fleet, sharing_store,
              agent_store, users, link),
      permissions(fleet, permission_store, pool),
      info(version, config.build_date) {
  hub.serve(live::Topic::Kind::logs, [this](const live::Asked& asked) { return logs.feed(asked); });
  hub.serve(live::Topic::Kind::activity, [this](const live::Asked& asked) { return topics.activity(asked); });
  hub.serve(live::Topic::Kind::executions, [this](const live::Asked& asked) { return run_topics.agent(asked); });
  hub.serve(live::Topic::Kind::execution, [this](const live::Asked& asked) { return run_topics.run(asked); });
  hub.serve(live::Topic::Kind::dashboard, [this](const live::Asked& asked) { return dashboards.feed(asked); });
  hub.serve(live::Topic::Kind::pressure, [this](const live::Asked& asked) { return pressure_topics.feed(asked); });
  hub.serve(live::Topic::Kind::files, [this](const live::Asked& asked) { return topics.files(asked); });
  follow_activities();
  forget_old_entries();
  agent_store.on_forgotten([this](const std::string& agent) { secrets.forget(agent); });
  agent_store.on_forgotten([this](const std::string& agent) { budgets.forget(agent); });
  agent_store.on_forgotten([this](const std::string& agent) { figures.forget(agent); });
  agent_store.on_forgotten([this](const std::string& agent) { turn_rows.forget(agent); });
  followers.on_news([this](const agentlink::News& news) { figures.contexts().hear(news); });
  followers.on_news([this](const agentlink::News& news) { turns.hear(news); });
  activities.listen([this](const activities::News& news) { figures.contexts().hear(news); });
  runs.listen([this](const executions::RunNews& news) { figures.executions().hear(news); });
  hub.serve(live::Topic::Kind::fleet_stats, [this, pace = live::HubBounds{}.pace](const live::Asked& asked) {
    auto watch = [this](const std::string& agent, int delta) { fleet.watch(agent, delta); };
    return std::make_unique<runstats::FleetFeed>(asked.viewer.caller, pace.slowed(asked.options.interval),
                                                 std::move(watch), figures.contexts(), figures.executions(),
                                                 sections(asked));
  });
  auto stop_all = [this](Call call, std::string why) { return stop_runs(this, call, std::move(why)); };
  auto count = [this] {
    const auto waiting = static_cast<std::int64_t>(queue.counts().waiting);
    return budgets::RunCount{std::max<std::int64_t>(0, static_cast<std::int64_t>(run_book.size()) - waiting), waiting};
  };
  budgets.on_halt(std::move(stop_all), std::move(count));
  followers.on_news([this](const agentlink::News& news) { all_runs.hear(io[0].get_executor(), news); });
  follow_attention();
  load();
  hub.serve(live::Topic::Kind::host, [this, pace = live::HubBounds{}.pace](const live::Asked& asked) {
    auto watch = [this](int delta) { fleet.watch_host(delta); };
    return std::make_unique<live::HostFeed>(pace.slowed(asked.options.interval), std::move(watch));
  });
  secrets.rotation().add(settings);
  add_routes();
  fleet.before_publication([this](const fleet::Publication& publication) { attention.follow(publication); });
  fleet.on_publication([this](const fleet::Publication& publication) { on_publication(publication); });
}

void Server::Parts::load() {
  const auto reached = db::migrate(database);
  secrets.check(job.call());
  settings.load(job.call());
  users.load(database, job.call());
  keys.load(job.call());
  setup.prepare(job.call());
  journal.load(job.call());
  budgets.load(job.call());
  credentials.load(job.call());
  figures.load(job.call());
  attention.load(job.call());
  log::info("app", "database {} at version {}", config.database.string(), reached);
}

executions::RunRules Server::Parts::run_rules() {
  executions::RunRules rules;
  rules.refusal = [this](const std::string& agent) -> std::optional<executions::RunRefusal> {
    auto refused = budgets.refusal(agent);
    if (!refused) return std::nullopt;
    attention.refused(agent);
    return executions::RunRefusal{refused->status, std::move(refused->detail), refused->retry_after_s};
  };
  rules.longest_run = [this](const std::string& agent) { return budgets.longest_run(agent); };
  rules.spent = [this](Call call, const std::string& agent, double cost) { budgets.spent(call, agent, cost); };
  rules.free_memory = [proc = config.proc_dir] { return metering::free_memory(proc); };
  return rules;
}

void Server::Parts::follow_attention() {
  agent_store.on_forgotten([this](const std::string& agent) { attention.forget(agent); });
  followers.on_news([this](const agentlink::News& news) { attention.hear(news); });
  runs.listen([this](const executions::RunNews& news) { attention.hear(news); });
  budgets.listen([this](const budgets::Ledger::News& news) { attention.hear(news); });
  budgets.halt().listen([this](const budgets::HaltState& state) { attention.hear(state); });
}

runstats::Sections Server::Parts::sections(const live::Asked& asked) {
  const auto pace = live::HubBounds{}.pace.slowed(asked.options.interval);
  runstats::Sections made;
  made.push_back(std::make_unique<attention::Stream>(attention.book(), asked.viewer.caller,
                                                     runstats::at_most(pace, attention::Stream::usual_pace)));
  made.push_back(std::make_unique<runstats::RowStream>("turns", "agents_turns_update", turn_rows, asked.viewer.caller,
                                                       runstats::at_most(pace, std::chrono::seconds(1))));
  return made;
}

void Server::Parts::forget_old_entries() {
  audit_retention.add("audit entries", [this](Call call, Time older_than, std::int64_t most) {
    return audit_store.prune(call, older_than, most);
  });
}

void Server::Parts::follow_activities() {
  hub.serve(live::Topic::Kind::activities, [this](const live::Asked& asked) { return activity_topics.feed(asked); });
  activities.listen([this](const activities::News& news) { activity_topics.hear(news); });
  activities.listen(activities::classic(link));
  retention.add("activities", [this](Call call, Time older_than, std::int64_t most) {
    return activity_store.prune(call, older_than, most);
  });
}

Task<std::vector<activities::Activity>> Server::Parts::newest_activities(Parts* parts, agents::CallerPtr viewer,
                                                                         std::size_t limit) {
  BackgroundCall reading("activities");
  activities::Window window;
  window.limit = static_cast<std::int64_t>(limit);
  co_return co_await parts->timeline.shown(reading.call(), std::move(viewer), std::move(window));
}

void Server::Parts::add_routes() {
  router.add(system::routes(info));
  router.add(auth::routes(sign_in, setup));
  router.add(agents::routes(agents));
  router.add(agents::routes(self_reports));
  router.add(agents::settings_routes(agent_settings));
  router.add(sharing::routes(sharing));
  router.add(permissions::routes(permissions));
  router.add(platform::routes(platform, secrets.rotation()));
  git.add_routes(router);
  router.add(audit::routes(journal));
  oauth.add_routes(router);
  router.add(budgets::routes(budgets));
  router.add(runstats::routes(figures));
  router.add(attention::routes(attention));
  router.add(executions::routes(executions));
  router.add(executions::routes(tasks));
  router.add(conversation::routes(chats));
  router.add(executions::routes(queue_service));
  router.add(activity::routes(activity));
  router.add(activity::routes(live_chat));
  router.add(pressure::routes(pressure));
  router.add(activities::routes(timeline));
  router.add(sessions::routes(archive, pool));
  router.add(files::routes(files, page_caller));
  router.add(templates::routes(templates, [this](Call call, agents::CallerPtr caller, std::vector<std::string> names) {
    return own_credentials.fitting(call, std::move(caller), std::move(names));
  }));
  router.add(telemetry::routes(fleet, page_caller, config.telemetry_open));
  secrets.add_routes(router);
  credentials.add_routes(router);
  router.add(metrics::routes({traffic, database.statements(), engine_calls, fleet, link, budgets, attention.book()},
                             config.metrics_open ? http::Access::anyone : http::Access::admin));
  router.add(live::routes(link, identities, {config.cors_origins, {}}));
}

Task<> Server::Parts::bring(Parts* parts, Call call, std::string credential) {
  std::vector<std::string> ids{std::move(credential)};
  const auto found = co_await parts->secrets.store().agents_of(call, std::move(ids));
  for (const auto& [id, agents] : found)
    for (const auto& agent : agents) parts->credentials.delivery.look_soon(agent);
}

Task<budgets::StopCount> Server::Parts::stop_runs(Parts* parts, Call call, std::string why) {
  const auto stopped = co_await parts->all_runs.stop_all(call, std::move(why));
  co_return budgets::StopCount{stopped.runs, stopped.waiting};
}

Task<> Server::Parts::read_again(Parts* parts, Call call) {
  co_await parts->settings.reload(call);
  co_await parts->users.reload(&parts->database, call);
  co_await parts->keys.reload(call);
  co_await parts->budgets.reload(call);
  co_await parts->figures.reload(call);
  co_await parts->attention.reload(call);
  // Tries again by itself until it has them.
  parts->fleet.reload();
}

void Server::Parts::on_publication(const fleet::Publication& publication) {
  link.publish(publication);
  all_runs.follow(publication);
  followers.follow(publication);
  credentials.follow(publication);
  if (first_list_seen || (!publication.snapshot->loaded && publication.snapshot->engine.since == Time{})) return;
  first_list_seen = true;
  first_list.set_value();
}

Server::Server(Config config, std::unique_ptr<engine::Engine> engine)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(engine))) {}

Server::~Server() = default;

void Server::start() {
  auto& p = *parts_;
  auto authenticator = auth::make_authenticator(p.verifier, &p.keys);
  auto options = server_options(p.config);
  options.traffic = &p.traffic;
  options.pool = &p.pool;
  p.server = std::make_unique<http::Server>(p.io, p.router, std::move(authenticator),
                                            http::static_files(p.config.web_dir, p.pool), std::move(options));
  p.fleet_guard.emplace(p.fleet_context.get_executor());
  p.keys.start(p.io[0].get_executor());
  p.foreign_writes.start(p.io[0].get_executor());
  p.secrets.start(p.io[0].get_executor());
  p.budgets.start();
  p.retention.start(p.io[0].get_executor());
  p.audit_retention.start(p.io[0].get_executor());
  p.journal.start();
  p.attention.start(p.io[0].get_executor());
  p.oauth.start(p.io[0].get_executor());
  p.io.start();
  p.fleet.start();
  p.link.start();
  p.fleet_thread = std::thread([&p] {
    prefer_short_turns();
    p.fleet_context.run();
    p.fleet_ended.set_value();
  });
  try {
    if (p.first_list.get_future().wait_for(first_list_within) != std::future_status::ready) {
      log::warn("app", "the container engine has not answered yet; going on without it");
    }
    // With the first list in: what the clean-up takes away is then taken out of it too.
    p.agents.start_cleanup(p.io[0].get_executor());
    auto kept = p.chats.restore(p.job.call(), p.io[0].get_executor());
    p.all_runs.take_up_all(p.io[0].get_executor(), std::move(kept));
    p.queue.keep_leases(p.io[0].get_executor());
    p.upkeep.start(p.io[0].get_executor());
    p.server->listen();
  } catch (...) {
    stop();
    throw;
  }
}

const http::Router& Server::router() const {
  return parts_->router;
}

std::uint16_t Server::port() const {
  return parts_->server->port();
}

void Server::stop() {
  auto& p = *parts_;
  if (p.server && !p.server->drain(std::chrono::seconds(p.config.drain_seconds)))
    log::warn("app", "some requests were cut off");
  p.link.stop();
  boost::asio::post(p.fleet_context, [&p] {
    p.fleet.stop();
    p.followers.stop();
  });
  p.io.stop();
  p.io.join();
  p.runs.close();
  p.fleet_guard.reset();
  if (p.fleet_thread.joinable()) {
    // Engine calls under way may take longer than anybody wants to wait.
    p.fleet_ended.get_future().wait_for(fleet_stops_within);
    p.fleet_context.stop();
    p.fleet_thread.join();
  }
  p.hasher.join();
  p.outbound.stop();
  p.keys.flush_now(p.job.call());
  p.budgets.flush_now(p.job.call());
  p.journal.flush_now(p.job.call());
  p.secrets.join();
  p.pool.join();
}

}  // namespace trinity::app
