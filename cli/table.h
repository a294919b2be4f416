#pragma once
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace trinity::cli {

/// A table for people: a head line and columns as wide as their widest cell, two blanks apart. Where the terminal is
/// too narrow, the widest texts are cut. Cells are text from anywhere; what could drive the terminal is dropped.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t least = 0;  ///< at least so wide, for tables that are printed row by row
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::plain;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell per column. An empty cell is shown as "-".
  void add(std::vector<Cell> row);
  /// Lines, each with its end. The first one is the head.
  [[nodiscard]] std::vector<std::string> lines(const Terminal& terminal) const;
  /// All lines as one text.
  [[nodiscard]] std::string text(const Terminal& terminal) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t columns_of_terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// How many columns of a terminal a UTF-8 text takes: wide characters two, combining ones none.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// The text if it is no wider than `columns`, else its beginning and "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

}  // namespace trinity::cli
