#pragma once
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace trinity::cli {

/// How large the terminal is, in characters; 0 means that there is no bound.
struct Extent {
  std::size_t columns = 0;
  std::size_t lines = 0;
};

/// Where a command writes, and what stands at the other end. Results go to `out`, everything else to `err`, so that a
/// script can take the one without the other.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool person_reads = false;  ///< `out` is a terminal
  bool person_types = false;  ///< `in` is a terminal, so a question makes sense
  bool colour = false;        ///< `out` may hold colour codes
  /// Asked before each table, as windows change their size.
  std::function<Extent()> extent = [] { return Extent{}; };
};

enum class Colour { plain, green, red, yellow, dim };

/// The text in a colour, or as it is where colours are off.
[[nodiscard]] std::string paint(const Terminal& terminal, Colour colour, std::string_view text);

/// Text from agents and servers without what could drive a terminal (cursor movements, titles, clipboard): control
/// characters but tab are dropped, and so are escape sequences other than colours (SGR), which stay if `keep_colour`.
/// A line that had colours ends with a reset.
[[nodiscard]] std::string harmless(std::string_view text, bool keep_colour);

/// The same for a text of several lines, which keep their ends.
[[nodiscard]] std::string harmless_lines(std::string_view text);

/// Asks a yes-or-no question; anything but y or yes is a no.
[[nodiscard]] bool confirm(Terminal& terminal, std::string_view question);

/// One line of `in` without its end, at most 4 KiB. Throws Fault (usage) beyond that.
[[nodiscard]] std::string read_line(std::istream& in);

/// Reads one line from the terminal without showing it. The terminal is as before afterwards, also when Ctrl-C ends the
/// program meanwhile. Throws Fault (usage) when nobody types.
[[nodiscard]] std::string ask_secret(Terminal& terminal, std::string_view prompt);

}  // namespace trinity::cli
