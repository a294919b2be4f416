#include "http/static_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "base/ids.h"
#include "http/gzip.h"
#include "unit/http/harness.h"

namespace trinity::http {
namespace {

namespace fs = std::filesystem;

std::string unpack(const std::string& packed) {
  z_stream state{};
  EXPECT_EQ(inflateInit2(&state, 15 + 16), Z_OK);
  std::string bytes(1'000'000, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  state.avail_in = static_cast<uInt>(packed.size());
  state.next_out = reinterpret_cast<Bytef*>(bytes.data());
  state.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&state, Z_FINISH), Z_STREAM_END);
  bytes.resize(state.total_out);
  inflateEnd(&state);
  return bytes;
}

TEST(Gzip, RoundTrip) {
  for (const auto& text : {std::string(), std::string("a"), std::string(200'000, 'x'), random_hex(50'000)}) {
    EXPECT_EQ(unpack(gzip(text)), text);
  }
}

struct StaticFilesTest : testing::Test {
  fs::path base = fs::temp_directory_path() / ("static-test-" + random_hex(6));
  fs::path root = base / "dist";
  BlockingPool pool{2};
  asio::io_context io{1};
  Fallback files;
  BackgroundCall job{"test"};
  const std::string script = std::string(5000, 'j');

  StaticFilesTest() {
    fs::create_directories(root / "assets");
    write(root / "index.html", "<html>entry</html>");
    write(root / "assets/app-1a2b.js", script);
    write(root / "assets/logo.png", "\x89PNG");
    write(root / ".hidden", "hidden");
    write(base / "secret.txt", "secret");
    fs::create_symlink(base / "secret.txt", root / "leak.txt");
    fs::create_symlink(root / "index.html", root / "inner.html");
    files = static_files(root, pool);
  }
  ~StaticFilesTest() override {
    pool.join();
    fs::remove_all(base);
  }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

  Response get(const std::string& path, const Headers& headers = {}) {
    Request request(job.call());
    request.path = path;
    request.headers = headers;
    auto guard = asio::make_work_guard(io);  // the pool answers from another thread
    return run(io, files(std::move(request)));
  }
  unsigned status(const std::string& path) {
    try {
      return get(path).status;
    } catch (const NotFound&) {
      return 404;
    }
  }
};

TEST_F(StaticFilesTest, EntryPageForEveryPlaceOfTheUi) {
  for (const auto* path : {"/", "/login", "/agents/bob", "/agents/bob/", "/apiary", "/tokens", "/assets/missing.js"}) {
    const auto page = get(path);
    EXPECT_EQ(page.bytes(), "<html>entry</html>") << path;
    EXPECT_EQ(page.headers.find("Cache-Control"), "no-cache") << path;
    EXPECT_EQ(page.headers.find("Content-Type"), "text/html; charset=utf-8");
  }
}

TEST_F(StaticFilesTest, ApiPlacesAreNeverTheEntryPage) {
  for (const auto* path : {"/api", "/api/x", "/token", "/token/x", "/ws", "/ws/x", "/health", "/health/x"}) {
    EXPECT_EQ(status(path), 404U) << path;
  }
}

TEST_F(StaticFilesTest, PagesCarryTheSafetyFields) {
  const auto page = get("/");
  const auto policy = page.headers.find("Content-Security-Policy").value_or("");
  for (const auto* part : {"default-src 'self'", "script-src 'self';", "frame-ancestors 'self'", "object-src 'none'"}) {
    EXPECT_NE(policy.find(part), std::string_view::npos) << part;
  }
  EXPECT_EQ(page.headers.find("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(page.headers.find("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.headers.find("Referrer-Policy"), "no-referrer");
}

TEST_F(StaticFilesTest, AssetsAreImmutableAndPacked) {
  const auto plain = get("/assets/app-1a2b.js");
  EXPECT_EQ(plain.bytes(), script);
  EXPECT_EQ(plain.headers.find("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.headers.find("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(plain.headers.find("Vary"), "Accept-Encoding");
  EXPECT_FALSE(plain.headers.find("Content-Encoding"));
  Headers accepts;
  accepts.add("Accept-Encoding", "br, gzip");
  const auto packed = get("/assets/app-1a2b.js", accepts);
  EXPECT_EQ(packed.headers.find("Content-Encoding"), "gzip");
  EXPECT_LT(packed.bytes().size(), script.size());
  EXPECT_EQ(unpack(std::string(packed.bytes())), script);
  const auto again = get("/assets/app-1a2b.js", accepts);
  EXPECT_EQ(again.shared, packed.shared);  // packed once
  EXPECT_FALSE(get("/assets/logo.png", accepts).headers.find("Content-Encoding"));
}

TEST_F(StaticFilesTest, KnownVersionsAre304) {
  const auto first = get("/assets/app-1a2b.js");
  const std::string tag(first.headers.find("ETag").value_or(""));
  Headers knows;
  knows.add("If-None-Match", "\"other\", " + tag);
  const auto second = get("/assets/app-1a2b.js", knows);
  EXPECT_EQ(second.status, 304U);
  EXPECT_EQ(second.bytes(), "");
  EXPECT_EQ(second.headers.find("ETag"), tag);
  Headers other;
  other.add("If-None-Match", "\"other\"");
  EXPECT_EQ(get("/assets/app-1a2b.js", other).status, 200U);
}

TEST_F(StaticFilesTest, NothingOutsideOfTheRoot) {
  for (const auto* path : {"/../secret.txt", "/assets/../../secret.txt", "/.hidden", "/assets/..", "/..\\secret.txt"}) {
    EXPECT_EQ(status(path), 404U) << path;
  }
  for (const auto& path : std::vector<std::string>{"/leak.txt", "/" + (base / "secret.txt").string()}) {
    EXPECT_EQ(get(path).bytes(), "<html>entry</html>") << path;
  }
  EXPECT_EQ(get("/inner.html").bytes(), "<html>entry</html>");
}

TEST_F(StaticFilesTest, ChangedFilesAreSeen) {
  EXPECT_EQ(get("/").bytes(), "<html>entry</html>");
  write(root / "index.html", "<html>changed page</html>");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (get("/").bytes() != "<html>changed page</html>" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(get("/").bytes(), "<html>changed page</html>");
}

TEST_F(StaticFilesTest, WithoutAUiEverythingIs404) {
  files = static_files(base / "nothing", pool);
  EXPECT_EQ(status("/"), 404U);
}

}  // namespace
}  // namespace trinity::http
