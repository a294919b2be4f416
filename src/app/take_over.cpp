#include "app/take_over.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <ostream>
#include <stdexcept>

#include "app/vault_parts.h"
#include "base/text.h"
#include "credentials/take_over.h"
#include "db/migrations.h"
#include "settings/sealing.h"
#include "settings/store.h"

namespace trinity::app {

namespace {

using namespace credentials;

constexpr std::chrono::seconds answer_within{5};

void finish(Task<> work) {
  asio::io_context io;
  std::exception_ptr fault;
  asio::co_spawn(io, std::move(work), [&fault](std::exception_ptr thrown) { fault = std::move(thrown); });
  io.run();
  if (fault) std::rethrow_exception(fault);
}

RedisAddress source_of(const Config& config, const TakeOverOrder& order) {
  if (order.redis.empty() && config.redis.empty())
    throw std::runtime_error("name the Redis server of the deployment: take-over --redis redis://host:port");
  if (order.redis.empty()) return parse_redis_address(config.redis, config.redis_password);
  if (!parse_redis_address(order.redis).password.empty())
    throw std::runtime_error(
        "a password in an argument is visible to every user of the machine; give it in the variable REDIS_PASSWORD");
  return parse_redis_address(order.redis, config.redis_password);
}

std::string place_of(const Config& config) {
  if (config.redis.empty()) return "the database " + config.database.string();
  return parse_redis_address(config.redis).shown();
}

bool is_same_place(const Config& config, const RedisAddress& source) {
  return !config.redis.empty() && parse_redis_address(config.redis).shown() == source.shown();
}

void print(std::ostream& out, const TakeOverPlan& plan, bool dry) {
  const auto* const does = dry ? "would take over" : "taking over";
  out << fmt::format("{} {} credentials, {} of them in plain text; {} are there already\n", does,
                     plan.credentials.size(), plan.plain, plan.there);
  for (const auto& [meta, secret] : plan.credentials)
    out << fmt::format("  {}: {} ({}, {})\n", meta.owner, preview(meta.name), preview(meta.service),
                       preview(meta.type));
  for (const auto& meta : plan.unreadable)
    out << fmt::format("  left out, sealed under a key that is not here: {}: {}\n", meta.owner, preview(meta.name));
  out << fmt::format("{} {} assignments and {} assignments to MCP servers\n", does, plan.assignments.size(),
                     plan.ties.size());
  if (!plan.unknown_agents.empty())
    out << fmt::format("  left out, there is no such agent: {}\n", fmt::join(plan.unknown_agents, ", "));
}

void print_sealing(std::ostream& out, const std::vector<std::string>& settings, std::size_t plain_in_place, bool dry) {
  const auto* const does = dry ? "would seal" : "sealed";
  if (settings.empty()) {
    out << "no setting of the database is in plain text\n";
  } else {
    out << fmt::format("{} {} settings of the database: {}\n", does, settings.size(), fmt::join(settings, ", "));
  }
  if (plain_in_place > 0) out << fmt::format("{} {} secrets where they are\n", does, plain_in_place);
}

std::size_t plain_ones(const OldData& old) {
  std::size_t count = 0;
  for (const auto& record : old.credentials) {
    if (!record.secret.empty() && !vault::Vault::is_sealed(record.secret)) ++count;
  }
  return count;
}

vault::Reseal sealing(const vault::Vault& vault) {
  return [&vault](const vault::Label& label, std::string_view text) -> std::optional<std::string> {
    if (vault::Vault::is_sealed(text)) return std::nullopt;
    return vault.seal(label, text);
  };
}

Task<> seal_in_place(SecretStore* store, const vault::Vault* vault, Call call) {
  auto seal = sealing(*vault);
  (void)co_await store->each(call, std::move(seal));
}

Held held_now(const Config& config) {
  if (config.redis.empty()) return held_in_database(config.database);
  RedisConnection target(parse_redis_address(config.redis, config.redis_password), answer_within);
  return held_in_redis(target, answer_within);
}

/// The data folder for the length of the take-over, as a server would have it.
struct Place {
  explicit Place(const Config& config)
      : home(config.home),
        database(config.database, pool),
        secrets(config, home, database, pool),
        settings(database, &secrets.vault()) {
    db::migrate(database);
    secrets.check(job.call());
    settings.load(job.call());
  }
  BackgroundCall job{"take-over"};
  Home home;
  BlockingPool pool{2};
  db::Database database;
  VaultParts secrets;
  settings::SettingsStore settings;
};

void run(const Config& config, const TakeOverOrder& order, std::ostream& out) {
  const auto source = source_of(config, order);
  RedisConnection connection(source, answer_within);
  auto old = read_old_data(connection, answer_within);
  const auto plain_settings = settings::plain_secrets_of(config.database);
  const bool same = is_same_place(config, source);
  const auto plain_in_place = same ? plain_ones(old) : 0;
  const auto agents = agents_in_database(config.database);
  out << fmt::format("from {} into {}{}\n", source.shown(), place_of(config),
                     order.dry_run ? " (dry run: nothing is changed)" : "");
  if (order.dry_run) {
    print(out, plan_take_over(std::move(old), held_now(config), agents, nullptr), true);
    print_sealing(out, plain_settings, plain_in_place, true);
    return;
  }
  Place place(config);
  auto plan = plan_take_over(std::move(old), held_now(config), agents, &place.secrets.vault());
  print(out, plan, false);
  auto& store = place.secrets.store();
  finish(carry_out(&store, &place.secrets.vault(), place.job.call(), std::move(plan)));
  finish(seal_in_place(&store, &place.secrets.vault(), place.job.call()));
  print_sealing(out, plain_settings, plain_in_place, false);
  if (!same)
    out << fmt::format("done. {} still has what it had: empty it when it is no longer needed\n", source.shown());
}

}  // namespace

int take_over(const Config& config, const TakeOverOrder& order, std::ostream& out, std::ostream& errors) {
  try {
    run(config, order, out);
    return 0;
  } catch (const std::exception& fault) {
    errors << "trinityd: " << fault.what() << '\n';
    return 1;
  }
}

}  // namespace trinity::app
