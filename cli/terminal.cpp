#include "cli/terminal.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <istream>
#include <ostream>

#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::green:
      return "\x1b[32m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::plain:
      break;
  }
  return "";
}

constexpr std::string_view kReset = "\x1b[0m";
constexpr char kEscape = '\x1b';

/// The length of the escape sequence at the start of `text` (ECMA-48): CSI up to its final byte, a string sequence
/// (OSC, DCS, ...) up to its end, else two bytes.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {
    std::size_t end = 2;
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size());
  }
  if (std::string_view("]PX^_").contains(text[1])) {
    const auto bell = text.find('\a', 2);
    const auto closed = text.find("\x1b\\", 2);
    const auto end = std::min(bell == std::string_view::npos ? text.size() : bell + 1,
                              closed == std::string_view::npos ? text.size() : closed + 2);
    return end;
  }
  return 2;
}

/// Colours: CSI, digits and separators, m.
bool is_colour(std::string_view sequence) {
  return sequence.size() >= 3 && sequence[1] == '[' && sequence.back() == 'm' &&
         sequence.substr(2, sequence.size() - 3).find_first_not_of("0123456789;:") == std::string_view::npos;
}

/// C1 controls are two bytes in UTF-8: C2 80 to C2 9F.
bool is_c1(std::string_view text) {
  return text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) >= 0x80 &&
         static_cast<unsigned char>(text[1]) <= 0x9f;
}

/// A line is typed by hand, or comes from a file with a password in it.
constexpr std::size_t kMostBytesOfLine = 4096;

/// Echo off while it lives. What would end the program is held back until the terminal is as before.
class Silence {
 public:
  Silence() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held, signal);
    ending_ = ::signalfd(-1, &held, SFD_CLOEXEC);
    // A pause of the program in between would leave the shell without echo.
    sigaddset(&held, SIGTSTP);
    ::sigprocmask(SIG_BLOCK, &held, &mask_before_);
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~Silence() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    if (ending_ >= 0) ::close(ending_);
    // A signal that waits ends the program here.
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  /// True when a line can be read, false when the program is to end.
  [[nodiscard]] bool wait_for_line() const {
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {ending_, POLLIN, 0}}};
    while (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) {
    }
    return waiting[1].revents == 0;
  }

 private:
  sigset_t mask_before_{};
  termios before_{};
  int ending_ = -1;
  bool changed_ = false;
};

}  // namespace

std::string paint(const Terminal& terminal, Colour colour, std::string_view text) {
  if (!terminal.colour || colour == Colour::plain) return std::string(text);
  return std::string(code_of(colour)).append(text).append(kReset);
}

std::string harmless(std::string_view text, bool keep_colour) {
  std::string made;
  made.reserve(text.size());
  bool coloured = false;
  while (!text.empty()) {
    std::size_t taken = 1;
    if (text[0] == kEscape) {
      taken = sequence_length(text);
      if (keep_colour && is_colour(text.substr(0, taken))) {
        made.append(text.substr(0, taken));
        coloured = true;
      }
    } else if (is_c1(text)) {
      taken = 2;
    } else if (text[0] == '\t' || (static_cast<unsigned char>(text[0]) >= 0x20 && text[0] != '\x7f')) {
      made += text[0];
    }
    text.remove_prefix(taken);
  }
  if (coloured) made.append(kReset);
  return made;
}

std::string harmless_lines(std::string_view text) {
  std::string made;
  while (true) {
    const auto end = text.find('\n');
    made += harmless(text.substr(0, end), false);
    if (end == std::string_view::npos) return made;
    made += '\n';
    text.remove_prefix(end + 1);
  }
}

bool confirm(Terminal& terminal, std::string_view question) {
  terminal.err << question << " [y/N] " << std::flush;
  const auto answer = read_line(terminal.in);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::string read_line(std::istream& in) {
  std::string line;
  for (int c = in.get(); c != std::istream::traits_type::eof() && c != '\n'; c = in.get()) {
    if (line.size() == kMostBytesOfLine) throw Fault(ExitCode::usage, "the line that was read is too long");
    line += static_cast<char>(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string ask_secret(Terminal& terminal, std::string_view prompt) {
  if (!terminal.person_types) {
    throw Fault(ExitCode::usage, "nobody is there to type the password",
                "Give it on standard input with: --password-stdin");
  }
  terminal.err << prompt << std::flush;
  std::string secret;
  {
    const Silence silence;
    if (silence.wait_for_line()) secret = read_line(terminal.in);
  }
  terminal.err << '\n';
  return secret;
}

}  // namespace trinity::cli
