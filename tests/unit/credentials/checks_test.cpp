#include "credentials/checks.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace trinity::credentials {
namespace {

/// Where the first fault is, as dotted words; empty: none.
template <class F>
std::string fault_of(F checked) {
  try {
    checked();
  } catch (const Unprocessable& e) {
    const auto text = boost::json::serialize(e.detail());
    EXPECT_EQ(text.find("PLANTED"), std::string::npos) << text;
    std::string place;
    for (const auto& part : e.detail().at(0).at("loc").as_array())
      place += (place.empty() ? "" : ".") + boost::json::value_to<std::string>(part);
    return place;
  }
  return "";
}

CredentialCreate good() {
  CredentialCreate made;
  made.name = "n";
  made.service = "s";
  made.type = "api_key";
  made.credentials = {{"api_key", "PLANTED"}};
  return made;
}

template <class Change>
std::string fault_after(Change change) {
  auto wanted = good();
  change(wanted);
  return fault_of([&] { check(wanted); });
}

TEST(Checks, WhatIsTaken) {
  EXPECT_EQ(fault_after([](auto&) {}), "");
  EXPECT_EQ(fault_after([](auto& w) { w.type = "anything"; }), "");
  EXPECT_EQ(fault_after([](auto& w) { w.credentials["n"] = nullptr; }), "");
  EXPECT_EQ(fault_after([](auto& w) { w.file_path = "../x"; }), "") << "only files have a path";
}

TEST(Checks, WhatIsRefusedNamesItsField) {
  EXPECT_EQ(fault_after([](auto& w) { w.name.clear(); }), "body.name");
  EXPECT_EQ(fault_after([](auto& w) { w.name = std::string(201, 'x'); }), "body.name");
  EXPECT_EQ(fault_after([](auto& w) { w.name = "a\nb"; }), "body.name");
  EXPECT_EQ(fault_after([](auto& w) { w.service.clear(); }), "body.service");
  EXPECT_EQ(fault_after([](auto& w) { w.type.clear(); }), "body.type");
  EXPECT_EQ(fault_after([](auto& w) { w.description = std::string(2'001, 'x'); }), "body.description");
  EXPECT_EQ(fault_after([](auto& w) { w.credentials.clear(); }), "body.credentials");
  EXPECT_EQ(fault_after([](auto& w) { w.credentials["k"] = std::string("PLANTED\0", 8); }), "body.credentials.k");
  EXPECT_EQ(fault_after([](auto& w) { w.credentials["k"] = std::string(300'000, 'x'); }), "body.credentials.k");
  EXPECT_EQ(fault_after([](auto& w) {
              for (int i = 0; i < 70; ++i) w.credentials["k" + std::to_string(i)] = i;
            }),
            "body.credentials");
}

TEST(Checks, FilesNeedAPathAndAText) {
  const auto file = [](const std::string& path) {
    return fault_after([&](auto& w) {
      w.type = "file";
      w.credentials = {{"content", "PLANTED"}};
      if (!path.empty()) w.file_path = path;
    });
  };
  EXPECT_EQ(file(".config/gcloud/key.json"), "");
  for (const auto* path : {"", "/etc/x", "../x", "a/../x", ".ssh/id", "a/.git/config", ".bashrc", ".env", "a/"}) {
    EXPECT_EQ(file(path), "body.file_path") << path;
  }
  EXPECT_EQ(file(std::string("a\0b", 3)), "body.file_path");
  EXPECT_EQ(fault_after([](auto& w) {
              w.type = "file";
              w.file_path = "x";
            }),
            "body.credentials.content");
  EXPECT_EQ(fault_after([](auto& w) {
              w.type = "file";
              w.file_path = "x";
              w.credentials = {{"content", std::string(900'000, 'x')}};
            }),
            "");
}

TEST(Checks, Updates) {
  const auto fault = [](CredentialUpdate wanted, const std::string& type) {
    return fault_of([&] { check(wanted, type); });
  };
  EXPECT_EQ(fault({}, "api_key"), "");
  EXPECT_EQ(fault({"", boost::json::object(), ""}, "file"), "");
  EXPECT_EQ(fault({std::nullopt, boost::json::object{{"x", "PLANTED"}}, std::nullopt}, "file"),
            "body.credentials.content");
  EXPECT_EQ(fault({"a\tb", std::nullopt, std::nullopt}, "token"), "body.name");
}

}  // namespace
}  // namespace trinity::credentials
