// Writing, deleting and moving; reading and listing below the HTTP routes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>

#include "agentd/home/changes.h"
#include "agentd/home/content_body.h"
#include "agentd/home/listing.h"
#include "agentd/home/media_type.h"
#include "agentd/home/reading.h"
#include "agentd/home/utf8_check.h"
#include "base/errors.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

namespace fs = std::filesystem;

class ChangesTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path() / name; }
  /// What it is refused with; empty when it is done.
  template <class F>
  static std::string refusal(F work) {
    try {
      work();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  void update(const std::string& path, std::string_view text) const {
    auto replacing = begin_update(home_, path, {});
    replacing.writer.clear();
    replacing.writer.append(text, largest_text);
    replacing.writer.finish(false, path);
  }
  bool upload(const std::string& path, std::string_view bytes, bool overwrite = false) const {
    auto uploading = begin_upload(home_, path, overwrite);
    uploading.writer.append(bytes, largest_file);
    uploading.writer.finish(!overwrite, path);
    return uploading.created;
  }
  std::size_t names_in(const std::string& folder) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(at(folder)), {}));
  }
  boost::json::value tree(const std::string& path, ListingWish wish = {}, ListingLimits limits = {}) const {
    const auto listing = list_tree(home_, home_.find(path, Home::Last::follow), wish, limits, {});
    std::string text;
    for (const auto& piece : listing.pieces) text += piece;
    EXPECT_EQ(text.size(), listing.bytes);
    return boost::json::parse(text, {}, {.max_depth = 100});
  }
  static std::string names_of(const boost::json::value& nodes) {
    std::string names;
    for (const auto& node : nodes.as_array()) names += std::string(node.at("name").as_string()) + " ";
    return names;
  }

  TempFolder folder_;
  Home home_{folder_.path()};
};

TEST_F(ChangesTest, AnUpdateKeepsTheModeAndLeavesNothingBehind) {
  folder_.write("run.sh", "old");
  fs::permissions(at("run.sh"), fs::perms(0751));
  update("run.sh", "new text");
  EXPECT_EQ(text_of(at("run.sh")), "new text");
  EXPECT_EQ(fs::status(at("run.sh")).permissions(), fs::perms(0751));
  EXPECT_EQ(names_in(""), 1U);
  {
    auto given_up = begin_update(home_, "run.sh", {});
    given_up.writer.append("half", 100);
    EXPECT_EQ(names_in(""), 2U);
    EXPECT_EQ(tree("", {true, 0}).at("total_files"), 1) << "not told";
  }
  EXPECT_EQ(text_of(at("run.sh")), "new text") << "not finished, not there";
  EXPECT_EQ(names_in(""), 1U);
  update("run.sh", "");
  EXPECT_EQ(text_of(at("run.sh")), "");
}

TEST_F(ChangesTest, AnUpdateGoesThroughALinkToItsTarget) {
  folder_.write("real.txt", "old");
  fs::create_symlink("real.txt", at("link.txt"));
  update("link.txt", "new");
  EXPECT_EQ(text_of(at("real.txt")), "new");
  EXPECT_TRUE(fs::is_symlink(at("link.txt")));
}

TEST_F(ChangesTest, WhatIsNotUpdated) {
  folder_.write(".env", "A=1");
  folder_.write("sub/.git/config", "x");
  folder_.write("CLAUDE.md", "x");
  folder_.write("sub/plain.txt", "x");
  folder_.write("binary", std::string("a\0b", 3));
  folder_.write("latin", "caf\xE9");
  fs::create_symlink(".env", at("innocent.txt"));
  fs::create_symlink("sub/plain.txt", at(".gitignore"));
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const auto fault = [this](const std::string& path) { return refusal([&] { update(path, "new"); }); };
  EXPECT_EQ(fault(".env"), "Cannot edit protected path: .env");
  EXPECT_EQ(fault("./sub/../.env/"), "Cannot edit protected path: .env");
  EXPECT_EQ(fault("sub/.git/config"), "Cannot edit protected path: config");
  EXPECT_EQ(fault("sub/.git/nothing"), "Cannot edit protected path: nothing") << "before it is looked for";
  EXPECT_EQ(fault("innocent.txt"), "Cannot edit protected path: .env") << "by what the link leads to";
  EXPECT_EQ(fault(".gitignore"), "Cannot edit protected path: plain.txt") << "by the link's own name";
  EXPECT_EQ(fault("nothing"), "File not found: nothing");
  EXPECT_EQ(fault("sub"), "Not a file: sub");
  EXPECT_EQ(fault(""), "Not a file: ");
  EXPECT_EQ(fault("pipe"), "Not a file: pipe");
  EXPECT_EQ(fault("binary"), "Not a text file: binary");
  EXPECT_EQ(fault("latin"), "Not a text file: latin");
  EXPECT_EQ(fault("CLAUDE.md"), "");
  EXPECT_EQ(text_of(at(".env")), "A=1");
  EXPECT_EQ(text_of(at("latin")), "caf\xE9");
}

