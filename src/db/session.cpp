#include "db/session.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/clock.h"
#include "base/log.h"

namespace trinity::db {

namespace {

constexpr int busy_limit_seconds = 5;
constexpr int primary_code_mask = 0xff;  // the upper bits refine the code

/// The library's own text may hold bound values after its context line; only the plain message is used.
[[noreturn]] void rethrow(const soci::soci_error& fault, const std::string& sql) {
  if (const auto* native = dynamic_cast<const soci::sqlite3_soci_error*>(&fault)) {
    const int code = native->result() & primary_code_mask;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) throw Busy();
    if (code == SQLITE_FULL) {
      log::error("db", "the disk is full in: {}", sql);
      throw DiskFull();
    }
    if (code == SQLITE_CONSTRAINT) throw ConstraintViolation(fault.get_error_message() + " in: " + sql);
  }
  throw Failure(fault.get_error_message() + " in: " + sql);
}

std::string connect_text(const std::filesystem::path& file) {
  const std::string name = file.string();
  if (name.find('"') != std::string::npos) throw Failure("the database's file name must not hold a quotation mark");
  return "db=\"" + name + "\" timeout=" + std::to_string(busy_limit_seconds);
}

}  // namespace

struct Session::Native {
  explicit Native(const std::filesystem::path& file) : session(soci::sqlite3, connect_text(file)) {}

  void execute(const std::string& sql) {
    try {
      session.once << sql;
    } catch (const soci::soci_error& fault) {
      rethrow(fault, sql);
    }
  }
  // The library keeps the type information of its SQLite session to itself, so the sanitizer cannot check this cast.
  [[gnu::no_sanitize("vptr")]] sqlite_api::sqlite3* connection() {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  }

  soci::session session;
};

/// Counts one statement when it dies: as failed, unless it was told otherwise.
class Session::Measure {
 public:
  Measure(Statements* tally, std::string_view sql) noexcept : tally_(tally), sql_(sql) {}
  ~Measure() {
    if (tally_ != nullptr) tally_->count(sql_, steady_now() - since_, failed_);
  }
  Measure(const Measure&) = delete;
  Measure& operator=(const Measure&) = delete;
  void went_well() noexcept { failed_ = false; }

 private:
  Statements* tally_;
  std::string_view sql_;
  SteadyTime since_ = steady_now();
  bool failed_ = true;
};

Session::Session(const std::filesystem::path& file, Mode mode, Statements* tally) : mode_(mode), tally_(tally) {
  try {
    native_ = std::make_unique<Native>(file);
  } catch (const soci::soci_error& fault) {
    throw Failure("cannot open the database " + file.string() + ": " + fault.get_error_message());
  }
  try {
    native_->execute("PRAGMA journal_mode = WAL");
  } catch (const Busy&) {
    throw Failure("the database " + file.string() + " is locked by another program. Stop that program and try again.");
  }
  native_->execute("PRAGMA synchronous = NORMAL");
  native_->execute("PRAGMA foreign_keys = OFF");
  if (mode == Mode::reader) native_->execute("PRAGMA query_only = ON");
}

Session::~Session() = default;

int Session::open_statements() const noexcept {
  int count = 0;
  sqlite_api::sqlite3_stmt* open = nullptr;
  while ((open = sqlite_api::sqlite3_next_stmt(native_->connection(), open)) != nullptr) ++count;
  return count;
}

std::int64_t Session::data_version() {
  const auto row = query("PRAGMA data_version").one<std::int64_t>();
  return row ? std::get<0>(*row) : 0;
}

void Session::begin() {
  // A reader's transaction only fixes which state of the file its statements see.
  const auto* const sql = mode_ == Mode::writer ? "BEGIN IMMEDIATE" : "BEGIN";
  // A writer's waits for the file's lock, and its commit for the disk.
  Measure measure(mode_ == Mode::writer ? tally_ : nullptr, sql);
  native_->execute(sql);
  measure.went_well();
  in_transaction_ = true;
}

void Session::commit() {
  Measure measure(mode_ == Mode::writer ? tally_ : nullptr, "COMMIT");
  native_->execute("COMMIT");
  measure.went_well();
  in_transaction_ = false;
}

void Session::rollback() noexcept {
  in_transaction_ = false;
  try {
    // A full disk and the like end the transaction by themselves.
    if (sqlite_api::sqlite3_get_autocommit(native_->connection()) == 0) native_->execute("ROLLBACK");
  } catch (const std::exception& e) {
    log::error("db", "roll-back failed: {}", e.what());
  }
}

Session::Transaction::Transaction(Session& session, Call call) : session_(session), counting_(session, call) {
  session_.begin();
}

Session::Transaction::~Transaction() {
  if (session_.in_transaction_) session_.rollback();
}

namespace {

/// Keeps bound values and their null marks at fixed addresses for as long as the statement lives.
struct Bound {
  Param value;
  soci::indicator mark = soci::i_ok;
  std::string name;
};

void bind(soci::statement& statement, Bound& bound) {
  if (auto* integer = std::get_if<std::int64_t>(&bound.value)) {
    statement.exchange(soci::use(*integer, bound.mark, bound.name));
  } else if (auto* real = std::get_if<double>(&bound.value)) {
    statement.exchange(soci::use(*real, bound.mark, bound.name));
  } else {
    if (std::holds_alternative<std::monostate>(bound.value)) {
      bound.value = std::string();
      bound.mark = soci::i_null;
    }
    statement.exchange(soci::use(std::get<std::string>(bound.value), bound.mark, bound.name));
  }
}

void define(soci::statement& statement, Cell& cell, soci::indicator& mark) {
  switch (cell.kind) {
    case CellKind::integer:
      statement.exchange(soci::into(cell.integer, mark));
      return;
    case CellKind::real:
      statement.exchange(soci::into(cell.real, mark));
      return;
    case CellKind::text:
      statement.exchange(soci::into(cell.text, mark));
      return;
  }
}

std::vector<Bound> bound_values(std::vector<Param> params) {
  std::vector<Bound> bound;
  bound.reserve(params.size());
  for (auto& param : params) {
    const char letter = static_cast<char>('a' + bound.size());
    bound.push_back({std::move(param), soci::i_ok, std::string(1, letter)});
  }
  return bound;
}

}  // namespace

std::int64_t Query::run() {
  execute({}, [](std::vector<Cell>&) { return false; });
  return sqlite_api::sqlite3_changes(session_.native_->connection());
}

void Query::execute(std::vector<CellKind> columns, const OnRow& on_row) {
  if (params_.size() > 26) throw Failure("more than 26 values in: " + sql_);
  if (session_.call_) session_.call_->count_sql();
  Session::Measure measure(session_.tally_, sql_);
  auto bound = bound_values(std::move(params_));
  std::vector<Cell> cells(columns.size());
  std::vector<soci::indicator> marks(columns.size(), soci::i_ok);
  try {
    soci::statement statement(session_.native_->session);
    for (auto& value : bound) bind(statement, value);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      cells[i].kind = columns[i];
      define(statement, cells[i], marks[i]);
    }
    statement.alloc();
    statement.prepare(sql_, soci::details::st_one_time_query);
    statement.define_and_bind();
    bool more = statement.execute(true) && !columns.empty();
    while (more) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i].null = marks[i] == soci::i_null;
      more = on_row(cells) && statement.fetch();
    }
    measure.went_well();
  } catch (const soci::soci_error& fault) {
    rethrow(fault, sql_);
  }
}

void detail::refuse_null(std::size_t column, const std::string& sql) {
  throw Failure("column " + std::to_string(column) + " is null in: " + sql);
}

}  // namespace trinity::db
