#include "credentials/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace trinity::credentials {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Opened one(const std::string& name, const std::string& service, std::string_view secret,
           const std::string& type = "api_key", const std::string& created = "2026-01-01T00:00:00") {
  Opened made;
  made.meta.id = name + created;
  made.meta.name = name;
  made.meta.service = service;
  made.meta.type = type;
  made.meta.created_at = created;
  made.secret = boost::json::parse(secret).as_object();
  return made;
}

Delivered of(const std::vector<Opened>& assigned, const std::set<std::string>& platform = {}) {
  return deliver(assigned, {}, platform);
}

TEST(Variables, OneTypedIntoTheForm) {
  const auto made = of({one("My key", "HeyGen", R"({"api_key":"v"})")});
  EXPECT_THAT(made.variables, ElementsAre(Pair("API_KEY", "v"), Pair("HEYGEN_API_KEY", "v")));
  const auto login = of({one("Login", "my-crm", R"({"username":"u","password":"p"})", "basic_auth")});
  EXPECT_THAT(login.variables, ElementsAre(Pair("MY_CRM_PASSWORD", "p"), Pair("MY_CRM_USERNAME", "u"),
                                           Pair("PASSWORD", "p"), Pair("USERNAME", "u")));
}

TEST(Variables, OneOfABulkImport) {
  const auto made = of({one("HEYGEN_API_KEY", "heygen", R"({"api_key":"v","HEYGEN_API_KEY":"v"})")});
  EXPECT_THAT(made.variables, ElementsAre(Pair("API_KEY", "v"), Pair("HEYGEN_API_KEY", "v")));
}

TEST(Variables, TheNameOfACredentialIsAVariableToo) {
  const auto made = of({one("STRIPE_LIVE", "stripe", R"({"api_key":"v"})")});
  EXPECT_THAT(made.variables, ElementsAre(Pair("API_KEY", "v"), Pair("STRIPE_API_KEY", "v"), Pair("STRIPE_LIVE", "v")));
  EXPECT_FALSE(of({one("not a name", "x", R"({"api_key":"v"})")}).variables.contains("NOT A NAME"));
}

TEST(Variables, BareNamesOnlyWhileOneCredentialGivesThem) {
  const auto made = of({one("a", "x", R"({"api_key":"1","token":"t"})"), one("b", "y", R"({"api_key":"2"})")});
  EXPECT_THAT(made.variables,
              ElementsAre(Pair("TOKEN", "t"), Pair("X_API_KEY", "1"), Pair("X_TOKEN", "t"), Pair("Y_API_KEY", "2")));
  EXPECT_THAT(made.ambiguous, ElementsAre("API_KEY"));
  // The one that has this name is meant.
  const auto named = of({one("a", "x", R"({"api_key":"1"})"), one("b", "y", R"({"api_key":"2"})"),
                         one("API_KEY", "api", R"({"api_key":"3","API_KEY":"3"})")});
  EXPECT_EQ(named.variables.at("API_KEY"), "3");
  EXPECT_THAT(named.ambiguous, IsEmpty());
}

TEST(Variables, AMemberThatSpellsTheNameWinsOverADerivedOne) {
  const auto made = of({one("a", "x", R"({"X_API_KEY":"spelled"})"), one("z", "x", R"({"api_key":"derived"})")});
  EXPECT_EQ(made.variables.at("X_API_KEY"), "spelled");
  const auto named = of({one("X_API_KEY", "other", R"({"value":"named"})"), one("z", "x", R"({"api_key":"derived"})")});
  EXPECT_EQ(named.variables.at("X_API_KEY"), "named");
}

TEST(Variables, ALaterNameOverwrites) {
  const auto made = of({one("b", "s", R"({"SAME":"2"})"), one("a", "s", R"({"SAME":"1"})")});
  EXPECT_EQ(made.variables.at("SAME"), "2");
  const auto twins =
      of({one("K", "s", R"({"K":"new"})", "api_key", "2026-02-01T00:00:00"), one("K", "s", R"({"K":"old"})")});
  EXPECT_EQ(twins.variables.at("K"), "new");
}

TEST(Variables, ARenamedOneIsDeliveredUnderTheOldName) {
  auto renamed = one("KEY_2", "s", R"({"api_key":"new","KEY_2":"new"})");
  renamed.meta.export_as = "KEY";
  const auto made = of({renamed});
  EXPECT_EQ(made.variables.at("KEY"), "new");
  EXPECT_FALSE(made.variables.contains("KEY_2"));
}

TEST(Variables, ValuesThatAreNoTexts) {
  const auto made = of({one("n", "s", R"({"A":1,"B":true,"C":null,"D":{"x":[1,"y"]},"E":0.5,"F":"","g":false})")});
  EXPECT_THAT(made.variables, ElementsAre(Pair("A", "1"), Pair("B", "true"), Pair("D", R"({"x":[1,"y"]})"),
                                          Pair("E", "0.5"), Pair("F", ""), Pair("G", "false"), Pair("S_G", "false")));
}