TEST_F(ChangesTest, ATextThatIsTooLargeIsNotWritten) {
  folder_.write("a.txt", "old");
  auto replacing = begin_update(home_, "a.txt", {});
  replacing.writer.append("12345", 8);
  EXPECT_THROW(replacing.writer.append("6789", 8), PayloadTooLarge);
  EXPECT_EQ(text_of(at("a.txt")), "old");
}

TEST_F(ChangesTest, AnUpdateMayDependOnWhatWasSeen) {
  folder_.write("a.txt", "one");
  const auto tag = open_file(home_.find("a.txt", Home::Last::follow), "a.txt").tag;
  EXPECT_FALSE(begin_update(home_, "a.txt", tag).changed);
  EXPECT_FALSE(begin_update(home_, "a.txt", "*").changed);
  update("a.txt", "two");
  EXPECT_TRUE(begin_update(home_, "a.txt", tag).changed);
}

TEST_F(ChangesTest, Uploads) {
  fs::create_directory(at("sub"));
  const std::string bytes("\0\xFF\x80 any", 8);
  EXPECT_TRUE(upload("sub/new.bin", bytes));
  EXPECT_EQ(text_of(at("sub/new.bin")), bytes);
  EXPECT_EQ(fs::status(at("sub/new.bin")).permissions(), fs::perms(0644));
  EXPECT_EQ(refusal([&] { upload("sub/new.bin", "x"); }), "Already exists: sub/new.bin");
  EXPECT_FALSE(upload("sub/new.bin", "x", true));
  EXPECT_EQ(refusal([&] { upload("nope/x", "x"); }), "Folder not found: nope/x");
  EXPECT_EQ(refusal([&] { upload("sub/new.bin/x", "x"); }), "Folder not found: sub/new.bin/x");
  EXPECT_EQ(refusal([&] { upload("sub", "x", true); }), "Not a file: sub");
  EXPECT_EQ(refusal([&] { upload("", "x", true); }), "Not a file: ");
  EXPECT_EQ(refusal([&] { upload(".env", "x", true); }), "Cannot edit protected path: .env");
  EXPECT_EQ(refusal([&] { upload(".git/hooks/pre-commit", "x"); }), "Cannot edit protected path: pre-commit");
  EXPECT_EQ(refusal([&] { upload(std::string(256, 'x'), "x"); }), "A name is longer than 255 bytes");
  EXPECT_TRUE(upload(std::string(255, 'x'), "x"));
  EXPECT_TRUE(upload("caf\xC3\xA9 \"1\".txt", "x"));
  // Somebody was faster: nothing is overwritten.
  auto late = begin_upload(home_, "race.txt", false);
  folder_.write("race.txt", "first");
  late.writer.append("second", 100);
  EXPECT_THROW(late.writer.finish(true, "race.txt"), Conflict);
  EXPECT_EQ(text_of(at("race.txt")), "first");
}

TEST_F(ChangesTest, Removals) {
  folder_.write("a/b/c.txt", "x");
  folder_.write("a/d.txt", "x");
  folder_.write("keep/e.txt", "x");
  fs::create_symlink("../keep", at("a/link"));
  fs::create_symlink("nothing", at("broken"));
  folder_.write("x/CLAUDE.md", "x");
  folder_.write(".mcp.json", "{}");
  const auto removed = remove_path(home_, "a", {}, {});
  EXPECT_TRUE(removed.folder);
  EXPECT_EQ(removed.entries, 4U);
  EXPECT_FALSE(fs::exists(at("a")));
  EXPECT_TRUE(fs::exists(at("keep/e.txt"))) << "links are not followed";
  EXPECT_EQ(remove_path(home_, "broken", {}, {}).entries, 1U);
  const auto fault = [this](const std::string& path) { return refusal([&] { remove_path(home_, path, {}, {}); }); };
  EXPECT_EQ(fault("x/CLAUDE.md"), "Cannot delete protected path: CLAUDE.md");
  EXPECT_EQ(fault(".mcp.json"), "Cannot delete protected path: .mcp.json");
  EXPECT_EQ(fault(""), "Cannot delete home directory");
  EXPECT_EQ(fault("x/.."), "Cannot delete home directory");
  EXPECT_EQ(fault("shared-in"), "Cannot delete protected path: shared-in");
  EXPECT_EQ(fault("gone"), "File not found: gone");
  EXPECT_EQ(fault("x"), "") << "what lies in it does not protect a folder";
}

