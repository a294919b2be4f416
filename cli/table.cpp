#include "cli/table.h"

#include <algorithm>
#include <numeric>

namespace trinity::cli {

namespace {

constexpr std::string_view kGap = "  ";
/// A text column is not cut below this.
constexpr std::size_t kNarrowest = 8;

/// East Asian wide and emoji blocks, coarsely (Unicode Standard Annex 11).
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

/// Accents that join the letter before them, joiners and variation selectors.
bool is_joined(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0xfe00 && c <= 0xfe0f);
}

std::size_t width_of(char32_t c) {
  if (is_joined(c)) return 0;
  return is_wide(c) ? 2 : 1;
}

/// A byte that begins no character counts as one.
char32_t first_character(std::string_view text, std::size_t& length) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t whole = byte < 0xc0 || byte > 0xf7 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  char32_t made = whole == 1 ? byte : byte & (0xffU >> (whole + 1));
  for (length = 1; length < whole; ++length) {
    if (length == text.size() || (static_cast<unsigned char>(text[length]) & 0xc0U) != 0x80U) {
      length = 1;
      return byte;
    }
    made = (made << 6U) | (static_cast<unsigned char>(text[length]) & 0x3fU);
  }
  return made;
}

std::string padded(const std::string& cell, std::size_t shown, std::size_t width, Table::Align align) {
  const std::string blanks(width > shown ? width - shown : 0, ' ');
  return align == Table::Align::left ? cell + blanks : blanks + cell;
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    std::size_t length = 1;
    width += width_of(first_character(text, length));
    text.remove_prefix(length);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t taken = 0;
  std::size_t width = 1;  // the dots
  while (taken < text.size()) {
    std::size_t length = 1;
    width += width_of(first_character(text.substr(taken), length));
    if (width > columns) break;
    taken += length;
  }
  return std::string(text.substr(0, taken)) + "…";
}

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size());
  for (auto& cell : row) {
    cell.text = harmless(cell.text, false);
    std::ranges::replace(cell.text, '\t', ' ');
    if (cell.text.empty()) cell = {"-", Colour::dim};
  }
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t columns_of_terminal) const {
  std::vector<std::size_t> made;
  made.reserve(columns_.size());
  for (const auto& column : columns_) made.push_back(std::max(display_width(column.title), column.least));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) made[i] = std::max(made[i], display_width(row[i].text));
  }
  const auto gaps = kGap.size() * (made.size() - 1);
  while (columns_of_terminal > 0 && std::accumulate(made.begin(), made.end(), gaps) > columns_of_terminal) {
    // Figures stay whole: a cut one would say something else.
    std::size_t widest = made.size();
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto least = std::max(kNarrowest, display_width(columns_[i].title));
      if (columns_[i].align == Align::right || made[i] <= least) continue;
      if (widest == made.size() || made[i] > made[widest]) widest = i;
    }
    if (widest == made.size()) break;
    --made[widest];
  }
  return made;
}

std::vector<std::string> Table::lines(const Terminal& terminal) const {
  const auto wide = widths(terminal.person_reads ? terminal.extent().columns : 0);
  const auto line_of = [&](const auto& text_at) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell& cell = text_at(i);
      const auto text = shortened(cell.text, wide[i]);
      if (i > 0) line += kGap;
      line += padded(paint(terminal, cell.colour, text), display_width(text), wide[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  };
  std::vector<Cell> head;
  head.reserve(columns_.size());
  for (const auto& column : columns_) head.push_back({column.title, Colour::dim});
  std::vector<std::string> made{line_of([&](std::size_t i) -> const Cell& { return head[i]; })};
  made.reserve(rows_.size() + 1);
  for (const auto& row : rows_) made.push_back(line_of([&](std::size_t i) -> const Cell& { return row[i]; }));
  return made;
}

std::string Table::text(const Terminal& terminal) const {
  std::string made;
  for (const auto& line : lines(terminal)) made += line;
  return made;
}

}  // namespace trinity::cli
