#pragma once
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "base/spawn.h"
#include "base/task.h"

namespace trinity::agentd {

/// A folder of its own for one test, removed with all its content.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "trinity-agentd-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

template <class T>
Task<> store_result(Task<T> task, std::optional<T>* into, std::exception_ptr* fault) {
  try {
    into->emplace(co_await std::move(task));
  } catch (...) {
    *fault = std::current_exception();
  }
}

/// Runs a coroutine of `context` to its end and gives its result or throws what it threw.
template <class T>
T run_on(asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr fault;
  spawn("test", context.get_executor(), store_result(std::move(task), &result, &fault));
  // Kept connections have timers of their own, so the context does not run dry.
  context.restart();
  while (!result && !fault) context.run_one();
  if (fault) std::rethrow_exception(fault);
  return std::move(result.value());
}

}  // namespace trinity::agentd
