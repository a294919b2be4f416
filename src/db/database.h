#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/blocking.h"
#include "base/call.h"
#include "base/gate.h"
#include "base/task.h"
#include "db/session.h"

namespace trinity::db {

/// The database file: one writer connection and several readers. Jobs run on the blocking pool, one transaction each.
/// A job is a callable `R job(Session&)`; store it in a named variable and move it in (see base/task.h). Waiting for a
/// connection is bounded: after 10 s the caller gets Unavailable. Any thread.
class Database {
 public:
  /// Opens the file and its connections; makes the directory. Looks at an existing file first (check_file): one with a
  /// fault is left untouched. Does not migrate. Throws Failure with a text for the operator. `pool` must outlive the
  /// database.
  Database(std::filesystem::path file, BlockingPool& pool, std::size_t readers = 3);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// All statements of one job see the same state of the file. A statement that changes something is refused.
  template <class F>
  auto read(Call call, F job) -> Task<std::invoke_result_t<F&, Session&>> {
    const auto permit = co_await readers_gate_.enter(wait_limit);
    auto work = [this, call, &job] {
      const Lease lease(*this);
      return lease.session().transaction(call, job);
    };
    co_return co_await pool_.run(std::move(work));
  }

  /// BEGIN IMMEDIATE, job, COMMIT; rolled back when the job throws.
  template <class F>
  auto write(Call call, F job) -> Task<std::invoke_result_t<F&, Session&>> {
    const auto permit = co_await writer_gate_.enter(wait_limit);
    auto work = [this, call, &job] { return writer_->transaction(call, job); };
    co_return co_await pool_.run(std::move(work));
  }

  /// The same, then `publish(result)` (or `publish()` after a job without result) once the commit stands and before the
  /// next writer begins: copies in memory change in the order of the commits. `publish` must not throw or block.
  template <class F, class P>
  auto write(Call call, F job, P publish) -> Task<std::invoke_result_t<F&, Session&>> {
    const auto permit = co_await writer_gate_.enter(wait_limit);
    auto work = [this, call, &job, &publish] { return write_and_publish(call, job, publish); };
    co_return co_await pool_.run(std::move(work));
  }

  /// A read between two writes of this program, then `publish(result)` as above: what is read is older than every write
  /// that is published behind it. `result` may be moved from.
  template <class F, class P>
  auto read_in_order(Call call, F job, P publish) -> Task<> {
    const auto turn = co_await writer_gate_.enter(wait_limit);
    const auto permit = co_await readers_gate_.enter(wait_limit);
    auto work = [this, call, &job, &publish] {
      const Lease lease(*this);
      auto result = lease.session().transaction(call, job);
      publish(result);
    };
    co_await pool_.run(std::move(work));
  }

  /// A number that is another one whenever another program has changed the file. What this program writes leaves it as
  /// it is: only the writer's connection writes, and that is the one that is asked.
  Task<std::int64_t> foreign_version();
  [[nodiscard]] std::int64_t foreign_version_now();

  /// Synchronous forms, for start-up and programs without I/O threads. They block the calling thread.
  template <class F>
  auto read_now(Call call, F job) -> std::invoke_result_t<F&, Session&> {
    const auto permit = readers_gate_.enter_now(wait_limit);
    const Lease lease(*this);
    return lease.session().transaction(call, job);
  }
  template <class F>
  auto write_now(Call call, F job) -> std::invoke_result_t<F&, Session&> {
    const auto permit = writer_gate_.enter_now(wait_limit);
    return writer_->transaction(call, job);
  }
  template <class F, class P>
  auto write_now(Call call, F job, P publish) -> std::invoke_result_t<F&, Session&> {
    const auto permit = writer_gate_.enter_now(wait_limit);
    return write_and_publish(call, job, publish);
  }
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  /// Every statement since the start, whoever ran it.
  [[nodiscard]] const Statements& statements() const noexcept { return statements_; }

 private:
  static constexpr std::chrono::seconds wait_limit{10};

  /// A reader connection for the length of one job. The gate has made sure that one is free.
  class Lease {
   public:
    explicit Lease(Database& database) : database_(database), session_(database.take_reader()) {}
    ~Lease() { database_.give_back(std::move(session_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Session& session() const noexcept { return *session_; }

   private:
    Database& database_;
    std::unique_ptr<Session> session_;
  };

  template <class F, class P>
  auto write_and_publish(Call call, F& job, P& publish) -> std::invoke_result_t<F&, Session&> {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Session&>>) {
      writer_->transaction(call, job);
      publish();
    } else {
      auto result = writer_->transaction(call, job);
      publish(result);
      return result;
    }
  }

  std::unique_ptr<Session> take_reader();
  void give_back(std::unique_ptr<Session> session) noexcept;

  std::filesystem::path file_;
  BlockingPool& pool_;
  Statements statements_;
  std::unique_ptr<Session> writer_;
  Gate writer_gate_;
  Gate readers_gate_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_readers_;
};

}  // namespace trinity::db
