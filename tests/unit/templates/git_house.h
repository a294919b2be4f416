#pragma once
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "templates/repository.h"
#include "unit/db/temp_dir.h"

namespace trinity::templates::test {

/// A folder of repositories, made with git itself, and where readings may put theirs.
class GitHouse {
 public:
  GitHouse() {
    std::filesystem::create_directories(repositories());
    options.folder = dir_ / "cache";
    options.places.hosts = {"file:" + repositories().string()};
  }

  [[nodiscard]] std::filesystem::path repositories() const { return dir_ / "repositories"; }
  [[nodiscard]] std::filesystem::path at(const std::string& name) const { return dir_ / name; }

  /// A new commit with that file on that branch of the repository `name`.git, which is made when missing.
  void commit(const std::string& name, const std::string& file, const std::string& text,
              const std::string& branch = "main") const {
    const auto work = dir_ / ("work-" + name);
    const auto bare = repositories() / (name + ".git");
    if (!std::filesystem::exists(bare)) {
      shell("git init -q --bare -b main " + bare.string());
      shell("git init -q -b main " + work.string() + " && cd " + work.string() + " && git remote add origin " +
            bare.string());
    }
    shell("cd " + work.string() + " && (git checkout -q " + branch + " 2>/dev/null || git checkout -q -b " + branch +
          ")");
    std::filesystem::create_directories((work / file).parent_path());
    std::ofstream(work / file, std::ios::binary) << text;
    shell("cd " + work.string() +
          " && git add -A && git -c user.name=t -c user.email=t@t commit -q -m change && git push -q origin " + branch);
  }
  void empty(const std::string& name) const {
    shell("git init -q --bare -b main " + (repositories() / (name + ".git")).string());
  }
  static void shell(const std::string& command) {
    if (std::system(("(" + command + ") >/dev/null 2>&1").c_str()) != 0)
      throw std::runtime_error("does not work: " + command);
  }

  [[nodiscard]] std::string id(const std::string& name, const std::string& branch = "") const {
    return "git:file://" + (repositories() / (name + ".git")).string() + (branch.empty() ? "" : "@" + branch);
  }
  [[nodiscard]] RepositoryAddress address(const std::string& name, const std::string& branch = "") const {
    return parse_repository(id(name, branch), options.places).value();
  }
  [[nodiscard]] ReadResult read(const std::string& name, const std::string& branch = "") const {
    return read_repository(options, address(name, branch), "", {});
  }

  ReaderOptions options;

 private:
  trinity::test::TempDir dir_;
};

}  // namespace trinity::templates::test