TEST(Variables, NamesThatNoCredentialMayHave) {
  const auto made = of({one("n", "s", R"({"PATH":"/x","LD_PRELOAD":"y","a b":"z","1X":"q","OK":"1"})"),
                        one("PLATFORM", "p", R"({"PLATFORM":"mine"})")},
                       {"PLATFORM"});
  EXPECT_EQ(made.variables.at("OK"), "1");
  for (const auto* name : {"PATH", "LD_PRELOAD", "A B", "1X", "PLATFORM"}) {
    EXPECT_FALSE(made.variables.contains(name)) << name;
    EXPECT_TRUE(made.refused.contains(name)) << name;
  }
}

TEST(Variables, ValuesThatNoVariableCanHaveAreLeftOut) {
  auto bad = one("n", "s", "{}");
  bad.secret["ZERO"] = std::string("a\0b", 3);
  bad.secret["LONG"] = std::string(300'000, 'x');
  const auto made = of({bad});
  EXPECT_THAT(made.variables, IsEmpty());
  EXPECT_TRUE(made.refused.contains("ZERO"));
  EXPECT_TRUE(made.refused.contains("LONG"));
}

TEST(Variables, FilesAreNoVariables) {
  auto file = one("f", "s", R"({"content":"text","other":"x"})", "file");
  file.meta.file_path = ".config/x.json";
  auto nowhere = one("g", "s", R"({"content":"text"})", "file");
  auto outside = one("h", "s", R"({"content":"text"})", "file");
  outside.meta.file_path = ".ssh/authorized_keys";
  auto again = one("i", "s", R"({"content":"last"})", "file");
  again.meta.file_path = ".config/x.json";
  const auto made = of({file, nowhere, outside, again});
  EXPECT_THAT(made.variables, IsEmpty());
  EXPECT_THAT(made.files, ElementsAre(Pair(".config/x.json", "last")));
  EXPECT_THAT(made.refused, ElementsAre(".ssh/authorized_keys"));
}

TEST(Variables, ContentIsNoVariable) {
  EXPECT_THAT(of({one("n", "s", R"({"content":"x"})")}).variables, IsEmpty());
}

TEST(Variables, TiesOfOldDeployments) {
  const auto secret = [](const char* text) { return boost::json::parse(text).as_object(); };
  const auto made =
      deliver({one("GIT_HUB_TOKEN", "g", R"({"GIT_HUB_TOKEN":"assigned"})")},
              {{"git-hub", secret(R"({"api_key":"k","token":"t","x":"y","username":"u"})")},
               {"mail", secret(R"({"username":"u","password":"p","access_token":"a","refresh_token":null})")}},
              {});
  EXPECT_THAT(made.variables, UnorderedElementsAre(Pair("GIT_HUB_API_KEY", "k"), Pair("GIT_HUB_TOKEN", "assigned"),
                                                   Pair("MAIL_ACCESS_TOKEN", "a"), Pair("MAIL_PASSWORD", "p"),
                                                   Pair("MAIL_USERNAME", "u")));
}

TEST(Variables, WhatStandsForARequirement) {
  const auto bulk = one("X_KEY", "x", R"({"api_key":"v","X_KEY":"v"})");
  EXPECT_EQ(match(bulk, "X_KEY"), Match::spelled);
  EXPECT_EQ(match(bulk, "X_API_KEY"), Match::derived);
  EXPECT_EQ(match(bulk, "API_KEY"), Match::none);
  EXPECT_EQ(match(one("X_KEY", "y", R"({"token":"v"})"), "X_KEY"), Match::named);
  EXPECT_EQ(match(one("t", "unrelated", R"({"token":"v"})"), "TOKEN"), Match::none);
  EXPECT_EQ(match(one("X_KEY", "y", R"({"content":"v"})", "file"), "X_KEY"), Match::none);
}

/// What stands for a requirement is really delivered, and nothing else has its value.
TEST(Variables, AMatchIsDelivered) {
  for (const auto* secret : {R"({"api_key":"v"})", R"({"A_B":"v"})", R"({"a_b":"v","token":"w"})", R"({"A-B":"v"})"}) {
    for (const auto* name : {"A_B", "a_b", "free text"}) {
      for (const auto* variable : {"A_B", "SVC_API_KEY", "SVC_A_B", "SVC_TOKEN", "API_KEY"}) {
        const auto credential = one(name, "svc", secret);
        if (match(credential, variable) == Match::none) continue;
        EXPECT_TRUE(of({credential}).variables.contains(variable)) << secret << ' ' << name << ' ' << variable;
      }
    }
  }
}

}  // namespace
}  // namespace trinity::credentials
