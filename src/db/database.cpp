#include "db/database.h"

#include <stdexcept>

#include "db/health.h"
#include "db/migrations.h"

namespace trinity::db {

namespace {

constexpr const char* overloaded = "The database is overloaded. Try again in a moment.";

std::filesystem::path with_directory(std::filesystem::path file) {
  const auto directory = file.parent_path();
  std::error_code fault;
  if (!directory.empty()) std::filesystem::create_directories(directory, fault);
  if (fault) throw Failure("cannot make the database's directory " + directory.string() + ": " + fault.message());
  check_file(file, newest_version());
  return file;
}

}  // namespace

Database::Database(std::filesystem::path file, BlockingPool& pool, std::size_t readers)
    : file_(with_directory(std::move(file))),
      pool_(pool),
      writer_(std::make_unique<Session>(file_, Session::Mode::writer, &statements_)),
      writer_gate_(1, overloaded),
      readers_gate_(readers, overloaded) {
  if (readers == 0) throw std::invalid_argument("a database needs at least one reader");
  // Reserved once, so that giving a connection back cannot fail.
  idle_readers_.reserve(readers);
  for (std::size_t i = 0; i < readers; ++i) {
    idle_readers_.push_back(std::make_unique<Session>(file_, Session::Mode::reader, &statements_));
  }
}

Task<std::int64_t> Database::foreign_version() {
  const auto permit = co_await writer_gate_.enter(wait_limit);
  auto work = [this] { return writer_->data_version(); };
  co_return co_await pool_.run(std::move(work));
}

std::int64_t Database::foreign_version_now() {
  const auto permit = writer_gate_.enter_now(wait_limit);
  return writer_->data_version();
}

std::unique_ptr<Session> Database::take_reader() {
  const std::lock_guard lock(mutex_);
  if (idle_readers_.empty()) throw std::logic_error("more readers at work than connections");
  auto session = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return session;
}

void Database::give_back(std::unique_ptr<Session> session) noexcept {
  const std::lock_guard lock(mutex_);
  idle_readers_.push_back(std::move(session));
}

}  // namespace trinity::db
