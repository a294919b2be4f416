#pragma once
#include <span>
#include <string_view>

namespace trinity::db {

/// The tables of version 1, each `CREATE TABLE IF NOT EXISTS`. Names, types and defaults are those of the deployments
/// in the field: other programs open the file and look for them.
[[nodiscard]] std::span<const std::string_view> first_tables() noexcept;
/// The indexes of version 1: what follows `CREATE INDEX IF NOT EXISTS`.
[[nodiscard]] std::span<const std::string_view> first_indexes() noexcept;

/// A column that files of older deployments may lack.
struct LateColumn {
  std::string_view table;
  std::string_view name;
  std::string_view definition;
};
[[nodiscard]] std::span<const LateColumn> late_columns() noexcept;

}  // namespace trinity::db
