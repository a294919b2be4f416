#include "vault/rotation.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "audit/log.h"
#include "base/log.h"
#include "base/spawn.h"
#include "vault/marks.h"

namespace trinity::vault {

namespace {

constexpr std::chrono::seconds turn_limit{10};

void check_person(const Caller& caller) {
  if (!caller.is_admin() || !caller.is_person()) throw Forbidden("Admin access required");
}

}  // namespace

void Rotation::start(const boost::asio::any_io_executor& executor) {
  executor_ = executor;
  settling_ = true;
  spawn("vault", executor, settle(this));
}

Task<Status> Rotation::status(Call call, std::shared_ptr<const Caller> caller) {
  check_person(*caller);
  Status status;
  status.backend = options_.backend;
  status.key_id = vault_.newest_id();
  status.key_source = options_.source == KeySource::file ? "file" : "environment";
  for (auto* holding : holdings_) {
    const Reseal look = [this, &status](const Label&, std::string_view text) -> std::optional<std::string> {
      if (!vault_.is_current(text)) ++status.older;
      return std::nullopt;
    };
    const auto seen = co_await holding->each(call, look);
    status.secrets += static_cast<std::int64_t>(seen.seen);
  }
  co_return status;
}

Task<Rotated> Rotation::rotate(Call call, std::shared_ptr<const Caller> caller) {
  check_person(*caller);
  const auto turn = co_await gate_.enter(turn_limit);
  if (options_.source == KeySource::file) co_await add_key(call);
  const auto pass = co_await rewrap_all(call);
  Rotated rotated{vault_.newest_id(), pass.changed};
  audit::note(call, *caller, "vault_rotate", "",
              {{"key", rotated.key_id}, {"rewrapped", std::to_string(pass.changed)}});
  if (!settling_ && executor_) {
    settling_ = true;
    spawn("vault", executor_, settle(this));
  }
  co_return rotated;
}

// In this order, a server that is killed in between never has sealed anything under a key that is not in the file.
Task<> Rotation::add_key(Call call) {
  auto keys = *vault_.keys();
  keys.push_back(MasterKey::make());
  auto write = [this, &keys] { write_key_file(options_.key_file, keys); };
  co_await pool_.run(std::move(write));
  const Vault next(keys);
  const auto mark = mark_of(next);
  for (auto* book : books_) co_await book->put_mark(call, mark);
  vault_.replace_keys(std::move(keys));
  newest_since_ = steady_now();
  log::info("vault", "the master key is {} now", mark.key_id);
}

Task<Rotation::Pass> Rotation::rewrap_all(Call call) {
  Pass pass;
  for (auto* holding : holdings_) {
    const Reseal rewrap = [this, &pass](const Label& label, std::string_view text) -> std::optional<std::string> {
      if (!Vault::is_sealed(text)) return vault_.seal(label, text);
      if (vault_.is_current(text)) return std::nullopt;
      try {
        return vault_.rewrap(label, text);
      } catch (const Damaged& fault) {
        log::error("vault", "{}", fault.what());
        ++pass.left;
        return std::nullopt;
      }
    };
    const auto done = co_await holding->each(call, rewrap);
    pass.seen += static_cast<std::int64_t>(done.seen);
    pass.changed += static_cast<std::int64_t>(done.changed);
  }
  if (pass.changed > 0) log::info("vault", "sealed {} of {} secrets anew", pass.changed, pass.seen);
  co_return pass;
}

Task<bool> Rotation::has_older(Call call) {
  const auto newest = vault_.newest_id();
  if (options_.source == KeySource::file && vault_.keys()->size() > 1) co_return true;
  for (auto* book : books_) {
    const auto marks = co_await book->marks(call);
    if (std::ranges::any_of(marks, [&newest](const Mark& mark) { return mark.key_id != newest; })) co_return true;
  }
  co_return false;
}

// A pass that changes nothing and finds nothing else has shown that the old keys are not needed.
Task<bool> Rotation::retire(Call call) {
  const auto pass = co_await rewrap_all(call);
  if (pass.left > 0) {
    log::warn("vault", "old keys stay: {} secrets cannot be opened", pass.left);
    co_return true;
  }
  if (pass.changed > 0) co_return false;
  const auto newest = vault_.newest_id();
  std::set<std::string> dropped;
  for (auto* book : books_) {
    const auto marks = co_await book->marks(call);
    for (const auto& mark : marks) {
      if (mark.key_id == newest) continue;
      co_await book->drop_mark(call, mark.key_id);
      dropped.insert(mark.key_id);
    }
  }
  if (options_.source == KeySource::file && vault_.keys()->size() > 1) {
    Keys keys{vault_.keys()->back()};
    auto write = [this, &keys] { write_key_file(options_.key_file, keys); };
    co_await pool_.run(std::move(write));
    vault_.replace_keys(std::move(keys));
  }
  for (const auto& id : dropped) log::info("vault", "nothing needs the key {} any more", id);
  co_return true;
}

Task<bool> Rotation::go_on(Call call) {
  const bool older = co_await has_older(call);
  const bool ripe = steady_now() - newest_since_ >= options_.retire_after;
  if (!older) co_return true;
  if (!ripe) co_return false;
  co_return co_await retire(call);
}

// A place that cannot be reached now is tried again; every pass is bounded and short.
Task<> Rotation::settle(Rotation* self) {
  BackgroundCall job("vault");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto pause = std::chrono::milliseconds(0);
  bool rewrapped = false;
  for (bool done = false; !done;) {
    timer.expires_after(pause);
    co_await timer.async_wait(use_awaitable);
    try {
      const auto turn = co_await self->gate_.enter(turn_limit);
      if (!rewrapped) (void)co_await self->rewrap_all(job.call());
      rewrapped = true;
      done = co_await self->go_on(job.call());
      pause = self->options_.retire_after;
      if (done) self->settling_ = false;
    } catch (const boost::system::system_error&) {
      throw;  // the server stops
    } catch (const std::exception& fault) {
      log::warn("vault", "the secrets cannot be sealed anew now: {}", fault.what());
      pause = self->options_.retry_after;
    }
  }
}

}  // namespace trinity::vault
