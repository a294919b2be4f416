#include "unit/cli/fake_server.h"

namespace trinity::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FilesCommandTest : public ProgramTest {
 protected:
  FilesCommandTest() { sign_in(); }
  int files(std::vector<std::string> arguments, const std::string& input = {}) {
    arguments.insert(arguments.begin(), {"agents", "files"});
    return trinityctl(std::move(arguments), input);
  }
  std::string local(const std::string& name) { return (folder.path() / name).string(); }
  std::string content(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(folder.path() / name).rdbuf();
    return text.str();
  }
};

constexpr const char* tree = R"({"base_path":"/home/developer","requested_path":".","total_files":3,
  "show_hidden":false,"tree":[
  {"name":"docs","path":"docs","type":"directory","modified":"2026-01-10T10:30:00.000Z","file_count":1,"children":[
    {"name":"a.md","path":"docs/a.md","type":"file","modified":"2026-01-10T10:31:00.000Z","size":2048}]},
  {"name":"CLAUDE.md","path":"CLAUDE.md","type":"file","modified":"2026-01-11T09:00:00.000Z","size":12}]})";

TEST_F(FilesCommandTest, AFolderIsATable) {
  server.answer("GET /api/agents/bot/files?show_hidden=false&depth=1", 200, tree);
  EXPECT_EQ(files({"ls", "bot"}), 0) << err;
  EXPECT_EQ(out,
            "NAME         SIZE  MODIFIED (UTC)\n"
            "docs/      1 file  2026-01-10 10:30\n"
            "CLAUDE.md    12 B  2026-01-11 09:00\n");
  server.answer("GET /api/agents/bot/files?show_hidden=true&path=a%20b%2F%C3%A9", 200, tree);
  EXPECT_EQ(files({"ls", "bot", "a b/\xC3\xA9", "-aR"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("docs/a.md  2.0 KiB"));
  EXPECT_EQ(files({"ls", "bot", "--json"}), 0);
  EXPECT_EQ(json::parse(out).at("total_files"), 3);
}

TEST_F(FilesCommandTest, RefusalsNameThePath) {
  server.answer("GET /api/agents/bot/files?show_hidden=false&depth=1&path=no", 404,
                R"({"detail":"Path not found: no"})");
  EXPECT_EQ(files({"ls", "bot", "no"}), 4);
  EXPECT_THAT(err, HasSubstr("no: Path not found: no"));
  server.answer("GET /api/agents/bot/files?show_hidden=false&depth=1", 400,
                R"({"detail":"Agent must be running to browse files"})");
  EXPECT_EQ(files({"ls", "bot"}), 1);
  EXPECT_THAT(err, HasSubstr("must be running"));
}

TEST_F(FilesCommandTest, GetSavesTheBytes) {
  const std::string bytes("\0\xFF\r\n", 4);
  server.answer("GET /api/agents/bot/files/download?path=docs%2Fa.bin", 200, bytes);
  EXPECT_EQ(files({"get", "bot", "docs/a.bin", "-o", local("b.bin")}), 0) << err;
  EXPECT_EQ(content("b.bin"), bytes);
  EXPECT_THAT(out, HasSubstr("b.bin is saved (4 B)."));
  EXPECT_EQ(files({"get", "bot", "docs/a.bin", "-o", local("b.bin")}), 1) << "nothing is written over";
  EXPECT_THAT(err, HasSubstr("--force"));
  EXPECT_EQ(files({"get", "bot", "docs/a.bin", "-o", local("b.bin"), "-f"}), 0);
  EXPECT_EQ(files({"get", "bot", "docs/a.bin", "-o", folder.path().string()}), 0) << "into a folder under its own name";
  EXPECT_EQ(content("a.bin"), bytes);
  EXPECT_EQ(files({"get", "bot", "docs/a.bin", "-o", "-"}), 0);
  EXPECT_EQ(out, bytes);
  EXPECT_EQ(files({"get", "bot", "docs/.."}), 2);
  server.answer("GET /api/agents/bot/files/download?path=x", 403, R"({"detail":"Only the owner can read this file"})");
  EXPECT_EQ(files({"get", "bot", "x", "-o", local("x")}), 4);
  EXPECT_FALSE(std::filesystem::exists(local("x")));
}

TEST_F(FilesCommandTest, PutSendsTheBytes) {
  std::ofstream(folder.path() / "n 1.bin") << std::string("\0b", 2);
  server.answer("PUT /api/agents/bot/files/content?path=docs%2Fn%201.bin", 201, R"({"success":true,"size":2})");
  EXPECT_EQ(files({"put", "bot", local("n 1.bin"), "docs/"}), 0) << err;
  EXPECT_EQ(out, "docs/n 1.bin is uploaded (2 B).\n");
  EXPECT_EQ(server.calls.back().body, std::string("\0b", 2));
  EXPECT_EQ(server.calls.back().content_type, "application/octet-stream");
  server.answer("PUT /api/agents/bot/files/content?path=n%201.bin", 409, R"({"detail":"Already exists: n 1.bin"})");
  EXPECT_EQ(files({"put", "bot", local("n 1.bin")}), 1);
  server.answer("PUT /api/agents/bot/files/content?path=in.txt&overwrite=true", 200, R"({"success":true,"size":5})");
  EXPECT_EQ(files({"put", "bot", "-", "in.txt", "--force"}, "hello"), 0) << err;
  EXPECT_EQ(server.calls.back().body, "hello");
  EXPECT_EQ(files({"put", "bot", "-"}), 2);
  EXPECT_EQ(files({"put", "bot", local("none")}), 1);
  EXPECT_THAT(err, HasSubstr("cannot read"));
}

TEST_F(FilesCommandTest, DeletingAsksFirst) {
  server.answer("DELETE /api/agents/bot/files?path=a", 200,
                R"({"success":true,"deleted":"a","type":"file","file_count":1})");
  server.answer("DELETE /api/agents/bot/files?path=b", 200,
                R"({"success":true,"deleted":"b","type":"file","file_count":1})");
  EXPECT_EQ(files({"rm", "bot", "a"}), 2) << "nobody to ask";
  EXPECT_EQ(files({"rm", "bot", "a", "b", "-y"}), 0) << err;
  EXPECT_EQ(out, "a is deleted.\nb is deleted.\n");
  person_types = true;
  EXPECT_EQ(files({"rm", "bot", "a"}, "n\n"), 1);
  EXPECT_EQ(files({"rm", "bot", "a"}, "y\n"), 0) << err;
  EXPECT_EQ(server.count("DELETE /api/agents/bot/files?path=a"), 2U);
}

TEST_F(FilesCommandTest, FoldersAndMoves) {
  server.answer("POST /api/agents/bot/files/folder", 201, R"({"success":true,"path":"x/y"})");
  EXPECT_EQ(files({"mkdir", "bot", "x/y", "z"}), 0) << err;
  EXPECT_EQ(out, "x/y is made.\nz is made.\n");
  EXPECT_EQ(json::parse(server.calls.front().body), (json::object{{"path", "x/y"}}));
  server.answer("POST /api/agents/bot/files/move", 200, R"({"success":true})");
  EXPECT_EQ(files({"mv", "bot", "a/b.txt", "x/"}), 0) << err;
  EXPECT_EQ(json::parse(server.calls.back().body), (json::object{{"path", "a/b.txt"}, {"new_path", "x/b.txt"}}));
  EXPECT_EQ(files({"mv", "bot", "a"}), 2);
  EXPECT_EQ(files({}), 2);
}

}  // namespace
}  // namespace trinity::cli
