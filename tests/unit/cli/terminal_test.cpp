#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/exit_code.h"
#include "cli/server_address.h"

namespace trinity::cli {
namespace {

TEST(Harmless, DropsWhatDrivesATerminal) {
  struct Case {
    std::string_view text;
    std::string_view plain;
    std::string_view coloured;
  };
  for (const auto& [text, plain, coloured] : {
           Case{"plain\ttext", "plain\ttext", "plain\ttext"},
           Case{"\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m\x1b[0m"},
           Case{"\x1b[38;5;9mx", "x", "\x1b[38;5;9mx\x1b[0m"},
           Case{"\x1b[2Jgone\x1b[H", "gone", "gone"},
           Case{"\x1b]0;title\x07rest", "rest", "rest"},
           Case{"\x1b]52;c;YQ==\x1b\\rest", "rest", "rest"},
           Case{"\x1b]0;never ends", "", ""},
           Case{"a\rb\bc\x7f", "abc", "abc"},
           Case{"c1\xc2\x9b"
                "2J",
                "c12J", "c12J"},
           Case{"Zürich", "Zürich", "Zürich"},
           Case{"\x1b", "", ""},
           Case{"\x1b[?25l\x1b[3~x", "x", "x"},
       }) {
    EXPECT_EQ(harmless(text, false), plain);
    EXPECT_EQ(harmless(text, true), coloured);
  }
}

TEST(ReadLine, TakesOneLineWithoutItsEnd) {
  std::istringstream in("first\r\nsecond");
  EXPECT_EQ(read_line(in), "first");
  EXPECT_EQ(read_line(in), "second");
  EXPECT_EQ(read_line(in), "");
}

TEST(ReadLine, IsBounded) {
  std::istringstream in(std::string(5000, 'x'));
  EXPECT_THROW(read_line(in), Fault);
}

TEST(AskSecret, NeedsSomebodyWhoTypes) {
  std::ostringstream out;
  std::istringstream in("secret\n");
  Terminal terminal{.out = out, .err = out, .in = in};
  try {
    static_cast<void>(ask_secret(terminal, "Password: "));
    FAIL() << "nobody was there";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.code(), ExitCode::usage);
    EXPECT_NE(fault.hint().find("--password-stdin"), std::string::npos);
  }
}

TEST(Confirm, OnlyAYesIsOne) {
  for (const auto& [typed, meant] : {std::pair{"y\n", true},
                                     {"yes\n", true},
                                     {"Y\n", true},
                                     {"\n", false},
                                     {"", false},
                                     {"n\n", false},
                                     {"yy\n", false}}) {
    std::ostringstream out;
    std::istringstream in(typed);
    Terminal terminal{.out = out, .err = out, .in = in};
    EXPECT_EQ(confirm(terminal, "Sure?"), meant) << typed;
    EXPECT_EQ(out.str(), "Sure? [y/N] ");
  }
}

TEST(ServerAddress, IsMadeWholeAndNormal) {
  for (const auto& [text, meant] : {std::pair{"127.0.0.1:8000", "http://127.0.0.1:8000"},
                                    {"localhost:8000/", "http://localhost:8000"},
                                    {"[::1]:8000", "http://[::1]:8000"},
                                    {"trinity.example.org", "https://trinity.example.org"},
                                    {"HTTP://Trinity.Example.org/", "http://trinity.example.org"},
                                    {"https://example.org/trinity/", "https://example.org/trinity"}}) {
    EXPECT_EQ(server_address(text), meant);
  }
}

TEST(ServerAddress, RefusesWhatIsNone) {
  for (const auto* text : {"", "ftp://example.org", "https://", "http://a b", "https://example.org/?q=1",
                           "https://example.org/#part", "https://ann:secret@example.org"}) {
    try {
      static_cast<void>(server_address(text));
      ADD_FAILURE() << text;
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.code(), ExitCode::usage);
      EXPECT_EQ(std::string(fault.what()).find("secret"), std::string::npos) << "passwords are not repeated";
    }
  }
}

TEST(ServerAddress, KnowsThisMachine) {
  for (const auto* text : {"http://127.0.0.1:8000", "http://127.5.5.5", "http://localhost", "https://[::1]:1"}) {
    EXPECT_TRUE(is_this_machine(text)) << text;
  }
  for (const auto* text : {"http://127.0.0.1.example.org", "https://10.0.0.1", "https://example.org"}) {
    EXPECT_FALSE(is_this_machine(text)) << text;
  }
}

TEST(PathSegment, IsPercentEncoded) {
  EXPECT_EQ(path_segment("a b/../c?d&e=ü"), "a%20b%2F..%2Fc%3Fd%26e%3D%C3%BC");
}

}  // namespace
}  // namespace trinity::cli
