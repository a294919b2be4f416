#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "db/errors.h"

namespace trinity::db {

class Session;

/// A value on its way into a statement.
using Param = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What a column is read as. SQLite converts on reading as its rules say.
enum class CellKind { integer, real, text };

/// One column of one row.
struct Cell {
  CellKind kind = CellKind::text;
  bool null = true;
  long long integer = 0;
  double real = 0;
  std::string text;
};

namespace detail {

template <class T>
Param to_param(const T& value) {
  if constexpr (std::is_same_v<T, std::nullopt_t> || std::is_same_v<T, std::nullptr_t>) {
    return std::monostate{};
  } else if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return static_cast<double>(value);
  } else {
    static_assert(std::convertible_to<const T&, std::string_view>, "bind integers, reals, texts and optionals of them");
    return std::string(std::string_view(value));
  }
}
template <class T>
Param to_param(const std::optional<T>& value) {
  return value ? to_param(*value) : Param(std::monostate{});
}

/// How a column is read as C. `from` takes a cell that is not null.
template <class C>
struct Column {
  static constexpr bool nullable = false;
  static constexpr CellKind kind = std::integral<C>         ? CellKind::integer
                                   : std::floating_point<C> ? CellKind::real
                                                            : CellKind::text;
  static C from(Cell& cell) {
    if constexpr (std::is_same_v<C, bool>) {
      return cell.integer != 0;
    } else if constexpr (std::integral<C>) {
      return static_cast<C>(cell.integer);
    } else if constexpr (std::floating_point<C>) {
      return static_cast<C>(cell.real);
    } else {
      static_assert(std::is_same_v<C, std::string>, "read integers, bool, double, std::string and optionals of them");
      return std::move(cell.text);
    }
  }
};
template <class C>
struct Column<std::optional<C>> {
  static constexpr bool nullable = true;
  static constexpr CellKind kind = Column<C>::kind;
  static std::optional<C> from(Cell& cell) {
    if (cell.null) return std::nullopt;
    return Column<C>::from(cell);
  }
};

[[noreturn]] void refuse_null(std::size_t column, const std::string& sql);

template <class C>
C take(Cell& cell, std::size_t column, const std::string& sql) {
  if (!Column<C>::nullable && cell.null) refuse_null(column, sql);
  return Column<C>::from(cell);
}

template <class... C, std::size_t... I>
std::tuple<C...> take_row(std::vector<Cell>& cells, const std::string& sql, std::index_sequence<I...>) {
  return std::tuple<C...>{take<C>(cells[I], I, sql)...};
}

}  // namespace detail

/// One statement, executed once: made by Session::query(), then one of run(), one(), all(). The statement is closed
/// before these return, so that no read transaction stays open and no row of an earlier call is seen.
///
///     session.query("SELECT id FROM users WHERE username = :a", name).one<std::int64_t>()
///
/// Values are bound to :a, :b, :c ... in the order given; a name may stand several times. At most 26 values.
/// Throws ConstraintViolation, Busy, or Failure.
class Query {
 public:
  /// For statements without rows. Number of rows that an INSERT, UPDATE or DELETE changed; meaningless for others.
  std::int64_t run();

  /// The first row, or nothing. Use std::optional<X> for columns that may be null; null in another one is a Failure.
  template <class... C>
  std::optional<std::tuple<C...>> one() {
    std::optional<std::tuple<C...>> found;
    execute({detail::Column<C>::kind...}, [&](std::vector<Cell>& cells) {
      found = detail::take_row<C...>(cells, sql_, std::index_sequence_for<C...>{});
      return false;
    });
    return found;
  }

  template <class... C>
  std::vector<std::tuple<C...>> all() {
    std::vector<std::tuple<C...>> rows;
    execute({detail::Column<C>::kind...}, [&](std::vector<Cell>& cells) {
      rows.push_back(detail::take_row<C...>(cells, sql_, std::index_sequence_for<C...>{}));
      return true;
    });
    return rows;
  }

 private:
  friend class Session;
  Query(Session& session, std::string sql, std::vector<Param> params)
      : session_(session), sql_(std::move(sql)), params_(std::move(params)) {}

  using OnRow = std::function<bool(std::vector<Cell>&)>;  ///< false: no further row is wanted
  void execute(std::vector<CellKind> columns, const OnRow& on_row);

  Session& session_;
  std::string sql_;
  std::vector<Param> params_;
};

}  // namespace trinity::db
