#include "engine/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "base/errors.h"
#include "base/ids.h"

namespace trinity::engine {
namespace {

namespace fs = std::filesystem;

struct Unpacked {
  char type = '?';
  unsigned mode = 0;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::int64_t time = 0;
  std::size_t place = 0;  ///< in the archive's order
  std::string content;    ///< or where a link leads
};

/// What another reader finds in the archive.
std::map<std::string, Unpacked> unpack(const std::string& tar) {
  std::map<std::string, Unpacked> found;
  auto* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  EXPECT_EQ(archive_read_open_memory(reader, tar.data(), tar.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    const auto place = found.size();
    auto& item = found[archive_entry_pathname(entry)];
    item.place = place;
    item.time = archive_entry_mtime(entry);
    const auto type = archive_entry_filetype(entry);
    item.type = type == AE_IFREG ? 'f' : type == AE_IFDIR ? 'd' : type == AE_IFLNK ? 'l' : '?';
    item.mode = archive_entry_perm(entry);
    item.uid = archive_entry_uid(entry);
    item.gid = archive_entry_gid(entry);
    if (item.type == 'l') item.content = archive_entry_symlink(entry);
    item.content.resize(item.type == 'f' ? static_cast<std::size_t>(archive_entry_size(entry)) : item.content.size());
    if (item.type == 'f' && !item.content.empty()) {
      EXPECT_EQ(archive_read_data(reader, item.content.data(), item.content.size()),
                static_cast<la_ssize_t>(item.content.size()));
    }
  }
  archive_read_free(reader);
  return found;
}

TEST(ArchiveBuilder, HoldsFilesAndDirectories) {
  ArchiveBuilder builder;
  const std::string odd_name = "home/gr\xC3\xBC\xC3\x9F " + std::string(150, 'x');
  builder.add_directory("home", 0755, {1000, 1001});
  builder.add_file("home/empty", "", 0600, {0, 0});
  builder.add_file("home/binary", std::string_view("a\0b\n", 4), 0640, {1000, 3'000'000});
  builder.add_file(odd_name, "x", 0644, {});
  const auto found = unpack(builder.finish());
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found.at("home/").type, 'd');
  EXPECT_EQ(found.at("home/").mode, 0755U);
  EXPECT_EQ(found.at("home/").uid, 1000);
  EXPECT_EQ(found.at("home/").gid, 1001);
  EXPECT_EQ(found.at("home/empty").content, "");
  EXPECT_EQ(found.at("home/empty").mode, 0600U);
  EXPECT_EQ(found.at("home/binary").content, std::string("a\0b\n", 4));
  EXPECT_EQ(found.at("home/binary").gid, 3'000'000);
  EXPECT_EQ(found.at(odd_name).content, "x");
}

TEST(ArchiveBuilder, SameContentSameBytes) {
  const auto build = [] {
    ArchiveBuilder builder;
    builder.add_directory("d", 0755, {1, 2});
    builder.add_file("d/f", "content", 0644, {1, 2});
    return builder.finish();
  };
  EXPECT_EQ(build(), build());
  EXPECT_EQ(build().size() % 512, 0U);
}

TEST(ArchiveBuilder, AnEmptyArchiveIsAnArchive) {
  ArchiveBuilder builder;
  EXPECT_TRUE(unpack(builder.finish()).empty());
}

TEST(ArchiveBuilder, RefusesPathsThatLeadOut) {
  ArchiveBuilder builder;
  for (const auto* path : {"", "/abs", "..", "a/../b", "a/.."}) {
    EXPECT_THROW(builder.add_file(path, "x", 0644, {}), Internal) << path;
  }
  EXPECT_THROW(builder.add_file(std::string("a\0b", 3), "x", 0644, {}), Internal);
  builder.add_file("a..b", "x", 0644, {});
  EXPECT_EQ(unpack(builder.finish()).size(), 1U);
}

TEST(ArchiveBuilder, IsBounded) {
  ArchiveBuilder builder(100'000);
  EXPECT_THROW(builder.add_file("big", std::string(100'000, 'x'), 0644, {}), PayloadTooLarge);
  builder.add_file("one", std::string(50'000, 'x'), 0644, {});
  EXPECT_THROW(builder.add_file("two", std::string(50'000, 'x'), 0644, {}), PayloadTooLarge);
  builder.add_file("three", std::string(40'000, 'x'), 0644, {});
  const auto tar = builder.finish();
  EXPECT_LE(tar.size(), 100'000U);
  EXPECT_EQ(unpack(tar).size(), 2U);
}

TEST(ArchiveBuilder, NothingAfterTheEnd) {
  ArchiveBuilder builder;
  (void)builder.finish();
  EXPECT_THROW(builder.add_file("a", "x", 0644, {}), Internal);
  EXPECT_THROW((void)builder.finish(), Internal);
}

class Tree : public testing::Test {
 protected:
  Tree() : root_(fs::temp_directory_path() / ("archive-" + random_hex(8))) { fs::create_directories(root_ / "tree"); }
  ~Tree() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void write(const fs::path& path, std::string_view text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] fs::path at(const fs::path& path) const { return root_ / path; }
  [[nodiscard]] std::string build(const std::string& prefix, std::size_t max = 1024 * 1024) const {
    ArchiveBuilder builder(max);
    builder.add_tree(root_ / "tree", prefix, {1000, 1000});
    return builder.finish();
  }

 private:
  fs::path root_;
};

TEST_F(Tree, IsTakenWhole) {
  write("tree/b.txt", "b");
  write("tree/sub/deep/a.sh", "#!/bin/sh\n");
  fs::permissions(at("tree/sub/deep/a.sh"), fs::perms(0750));
  fs::permissions(at("tree/b.txt"), fs::perms(0604));
  fs::create_directories(at("tree/empty"));
  const auto found = unpack(build("template"));
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found.at("template/b.txt").content, "b");
  EXPECT_EQ(found.at("template/b.txt").mode, 0604U);
  EXPECT_EQ(found.at("template/sub/deep/a.sh").mode, 0750U);
  EXPECT_EQ(found.at("template/sub/deep/a.sh").uid, 1000);
  EXPECT_EQ(found.at("template/empty/").type, 'd');
  EXPECT_TRUE(unpack(build("")).contains("b.txt"));
}

TEST_F(Tree, SameTreeSameBytes) {
  write("tree/x", "1");
  write("tree/a", "2");
  const auto first = build("p");
  write("tree/x", "1");
  fs::last_write_time(at("tree/a"), fs::file_time_type());
  EXPECT_EQ(build("p"), first);
  for (const auto& [name, item] : unpack(first)) EXPECT_EQ(item.time, 315'532'800) << name;
}

TEST_F(Tree, IsTakenInTheOrderOfNames) {
  for (int i = 40; i > 0; --i) write("tree/" + std::to_string(i * 7919 % 10'007 + 10'000), "x");
  std::size_t expected = 0;
  for (const auto& [name, item] : unpack(build("p"))) EXPECT_EQ(item.place, expected++) << name;
  EXPECT_EQ(expected, 40U);
}

TEST_F(Tree, LinksStayInside) {
  write("outside/secret", "secret");
  write("tree/a/file", "x");
  fs::create_directories(at("tree/a/b"));
  fs::create_symlink("../file", at("tree/a/b/good"));
  fs::create_symlink("nowhere", at("tree/dangling"));
  fs::create_symlink("../outside/secret", at("tree/bad"));
  fs::create_symlink("a/../../outside", at("tree/bad2"));
  fs::create_symlink(at("tree/a/file"), at("tree/absolute"));
  fs::create_symlink(at("outside"), at("tree/directory"));
  // By its text it stays inside; on disk "up" leads to the top, so the rest leads out.
  fs::create_symlink("../..", at("tree/a/b/up"));
  fs::create_symlink("up/../outside/secret", at("tree/a/b/sly"));
  const auto found = unpack(build("t"));
  EXPECT_EQ(found.at("t/a/b/good").type, 'l');
  EXPECT_EQ(found.at("t/a/b/good").content, "../file");
  EXPECT_TRUE(found.contains("t/dangling"));
  EXPECT_TRUE(found.contains("t/a/b/up")) << "the top itself is inside";
  for (const auto* bad : {"t/bad", "t/bad2", "t/absolute", "t/directory", "t/directory/secret", "t/a/b/sly"}) {
    EXPECT_FALSE(found.contains(bad)) << bad;
  }
}

TEST_F(Tree, SpecialFilesAreLeftOut) {
  ASSERT_EQ(::mkfifo(at("tree/pipe").c_str(), 0600), 0);
  write("tree/file", "x");
  const auto found = unpack(build("t"));
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(Tree, IsBounded) {
  write("tree/file", std::string(5000, 'x'));
  EXPECT_THROW((void)build("t", 4000), PayloadTooLarge);
  fs::path deep = "tree";
  for (int i = 0; i < 70; ++i) deep /= "d";
  fs::create_directories(at(deep));
  EXPECT_THROW((void)build("t"), PayloadTooLarge);
}

TEST_F(Tree, AMissingRootIsAFault) {
  ArchiveBuilder builder;
  EXPECT_THROW(builder.add_tree(at("nowhere"), "t", {}), fs::filesystem_error);
}

}  // namespace
}  // namespace trinity::engine
