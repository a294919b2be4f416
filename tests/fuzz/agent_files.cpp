// The agent's file API on a small tree, with links that an agent might make. Whatever is asked for, nothing outside of
// the home directory is shown, changed, made or deleted; and what requests carry is read the same however it arrives.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agentd/home/changes.h"
#include "agentd/home/content_body.h"
#include "agentd/home/listing.h"
#include "agentd/home/media_type.h"
#include "agentd/home/reading.h"
#include "agentd/home/utf8_check.h"
#include "base/errors.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "http/message.h"
#include "http/range.h"

namespace {

namespace fs = std::filesystem;
using namespace trinity;
using namespace trinity::agentd;

constexpr const char* marker = "OUTSIDE";
constexpr int most_steps = 12;

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// The world of one process: what is outside is made once, the home directory before each run.
class World {
 public:
  World() {
    std::string name = (fs::temp_directory_path() / "trinity-fuzz-files-XXXXXX").string();
    fuzz::require(::mkdtemp(name.data()) != nullptr, "a folder can be made");
    root_ = name;
    write(root_ / "out" / marker, marker);
    write(root_ / "out/deep" / marker, marker);
    write(root_ / "home2" / marker, marker);
    begin();
    seen_ = fingerprint();
  }
  ~World() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// A fresh home directory.
  void begin() {
    fs::remove_all(home());
    write(home() / "a.txt", "a");
    write(home() / "d/b.txt", "b");
    write(home() / "d/e/c.bin", std::string("\0c", 2));
    write(home() / ".env", "KEY=1");
    write(home() / ".git/config", "x");
    write(home() / "CLAUDE.md", "x");
    fs::create_symlink("../out", home() / "o");
    fs::create_symlink(root_ / "out", home() / "p");
    fs::create_symlink("d", home() / "l");
    fs::create_symlink("/proc/self/root", home() / "r");
  }
  [[nodiscard]] fs::path home() const { return root_ / "home"; }

  /// Fails when anything outside is not as it was.
  void check() const { fuzz::require(fingerprint() == seen_, "nothing outside has changed"); }

 private:
  [[nodiscard]] std::string fingerprint() const {
    std::string made;
    std::vector<fs::path> paths{root_, root_ / "out", root_ / "out/deep", root_ / "home2"};
    for (const auto& folder : paths) {
      std::vector<std::string> names;
      for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
      std::sort(names.begin(), names.end());
      for (const auto& name : names) {
        made += folder.string() + "/" + name;
        struct stat about{};
        ::lstat((folder / name).c_str(), &about);
        if (S_ISREG(about.st_mode)) {
          made += " " + std::to_string(about.st_size) + " " + std::to_string(about.st_mtim.tv_nsec) + " " +
                  std::to_string(about.st_ctim.tv_nsec) + " " + std::to_string(about.st_mode);
        }
        made += "\n";
      }
    }
    return made;
  }

