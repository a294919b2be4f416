#include "credentials/imports.h"

#include <gtest/gtest.h>

namespace trinity::credentials {
namespace {

using Outcome = Resolution::Outcome;

struct Case {
  const char* what;
  std::vector<Owned> owned;  ///< newest first
  Pair pair;
  Outcome outcome;
  const char* name;
  const char* id;
};

TEST(Imports, ConflictsAreResolved) {
  const Pair one{"K", "1", 1};
  const std::vector<Case> table{
      {"nothing there", {}, one, Outcome::created, "K", ""},
      {"others there", {{"a", "K_2", "", "1"}}, one, Outcome::created, "K", ""},
      {"the same", {{"a", "K", "", "1"}}, one, Outcome::reused, "K", "a"},
      {"another value", {{"a", "K", "", "2"}}, one, Outcome::renamed, "K_2", ""},
      {"the newest counts", {{"b", "K", "", "2"}, {"a", "K", "", "1"}}, one, Outcome::renamed, "K_2", ""},
      {"the first free number",
       {{"c", "K_3", "", "x"}, {"b", "K_2", "", "x"}, {"a", "K", "", "2"}},
       one,
       Outcome::renamed,
       "K_4",
       ""},
      {"gaps are filled", {{"c", "K_3", "", "x"}, {"a", "K", "", "2"}}, one, Outcome::renamed, "K_2", ""},
      {"pasted before under another name",
       {{"b", "K_2", "K", "1"}, {"a", "K", "", "2"}},
       one,
       Outcome::reused,
       "K_2",
       "b"},
      {"a name that stands for another key", {{"a", "K", "J", "1"}}, one, Outcome::renamed, "K_2", ""},
      {"an empty value", {{"a", "K", "", ""}}, {"K", "", 1}, Outcome::reused, "K", "a"},
  };
  for (const auto& one_case : table) {
    const auto made = resolve(one_case.pair, one_case.owned);
    EXPECT_EQ(made.outcome, one_case.outcome) << one_case.what;
    EXPECT_EQ(made.name, one_case.name) << one_case.what;
    EXPECT_EQ(made.id, one_case.id) << one_case.what;
  }
}

TEST(Imports, StatesOfABulkImport) {
  const std::vector<Owned> owned{{"b", "K", "", "2"}, {"a", "K", "", "1"}};
  EXPECT_EQ(state_of({"K", "1", 1}, owned), PairState::same);
  EXPECT_EQ(state_of({"K", "2", 1}, owned), PairState::same);
  EXPECT_EQ(state_of({"K", "3", 1}, owned), PairState::differs);
  EXPECT_EQ(state_of({"L", "1", 1}, owned), PairState::fresh);
}

TEST(Imports, WhatIsDeliveredUnderAKey) {
  EXPECT_TRUE(is_delivered_as({"a", "K"}, "K"));
  EXPECT_TRUE(is_delivered_as({"a", "K_2", "K"}, "K"));
  EXPECT_FALSE(is_delivered_as({"a", "K_2", "K"}, "K_2"));
  EXPECT_FALSE(is_delivered_as({"a", "K_2"}, "K"));
}

}  // namespace
}  // namespace trinity::credentials
