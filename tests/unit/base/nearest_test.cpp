#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace trinity {
namespace {

constexpr std::array<std::string_view, 6> known{"home",      "port",       "database",
                                                "log-level", "log-format", "reconcile-seconds"};

TEST(Nearest, FindsWhatWasMeant) {
  struct Case {
    std::string_view word;
    std::string_view meant;
  };
  for (const auto& [word, meant] :
       {Case{"prot", "port"}, Case{"pot", "port"}, Case{"portt", "port"}, Case{"part", "port"}, Case{"hoem", "home"},
        Case{"log_level", "log-level"}, Case{"log-fromat", "log-format"}, Case{"databaze", "database"},
        Case{"reconcile", "reconcile-seconds"}, Case{"port", "port"}, Case{"log-leve", "log-level"}}) {
    EXPECT_EQ(nearest(word, known), meant) << word;
  }
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  for (const std::string& word : {std::string(), std::string("x"), std::string("zzzz"), std::string("container"),
                                  std::string("abcdefgh"), std::string(5000, 'p')}) {
    EXPECT_EQ(nearest(word, known), std::nullopt) << word.substr(0, 20);
  }
  EXPECT_EQ(nearest("port", {}), std::nullopt);
}

TEST(Nearest, IsAQuestionInTexts) {
  EXPECT_EQ(did_you_mean("prot", known), "; did you mean 'port'?");
  EXPECT_EQ(did_you_mean("zzzz", known), "");
}

}  // namespace
}  // namespace trinity
