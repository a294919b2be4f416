// The file API as the server calls it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "agentd/files.h"
#include "http/body_source.h"
#include "unit/agentd/agent_fixture.h"

namespace trinity::agentd {
namespace {

namespace fs = std::filesystem;
using http::Method;
using testing::HasSubstr;

class FileRoutesTest : public AgentTest {
 protected:
  http::ClientResponse send(Method method, std::string path, http::Headers headers, std::string body = "") {
    http::ClientRequest request;
    request.method = method;
    request.target = std::move(path);
    request.headers = std::move(headers);
    request.headers.add("Authorization", std::string("Bearer ") + kSecret);
    request.body = std::move(body);
    return run_on(context_, client_->request(std::move(request), std::chrono::seconds(60), 200'000'000));
  }
  http::ClientResponse get_with(std::string path, std::string name, std::string value) {
    http::Headers headers;
    headers.add(std::move(name), std::move(value));
    return send(Method::get, std::move(path), std::move(headers));
  }
  static std::string header(const http::ClientResponse& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or("-"));
  }
  static std::string detail(const http::ClientResponse& response) {
    return std::string(json_of(response).at("detail").as_string());
  }
};

TEST_F(FileRoutesTest, TheTree) {
  home_.write("notes.txt", "notes");
  home_.write("sub/.hidden", "x");
  start();
  const auto all = get("/api/files?show_hidden=YES");
  ASSERT_EQ(all.status, 200U) << all.body;
  EXPECT_EQ(header(all, "Content-Type"), "application/json");
  EXPECT_EQ(header(all, "Content-Length"), std::to_string(all.body.size()));
  const auto tree = json_of(all);
  EXPECT_EQ(tree.at("show_hidden"), true);
  EXPECT_THAT(all.body, HasSubstr("sub/.hidden"));
  EXPECT_EQ(json_of(get("/api/files?path=" + home_.path().string() + "/sub")).at("requested_path"), "sub");
  EXPECT_EQ(json_of(get("/api/files?depth=1")).at("base_path"), home_.path().c_str());
  EXPECT_EQ(detail(get("/api/files?path=nope")), "Path not found: nope");
  EXPECT_EQ(get("/api/files?path=nope").status, 404U);
  EXPECT_EQ(get("/api/files?show_hidden=perhaps").status, 422U);
  EXPECT_EQ(get("/api/files?depth=33").status, 422U);
  EXPECT_EQ(get("/api/files?path=%2Fetc").status, 403U);
  EXPECT_EQ(get("/api/files?path=%2e%2e").status, 403U);
  EXPECT_EQ(get("/api/files?path=%252e%252e").status, 404U) << "encoded twice it is a name";
}

TEST_F(FileRoutesTest, APreviewAndItsParts) {
  home_.write("pic.svg", "0123456789");
  start();
  const std::string path = "/api/files/preview?path=pic.svg";
  const auto whole = get(path);
  ASSERT_EQ(whole.status, 200U) << whole.body;
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(header(whole, "Content-Type"), "image/svg+xml");
  EXPECT_EQ(header(whole, "Content-Disposition"), "attachment; filename=\"pic.svg\"");
  EXPECT_EQ(header(whole, "Content-Length"), "10");
  EXPECT_EQ(header(whole, "Accept-Ranges"), "bytes");
  EXPECT_EQ(header(whole, "X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(header(whole, "Content-Security-Policy"), HasSubstr("sandbox"));
  EXPECT_EQ(header(whole, "X-Trinity-Secret"), "-");
  const auto tag = header(whole, "ETag");
  const auto part = get_with(path, "Range", "bytes=2-4");
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(get_with(path, "Range", "bytes=-2").body, "89");
  const auto behind = get_with(path, "Range", "bytes=10-");
  EXPECT_EQ(behind.status, 416U);
  EXPECT_EQ(header(behind, "Content-Range"), "bytes */10");
  EXPECT_EQ(get_with(path, "If-None-Match", tag).status, 304U);
  http::Headers headers;
  headers.add("Range", "bytes=2-4");
  headers.add("If-Range", tag);
  EXPECT_EQ(send(Method::get, path, headers).status, 206U);
  headers.set("If-Range", header(whole, "Last-Modified"));
  EXPECT_EQ(send(Method::get, path, headers).status, 206U);
  headers.set("If-Range", "\"other\"");
  EXPECT_EQ(send(Method::get, path, headers).status, 200U);
  const auto head = send(Method::head, path, {});
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(header(head, "Content-Length"), "10");
  EXPECT_EQ(head.body, "");
}

TEST_F(FileRoutesTest, ReadingAndItsRefusals) {
  home_.write("latin.txt", "caf\xE9\r\n");
  home_.write("sub/x", "x");
  home_.write(".env", "KEY=1");
  fs::create_symlink("/etc/passwd", home_.path() / "link");
  std::ofstream(home_.path() / "large").close();
  fs::resize_file(home_.path() / "large", 104'857'601);
  start();
  const auto text = get("/api/files/download?path=latin.txt");
  EXPECT_EQ(text.body, "caf\xEF\xBF\xBD\r\n");
  EXPECT_EQ(header(text, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get("/api/files/preview?path=latin.txt").body, "caf\xE9\r\n");
  EXPECT_EQ(header(get("/api/files/preview?path=.env"), "X-Trinity-Secret"), "1");
  for (const std::string kind : {"download", "preview"}) {
    const auto ask = [&](const std::string& path) { return get("/api/files/" + kind + "?path=" + path); };
    EXPECT_EQ(ask("nope").status, 404U);
    EXPECT_EQ(detail(ask("nope")), "File not found: nope");
    EXPECT_EQ(ask("sub").status, 400U);
    EXPECT_EQ(detail(ask("sub")), "Not a file: sub");
    EXPECT_EQ(ask("").status, 400U);
    EXPECT_EQ(ask("/etc/passwd").status, 403U);
    EXPECT_EQ(ask("link").status, 403U);
    EXPECT_EQ(ask("large").status, 413U);
    EXPECT_EQ(detail(ask("large")), "File too large: 104857601 bytes (max 104857600)");
    EXPECT_EQ(ask("a%00b").status, 422U) << "such a pair is none";
    EXPECT_EQ(get("/api/files/" + kind).status, 422U);
  }
}

TEST_F(FileRoutesTest, ALargeFileArrivesWhole) {
  std::string bytes(3'000'017, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 % 251);
  home_.write("large.bin", bytes);
  start();
  EXPECT_TRUE(get("/api/files/preview?path=large.bin").body == bytes);
  EXPECT_TRUE(get_with("/api/files/preview?path=large.bin", "Range", "bytes=1000000-2999999").body ==
              bytes.substr(1'000'000, 2'000'000));
  std::string text(2'000'000, 'x');
  for (std::size_t i = 1; i < text.size(); i += 3) text.replace(i, 2, "\xC3\xA9");
  home_.write("large.txt", text);
  EXPECT_TRUE(get("/api/files/download?path=large.txt").body == text);
}

TEST_F(FileRoutesTest, Editing) {
  home_.write("a.txt", "old");
  home_.write("bin", std::string("\0x", 2));
  start();
  const auto put = [this](const std::string& path, const std::string& body) {
    return call(Method::put, "/api/files?path=" + path, body);
  };
  const auto written = put("a.txt", R"({"content":"new \u00e9"})");
  ASSERT_EQ(written.status, 200U) << written.body;
  EXPECT_EQ(text_of(home_.path() / "a.txt"), "new \xC3\xA9");
  EXPECT_EQ(json_of(written).at("size"), 6);
  EXPECT_EQ(json_of(written).at("path"), "a.txt");
  EXPECT_EQ(header(written, "ETag"), header(get("/api/files/preview?path=a.txt"), "ETag"));
  EXPECT_EQ(put("nope.txt", R"({"content":""})").status, 404U);
  EXPECT_EQ(put("bin", R"({"content":""})").status, 400U);
  EXPECT_EQ(put("..%2Fx", R"({"content":""})").status, 403U);
  EXPECT_EQ(put(".env", R"({"content":""})").status, 403U);
  EXPECT_EQ(put("a.txt", R"({"content":7})").status, 422U);
  EXPECT_EQ(put("a.txt", "").status, 422U);
  EXPECT_EQ(put("a.txt", "{").status, 422U);
  EXPECT_EQ(call(Method::put, "/api/files", R"({"content":""})").status, 422U);
  const auto large = put("a.txt", R"({"content":")" + std::string(10 * 1024 * 1024 + 1, 'x') + "\"}");
  EXPECT_EQ(large.status, 413U);
  EXPECT_EQ(put("a.txt", R"({"content":")" + std::string(33 * 1024 * 1024, 'x') + "\"}").status, 413U);
  EXPECT_EQ(text_of(home_.path() / "a.txt"), "new \xC3\xA9");
  EXPECT_EQ(put("a.txt", R"({"content":")" + std::string(10 * 1024 * 1024, 'x') + "\"}").status, 200U);
  http::Headers headers;
  headers.add("If-Match", "\"other\"");
  EXPECT_EQ(send(Method::put, "/api/files?path=a.txt", headers, R"({"content":"x"})").status, 412U);
  headers.set("If-Match", header(get("/api/files/preview?path=a.txt"), "ETag"));
  EXPECT_EQ(send(Method::put, "/api/files?path=a.txt", headers, R"({"content":"x"})").status, 200U);
  for (const auto& entry : fs::directory_iterator(home_.path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".trinity-new")) << entry.path();
  }
}

