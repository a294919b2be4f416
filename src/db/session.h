#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/call.h"
#include "db/query.h"
#include "db/statements.h"

namespace trinity::db {

/// One connection. Used by one thread at a time; handed to jobs by Database, which also counts and closes transactions.
class Session {
 public:
  enum class Mode { reader, writer };

  /// Opens the file (made when missing), WAL journal, synchronous NORMAL, busy limit 5 s, foreign keys not enforced:
  /// data of existing deployments violates them. A reader refuses to change anything. Statements are counted in `tally`
  /// too, which outlives the session; null: nowhere.
  Session(const std::filesystem::path& file, Mode mode, Statements* tally = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  template <class... A>
  [[nodiscard]] Query query(std::string sql, const A&... values) {
    static_assert(sizeof...(A) <= 26, "values are named :a to :z");
    return Query(*this, std::move(sql), std::vector<Param>{detail::to_param(values)...});
  }

  /// The same with a list of values made at run time.
  [[nodiscard]] Query query_with(std::string sql, std::vector<Param> values) {
    return Query(*this, std::move(sql), std::move(values));
  }

  /// A number that is another one whenever any other connection has changed the file; this connection's own changes
  /// leave it as it is. Outside of transactions.
  [[nodiscard]] std::int64_t data_version();

  /// Statements that are open on this connection; 0 between queries.
  [[nodiscard]] int open_statements() const noexcept;

  /// Runs `job(*this)` between BEGIN and COMMIT, rolled back when it throws. Statements count on `call`. BEGIN and
  /// COMMIT do not.
  template <class F>
  auto transaction(Call call, F& job) -> std::invoke_result_t<F&, Session&> {
    const Transaction open(*this, call);
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Session&>>) {
      job(*this);
      commit();
    } else {
      auto result = job(*this);
      commit();
      return result;
    }
  }

 private:
  friend class Query;
  struct Native;
  class Measure;

  /// Whose statements these are, for as long as it lives.
  class Counting {
   public:
    Counting(Session& session, Call call) : session_(session) { session_.call_ = call; }
    ~Counting() { session_.call_.reset(); }
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;

   private:
    Session& session_;
  };

  /// Rolls back when commit() was not reached.
  class Transaction {
   public:
    Transaction(Session& session, Call call);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

   private:
    Session& session_;
    Counting counting_;
  };

  void begin();
  void commit();
  void rollback() noexcept;

  std::unique_ptr<Native> native_;
  Mode mode_;
  bool in_transaction_ = false;
  std::optional<Call> call_;
  Statements* tally_;
};

}  // namespace trinity::db