  fs::path root_;
  std::string seen_;
};

void look(const Home& home, const Place& place, const OpenFile& file) {
  static_cast<void>(is_text(file));
  std::string name(PATH_MAX, '\0');
  const auto link = "/proc/self/fd/" + std::to_string(file.descriptor.number());
  const auto length = ::readlink(link.c_str(), name.data(), name.size());
  fuzz::require(length > 0 && name.starts_with(home.root().string() + "/"), "only files of the home directory open");
  char first[8] = {};
  const auto n = ::pread(file.descriptor.number(), first, 7, 0);
  fuzz::require(n < 7 || std::string_view(first, 7) != marker, "nothing outside is read");
  fuzz::require(!place.path.empty(), "a file has a name");
}

void list(const Home& home, const Place& place, std::size_t levels) {
  ListingWish wish;
  wish.show_hidden = levels % 2 == 0;
  wish.levels = static_cast<int>(levels % 5);
  const auto listing = list_tree(home, place, wish, {}, {});
  std::string text;
  for (const auto& piece : listing.pieces) text += piece;
  boost::system::error_code fault;
  const auto told = boost::json::parse(text, fault, {}, {.max_depth = 100});
  fuzz::require(!fault, "a listing is JSON");
  // The path that was asked for is repeated as it came, so only the tree tells what was found.
  const auto tree = boost::json::serialize(told.at("tree"));
  fuzz::require(tree.find(marker) == std::string::npos, "nothing outside is listed");
}

void write_to(FileWriter& writer, std::string_view text, bool anew, bool finishes) {
  writer.append(text, 1000);
  if (finishes) writer.finish(anew, "path");
}

/// As an agent may: any link, at a name within its home.
void make_link(const Home& home, const std::string& target, const std::string& name) {
  if (target.find('\0') != std::string::npos || name.find('\0') != std::string::npos) return;
  const auto place = home.find(name, Home::Last::keep);
  if (place.state != Place::State::absent) return;
  static_cast<void>(::symlinkat(target.c_str(), place.folder.number(), place.name().c_str()));
}

void step(const Home& home, fuzz::Input& input) {
  const auto what = input.pick(10);
  const auto more = input.byte();
  const std::string one(input.text(input.pick(40)));
  const std::string two(input.text(input.pick(40)));
  // What is outside is known by this word, so nothing inside may have it.
  const bool makes = what >= 3 && what != 5;
  if (makes && (one.find(marker) != std::string::npos || two.find(marker) != std::string::npos)) return;
  const auto last = more % 2 == 0 ? Home::Last::follow : Home::Last::keep;
  switch (what) {
    case 0: {
      const auto place = home.find(one, last);
      const bool links = place.is_there() && S_ISLNK(place.about.st_mode);
      fuzz::require(!links || last == Home::Last::keep, "links are followed");
      for (const auto& name : place.path) {
        fuzz::require(!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos,
                      "a resolved path has plain names");
      }
      break;
    }
    case 1: {
      const auto place = home.find(one, Home::Last::follow);
      look(home, place, open_file(place, one));
      break;
    }
    case 2:
      list(home, home.find(one, Home::Last::follow), more);
      break;
    case 3: {
      auto replacing = begin_update(home, one, std::nullopt);
      write_to(replacing.writer, two, false, more % 4 != 0);
      break;
    }
    case 4: {
      auto uploading = begin_upload(home, one, more % 2 == 0);
      write_to(uploading.writer, two, more % 2 != 0, more % 8 != 0);
      break;
    }
    case 5:
      remove_path(home, one, {}, {});
      break;
    case 6:
      make_folder(home, one);
      break;
    case 7:
      move_path(home, one, two);
      break;
    default:
      make_link(home, one, two);
  }
}

void check_protected(const fs::path& home) {
  for (const auto* name : {".env", ".git/config", "CLAUDE.md"}) {
    std::error_code fault;
    fuzz::require(fs::is_regular_file(fs::symlink_status(home / name, fault)), "protected files stay");
  }
  std::string env;
  std::ifstream(home / ".env") >> env;
  fuzz::require(env == "KEY=1", "protected files keep their content");
}

/// What a body comes to: its text, or the kind of its fault.
std::string content_of(std::string_view bytes, std::size_t portion) {
  std::string text;
  try {
    ContentBody body({[&text] { text.clear(); }, [&text](std::string_view piece) { text += piece; }});
    for (std::size_t i = 0; i < bytes.size(); i += portion) body.feed(bytes.substr(i, portion));
    body.finish();
  } catch (const Unprocessable& e) {
    return "fault " + std::string(e.detail().at(0).at("type").as_string());
  }
  return "text " + text;
}

void read_request(std::string_view bytes, std::size_t portion) {
  fuzz::require(content_of(bytes, portion) == content_of(bytes, bytes.size() + 1), "portions do not matter");
  Utf8Check check;
  std::string clean;
  for (std::size_t i = 0; i < bytes.size(); i += portion) clean += check.clean(bytes.substr(i, portion));
  clean += check.finish();
  fuzz::require(clean == to_utf8(bytes), "what is replaced does not depend on portions");
  fuzz::require(check.sound() == (clean == bytes), "sound texts are left alone");
  const auto range = http::choose_range(bytes, portion);
  if (range.kind == http::RangeChoice::Kind::part)
    fuzz::require(range.part.first <= range.part.last && range.part.last < portion, "a part lies within the whole");
  const auto query = http::parse_query(bytes);
  for (const auto& [name, value] : query) {
    fuzz::require(value.find('\0') == std::string::npos, "no zero byte comes out of a query");
    const auto field = attachment_named(value);
    fuzz::require(field.find_first_of("\r\n") == std::string::npos, "a header is one line");
    static_cast<void>(media_type_of(value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  fuzz::Input input(data, size);
  if (input.pick(4) == 0) {
    const auto portion = 1 + input.pick(50);
    read_request(input.rest(), portion);
    return 0;
  }
  world.begin();
  const Home home(world.home());
  for (int i = 0; i < most_steps && !input.empty(); ++i) {
    try {
      step(home, input);
    } catch (const Error&) {
      // Refused.
    }
  }
  world.check();
  check_protected(world.home());
  return 0;
}
