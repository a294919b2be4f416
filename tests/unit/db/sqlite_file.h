#pragma once
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace trinity::test {

/// Another program that has a database file open, without any of our habits.
class OtherProgram {
 public:
  explicit OtherProgram(const std::filesystem::path& file) {
    sqlite3* opened = nullptr;
    if (sqlite3_open(file.c_str(), &opened) != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
    native_.reset(opened);
  }
  void run(const std::string& sql) {
    char* text = nullptr;
    if (sqlite3_exec(native_.get(), sql.c_str(), nullptr, nullptr, &text) == SQLITE_OK) return;
    const std::string message = text;
    sqlite3_free(text);
    throw std::runtime_error(message + " in " + sql);
  }
  /// Every row as text: columns parted by `|`, nulls as `NULL`.
  std::vector<std::string> rows(const std::string& sql) {
    std::vector<std::string> found;
    const auto take = [](void* into, int columns, char** values, char**) {
      std::string row;
      for (int i = 0; i < columns; ++i) {
        row += i == 0 ? "" : "|";
        row += values[i] == nullptr ? "NULL" : values[i];
      }
      static_cast<std::vector<std::string>*>(into)->push_back(std::move(row));
      return 0;
    };
    if (sqlite3_exec(native_.get(), sql.c_str(), take, &found, nullptr) != SQLITE_OK)
      throw std::runtime_error(std::string(sqlite3_errmsg(native_.get())) + " in " + sql);
    return found;
  }

 private:
  struct Close {
    void operator()(sqlite3* open) const noexcept { sqlite3_close(open); }
  };
  std::unique_ptr<sqlite3, Close> native_;
};

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace trinity::test
