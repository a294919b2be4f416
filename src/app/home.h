#pragma once
#include <filesystem>
#include <string>

namespace trinity::app {

/// The folder of one instance's data. Held by one process at a time.
class Home {
 public:
  /// Makes the folder (0700) when missing and locks it. Throws std::runtime_error with a text for the operator: not
  /// writable, or another server works there.
  explicit Home(std::filesystem::path folder);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  /// Kept in the file `instance-id`, made once. Every object of ours in the engine carries it.
  [[nodiscard]] const std::string& instance() const noexcept { return instance_; }
  [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
  std::string instance_;
  int lock_ = -1;
};

}  // namespace trinity::app