TEST_F(ChangesTest, RemovalsAreBounded) {
  for (int i = 0; i < 20; ++i) folder_.write("many/" + std::to_string(i), "x");
  folder_.write("deep/1/2/3/4/x", "x");
  RemovalLimits limits;
  limits.entries = 10;
  limits.depth = 3;
  EXPECT_EQ(refusal([&] { remove_path(home_, "many", limits, {}); }), "there are more than 10 files");
  EXPECT_EQ(refusal([&] { remove_path(home_, "deep", limits, {}); }), "it is deeper than 3 folders");
  EXPECT_EQ(names_in("many"), 20U) << "nothing is half deleted";
  EXPECT_TRUE(fs::exists(at("deep/1/2/3/4/x")));
}

TEST_F(ChangesTest, FoldersAndMoves) {
  make_folder(home_, "a/b/c");
  EXPECT_TRUE(fs::is_directory(at("a/b/c")));
  folder_.write("a/x.txt", "x");
  folder_.write("taken", "x");
  EXPECT_EQ(refusal([&] { make_folder(home_, "a/b"); }), "Already exists: a/b");
  EXPECT_EQ(refusal([&] { make_folder(home_, "a/x.txt/y"); }), "Not a folder on the way: a/x.txt/y");
  EXPECT_EQ(refusal([&] { make_folder(home_, "a/.git/x"); }), "Cannot create protected path: x");
  move_path(home_, "a/x.txt", "a/b/y.txt");
  EXPECT_EQ(text_of(at("a/b/y.txt")), "x");
  move_path(home_, "a", "z");
  EXPECT_TRUE(fs::exists(at("z/b/y.txt")));
  const auto fault = [this](const std::string& from, const std::string& to) {
    return refusal([&] { move_path(home_, from, to); });
  };
  EXPECT_EQ(fault("z", "taken"), "Already exists: taken");
  EXPECT_EQ(fault("z", "z"), "Already exists: z");
  EXPECT_EQ(fault("z", "z/b/inside"), "A folder cannot be moved into itself: z/b/inside");
  EXPECT_EQ(fault("gone", "new"), "File not found: gone");
  EXPECT_EQ(fault("taken", "no/such/folder"), "Folder not found: no/such/folder");
  EXPECT_EQ(fault("", "new"), "Cannot move home directory");
  EXPECT_EQ(fault("taken", ".env"), "Cannot create protected path: .env");
  EXPECT_EQ(fault("taken", "z/.git"), "Cannot create protected path: .git");
  folder_.write(".env", "x");
  folder_.write(".ssh/id", "x");
  folder_.write(".claude/x", "x");
  folder_.write("CLAUDE.md", "x");
  for (const auto* name : {".env", ".ssh", ".ssh/id", ".claude", "CLAUDE.md"}) {
    EXPECT_NE(fault(name, "readable"), "") << name << " would be readable under another name";
  }
  fs::create_symlink("/etc", at("out"));
  EXPECT_EQ(fault("out", "out2"), "") << "the link itself moves";
  EXPECT_TRUE(fs::is_symlink(at("out2")));
}

TEST_F(ChangesTest, TheTree) {
  folder_.write("Beta/inner.txt", "12345");
  folder_.write("alpha/x.txt", "x");
  folder_.write("Zeta.txt", "zz");
  folder_.write("a.txt", "a");
  folder_.write(".hidden/y", "y");
  folder_.write("alpha/.dot", "y");
  fs::create_symlink("alpha", at("link"));
  fs::create_symlink("nothing", at("broken"));
  const auto shown = tree("");
  EXPECT_EQ(shown.at("base_path"), folder_.path().c_str());
  EXPECT_EQ(shown.at("requested_path"), ".");
  EXPECT_EQ(shown.at("show_hidden"), false);
  EXPECT_EQ(shown.at("total_files"), 4);
  EXPECT_EQ(shown.as_object().if_contains("truncated"), nullptr);
  EXPECT_EQ(names_of(shown.at("tree")), "alpha Beta link a.txt Zeta.txt ");
  const auto& beta = shown.at("tree").at(1);
  EXPECT_EQ(beta.at("type"), "directory");
  EXPECT_EQ(beta.at("file_count"), 1);
  EXPECT_EQ(beta.as_object().if_contains("size"), nullptr);
  const auto& inner = beta.at("children").at(0);
  EXPECT_EQ(inner.at("path"), "Beta/inner.txt");
  EXPECT_EQ(inner.at("size"), 5);
  EXPECT_EQ(inner.as_object().if_contains("children"), nullptr);
  EXPECT_TRUE(parse_time(std::string_view(inner.at("modified").as_string())));
  const auto& link = shown.at("tree").at(2);
  EXPECT_TRUE(link.at("children").as_array().empty());
  EXPECT_EQ(link.at("link"), true);
  const auto all = tree("alpha", {true, 0});
  EXPECT_EQ(all.at("requested_path"), "alpha");
  EXPECT_EQ(names_of(all.at("tree")), ".dot x.txt ");
  EXPECT_EQ(all.at("tree").at(0).at("path"), "alpha/.dot");
  EXPECT_TRUE(tree("a.txt").at("tree").as_array().empty());
}

