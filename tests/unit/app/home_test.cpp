#include "app/home.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "unit/db/temp_dir.h"

namespace trinity::app {
namespace {

class HomeTest : public testing::Test {
 protected:
  static std::string fault(const std::filesystem::path& folder) {
    try {
      const Home home(folder);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return {};
  }
  test::TempDir dir;
  const std::filesystem::path folder = dir / "data";
};

TEST_F(HomeTest, IsMadeForThisUserOnly) {
  const Home home(folder);
  struct stat status{};
  ASSERT_EQ(::stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_EQ(home.file("x"), folder / "x");
}

TEST_F(HomeTest, KeepsItsInstance) {
  std::string first;
  {
    const Home home(folder);
    first = home.instance();
  }
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(Home(folder).instance(), first);
  EXPECT_NE(Home(dir / "other").instance(), first);
}

TEST_F(HomeTest, BelongsToOneProcessAtATime) {
  {
    const Home home(folder);
    EXPECT_NE(fault(folder).find("another trinityd"), std::string::npos);
  }
  EXPECT_EQ(fault(folder), "") << "free again";
}

TEST_F(HomeTest, AnotherProcessHoldsItUntilItsEnd) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Home home(folder);
    const char byte = 'x';
    (void)!::write(ready[1], &byte, 1);
    while (true) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_NE(fault(folder).find("another trinityd"), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(fault(folder), "") << "a killed server leaves no lock";
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(HomeTest, ADamagedInstanceIsNotReplaced) {
  std::filesystem::create_directories(folder);
  for (const std::string text : {"zz\n", "0123\n", "0123456789abcdefg\n", "0123456789ABCDEF\n"}) {
    std::ofstream(folder / "instance-id") << text;
    EXPECT_NE(fault(folder).find("damaged"), std::string::npos) << text;
    std::ifstream in(folder / "instance-id");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  }
}

TEST_F(HomeTest, AFileInItsPlaceIsSaid) {
  std::ofstream(folder) << "x";
  EXPECT_NE(fault(folder), "");
}

}  // namespace
}  // namespace trinity::app