TEST_F(FileRoutesTest, ThePlatformsEntrySurvivesAnEdit) {
  config_.platform_mcp = {"http://mcp:8080/mcp", "key"};
  home_.write(".mcp.json", "{}");
  start();
  ASSERT_EQ(call(Method::put, "/api/files?path=.mcp.json", R"({"content":"{\"mcpServers\": {\"mail\": {}}}"})").status,
            200U);
  auto text = read_small_file(home_.path() / ".mcp.json", 10'000).value_or("");
  EXPECT_THAT(text, HasSubstr("http://mcp:8080/mcp"));
  EXPECT_THAT(text, HasSubstr("mail"));
  const auto sent = send(Method::put, "/api/files/content?path=.mcp.json&overwrite=true", {}, "{}");
  ASSERT_EQ(sent.status, 200U) << sent.body;
  text = read_small_file(home_.path() / ".mcp.json", 10'000).value_or("");
  EXPECT_THAT(text, HasSubstr("http://mcp:8080/mcp"));
}

/// Gives a body in pieces, and fails where it is told to.
class Scripted final : public http::BodySource {
 public:
  explicit Scripted(std::size_t pieces, bool fails = false) : left_(pieces), fails_(fails) {}
  Task<std::string> read() override {
    if (left_ == 0 && fails_) throw std::runtime_error("the other side has gone");
    if (left_ == 0) co_return std::string();
    --left_;
    co_return std::string(10'000, 'p');
  }

 private:
  std::size_t left_;
  bool fails_;
};

TEST_F(FileRoutesTest, Uploading) {
  start();
  const auto put = [this](const std::string& query, const std::string& body) {
    return call(Method::put, "/api/files/content?path=" + query, body);
  };
  const std::string bytes("\0\xFF\x00z", 4);
  const auto made = put("new%20file.bin", bytes);
  EXPECT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(json_of(made).at("size"), 4);
  EXPECT_EQ(text_of(home_.path() / "new file.bin"), bytes);
  EXPECT_EQ(put("new%20file.bin", "x").status, 409U);
  EXPECT_EQ(put("new%20file.bin&overwrite=true", "x").status, 200U);
  EXPECT_EQ(put("empty", "").status, 201U);
  EXPECT_EQ(put("no/folder", "x").status, 404U);
  EXPECT_EQ(put("..%2F..%2Fx", "x").status, 403U);
  EXPECT_EQ(put(".git%2Fhooks", "x").status, 403U);
  EXPECT_EQ(put("x&overwrite=perhaps", "x").status, 422U);
}

TEST_F(FileRoutesTest, UploadsInPieces) {
  start();
  const auto upload = [this](std::string path, std::size_t pieces, std::optional<std::uint64_t> length, bool fails) {
    http::ClientRequest request;
    request.method = Method::put;
    request.target = "/api/files/content?path=" + path;
    request.headers.add("Authorization", std::string("Bearer ") + kSecret);
    request.streamed = {std::make_shared<Scripted>(pieces, fails), length};
    return run_on(context_, client_->open(std::move(request), std::chrono::seconds(20)))->head().status;
  };
  EXPECT_EQ(upload("chunked", 300, std::nullopt, false), 201U);
  EXPECT_EQ(fs::file_size(home_.path() / "chunked"), 3'000'000U);
  EXPECT_EQ(upload("known", 300, 3'000'000, false), 201U);
  EXPECT_EQ(fs::file_size(home_.path() / "known"), 3'000'000U);
  EXPECT_EQ(upload("..%2Fout", 300, 3'000'000, false), 403U) << "answered before the end";
  EXPECT_EQ(upload("huge", 20'000, std::nullopt, false), 413U);
  EXPECT_EQ(upload("huge", 20'000, 104'857'601, false), 413U);
  EXPECT_THROW(upload("cut", 300, std::nullopt, true), std::runtime_error);
  EXPECT_THROW(upload("short", 300, 3'000'001, false), http::ClientError);
  EXPECT_TRUE(comes_true([this] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(home_.path())) names.insert(entry.path().filename());
    names.erase(".trinity");
    names.erase("content");
    return names == std::set<std::string>{"chunked", "known"};
  })) << "what did not arrive whole leaves nothing behind";
}

TEST_F(FileRoutesTest, DeletingMovingAndFolders) {
  home_.write("a/b.txt", "x");
  home_.write("a/c.txt", "x");
  start();
  EXPECT_EQ(call(Method::post, "/api/files/folder", R"({"path":"n/e/w"})").status, 201U);
  EXPECT_TRUE(fs::is_directory(home_.path() / "n/e/w"));
  EXPECT_EQ(call(Method::post, "/api/files/folder", R"({"path":"n"})").status, 409U);
  EXPECT_EQ(call(Method::post, "/api/files/folder", R"({"path":"../n"})").status, 403U);
  EXPECT_EQ(call(Method::post, "/api/files/folder", R"({"path":"a\u0000b"})").status, 400U);
  EXPECT_EQ(call(Method::post, "/api/files/folder", "{}").status, 422U);
  const auto moved = call(Method::post, "/api/files/move", R"({"path":"a/b.txt","new_path":"n/b.txt"})");
  EXPECT_EQ(moved.status, 200U) << moved.body;
  EXPECT_TRUE(fs::exists(home_.path() / "n/b.txt"));
  EXPECT_EQ(call(Method::post, "/api/files/move", R"({"path":"n/b.txt","new_path":"/tmp/b.txt"})").status, 403U);
  EXPECT_EQ(call(Method::post, "/api/files/move", R"({"path":"n/b.txt"})").status, 422U);
  const auto gone = call(Method::del, "/api/files?path=n");
  EXPECT_EQ(gone.status, 200U);
  EXPECT_EQ(json_of(gone).at("type"), "directory");
  EXPECT_EQ(json_of(gone).at("file_count"), 3);
  EXPECT_EQ(json_of(gone).at("deleted"), "n");
  EXPECT_EQ(json_of(call(Method::del, "/api/files?path=a%2Fc.txt")).at("file_count"), 1);
  EXPECT_EQ(call(Method::del, "/api/files?path=n").status, 404U);
  EXPECT_EQ(call(Method::del, "/api/files?path=").status, 403U);
  EXPECT_EQ(call(Method::del, "/api/files?path=CLAUDE.md").status, 403U);
  EXPECT_EQ(call(Method::del, "/api/files").status, 422U);
}

}  // namespace
}  // namespace trinity::agentd