TEST_F(ChangesTest, TheTreeTellsWhatIsProtected) {
  for (const auto* name : {".env", "CLAUDE.md", "plain", ".ssh/id"}) folder_.write(name, "x");
  const auto shown = tree("", {true, 0});
  std::map<std::string, boost::json::object> nodes;
  for (const auto& node : shown.at("tree").as_array())
    nodes[std::string(node.at("name").as_string())] = node.as_object();
  EXPECT_EQ(nodes[".env"]["can_edit"], false);
  EXPECT_EQ(nodes[".env"]["can_delete"], false);
  EXPECT_EQ(nodes[".env"]["secret"], true);
  EXPECT_FALSE(nodes["CLAUDE.md"].contains("can_edit"));
  EXPECT_EQ(nodes["CLAUDE.md"]["can_delete"], false);
  EXPECT_EQ(nodes[".ssh"]["secret"], true);
  EXPECT_FALSE(nodes["plain"].contains("can_edit") || nodes["plain"].contains("secret"));
}

TEST_F(ChangesTest, TheTreeIsBounded) {
  for (int i = 0; i < 30; ++i) folder_.write("many/" + std::to_string(i), "x");
  folder_.write("d1/d2/d3/d4/x", "x");
  ListingLimits limits;
  limits.entries = 10;
  auto cut = tree("", {}, limits);
  EXPECT_EQ(cut.at("truncated"), true);
  EXPECT_LE(cut.at("total_files").as_int64(), 10);
  limits = {};
  limits.depth = 3;
  cut = tree("d1", {}, limits);
  EXPECT_EQ(cut.at("truncated"), true);
  EXPECT_EQ(cut.at("total_files"), 0);
  limits = {};
  limits.bytes = 500;
  EXPECT_EQ(tree("", {}, limits).at("truncated"), true);
  const auto one = tree("", {false, 1});
  EXPECT_EQ(one.as_object().if_contains("truncated"), nullptr);
  EXPECT_EQ(names_of(one.at("tree")), "d1 many ");
  EXPECT_TRUE(one.at("tree").at(1).at("children").as_array().empty());
  EXPECT_EQ(one.at("tree").at(1).at("file_count"), 30);
  EXPECT_EQ(one.at("tree").at(0).at("file_count"), 1);
}

/// Clients load the whole tree in one call: this much is never cut.
TEST_F(ChangesTest, TwentyThousandEntriesInThirtyTwoLevelsAreWhole) {
  fs::path deep = folder_.path();
  for (int i = 1; i < 32; ++i) deep /= "level-" + std::to_string(i);
  fs::create_directories(deep);
  for (int i = 0; i < 19'969; ++i) {
    const int file = ::open((folder_.path() / ("file-" + std::to_string(i))).c_str(), O_CREAT | O_WRONLY, 0600);
    ASSERT_GE(file, 0);
    ::close(file);
  }
  const auto shown = tree("");
  EXPECT_EQ(shown.as_object().if_contains("truncated"), nullptr);
  EXPECT_EQ(shown.at("total_files"), 19'969);
}

TEST_F(ChangesTest, NamesThatAreNoTextAreShownAsFarAsTheyAre) {
  folder_.write("bad\xFFname", "x");
  EXPECT_EQ(tree("").at("tree").at(0).at("name"), "bad\xEF\xBF\xBDname");
}

std::string content_of(const std::vector<std::string>& pieces) {
  std::string text;
  ContentBody body({[&text] { text.clear(); }, [&text](std::string_view piece) { text += piece; }});
  for (const auto& piece : pieces) body.feed(piece);
  body.finish();
  return text;
}

std::string content_fault(const std::vector<std::string>& pieces) {
  try {
    return "none: " + content_of(pieces);
  } catch (const Unprocessable& e) {
    const auto& first = e.detail().at(0);
    return std::string(first.at("type").as_string()) + " " + boost::json::serialize(first.at("loc"));
  }
}

TEST(ContentBody, ReadsTheTextHoweverItArrives) {
  const std::string body = R"( {"x":{"content":"no"},"content":"a\nb \u00e9\ud83d\ude00 \"q\"","y":["content"]} )";
  const std::string expected = "a\nb \xC3\xA9\xF0\x9F\x98\x80 \"q\"";
  EXPECT_EQ(content_of({body}), expected);
  std::vector<std::string> bytes;
  for (const char c : body) bytes.emplace_back(1, c);
  EXPECT_EQ(content_of(bytes), expected);
  EXPECT_EQ(content_of({R"({"content":""})"}), "");
  EXPECT_EQ(content_of({R"({"content":"first","content":"second"})"}), "second");
}

TEST(ContentBody, FaultsNameThePlace) {
  EXPECT_EQ(content_fault({}), R"(missing ["body"])");
  EXPECT_EQ(content_fault({"{}"}), R"(missing ["body","content"])");
  EXPECT_EQ(content_fault({R"({"content":7})"}), R"(string_type ["body","content"])");
  EXPECT_EQ(content_fault({R"({"content":null})"}), R"(string_type ["body","content"])");
  EXPECT_EQ(content_fault({R"({"content":{"content":"x"}})"}), R"(string_type ["body","content"])");
  EXPECT_EQ(content_fault({"[]"}), R"(model_attributes_type ["body"])");
  EXPECT_EQ(content_fault({R"("content")"}), R"(model_attributes_type ["body"])");
  EXPECT_EQ(content_fault({R"({"content")", "x}"}), R"(json_invalid ["body",10])");
  EXPECT_EQ(content_fault({R"({"content":"x"} y)"}).substr(0, 12), "json_invalid");
  EXPECT_EQ(content_fault({R"({"content":"x)"}).substr(0, 12), "json_invalid");
  EXPECT_EQ(content_fault({R"({"content":"\ud800"})"}).substr(0, 12), "json_invalid");
  EXPECT_EQ(content_fault({"{\"content\":\"\xFF\"}"}).substr(0, 12), "json_invalid");
  EXPECT_EQ(content_fault({std::string(100, '[')}).substr(0, 12), "json_invalid");
}

TEST(Utf8Check, ReplacesWhatBelongsToNoCharacterHoweverItArrives) {
  const std::string text = "a\xC3\xA9\xFF\xE2\x82\xAC\xF0\x9F\x98\x80\xE2\x82z\xC0\x80\xED\xA0\x80\xF0\x9F";
  Utf8Check whole;
  auto expected = whole.clean(text);
  expected += whole.finish();
  EXPECT_EQ(expected,
            "a\xC3\xA9\xEF\xBF\xBD\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBDz"
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  for (std::size_t size = 1; size < 8; ++size) {
    Utf8Check check;
    std::string made;
    for (std::size_t i = 0; i < text.size(); i += size) made += check.clean(std::string_view(text).substr(i, size));
    made += check.finish();
    EXPECT_EQ(made, expected) << size;
    EXPECT_FALSE(check.sound());
  }
  Utf8Check good;
  static_cast<void>(good.clean("a\xC3"));
  static_cast<void>(good.clean("\xA9"));
  static_cast<void>(good.finish());
  EXPECT_TRUE(good.sound());
}

TEST(MediaType, ByName) {
  EXPECT_EQ(media_type_of("a.png"), "image/png");
  EXPECT_EQ(media_type_of("A.JPG"), "image/jpeg");
  EXPECT_EQ(media_type_of("x.tar.zip"), "application/zip");
  EXPECT_EQ(media_type_of("notes.md"), "text/markdown; charset=utf-8");
  EXPECT_EQ(media_type_of("page.htm"), "text/html; charset=utf-8");
  for (const auto* name : {"noext", ".png", "x.unknown", "x."}) {
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  }
  EXPECT_EQ(attachment_named("a b.txt"), "attachment; filename=\"a b.txt\"");
  EXPECT_EQ(attachment_named("a\"b\xC3\xA9\n.txt"), "attachment; filename*=utf-8''a%22b%C3%A9%0A.txt");
}

}  // namespace
}  // namespace trinity::agentd
