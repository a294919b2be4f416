#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace trinity::cli {

/// Who this person is on each server, kept in one file that only they can read (0600, in a folder 0700). A file that
/// others can read is refused, since the tokens in it are as good as passwords.
class SignIns {
 public:
  struct SignIn {
    std::string user;
    std::string token;
    std::string session;  ///< the server ends the sign-in for this (cookie trinity_session)
  };

  /// Reads the file; none is the same as an empty one. Throws Fault (failed).
  explicit SignIns(std::filesystem::path file);

  /// Reads the environment.
  using Variable = std::function<std::optional<std::string>(const std::string&)>;
  /// The file in the configuration folder of the person (`XDG_CONFIG_HOME`, else `~/.config`); an empty path, where
  /// nothing is found or can be kept, when the environment names no home.
  [[nodiscard]] static std::filesystem::path usual_file(const Variable& variable);

  [[nodiscard]] const SignIn* find(const std::string& server) const;
  /// Addresses of the servers that there is a sign-in for.
  [[nodiscard]] std::vector<std::string> servers() const;
  /// The server signed in to last; empty when there is none.
  [[nodiscard]] const std::string& current() const noexcept { return current_; }

  /// Keeps a sign-in and makes its server the current one. What others wrote to the file meanwhile stays. Written
  /// through a new file, so that a full disk loses nothing. Throws Fault (failed).
  void keep(const std::string& server, SignIn sign_in);
  /// False when there was none.
  bool forget(const std::string& server);

 private:
  void read();
  void write() const;

  std::filesystem::path file_;
  std::string current_;
  std::map<std::string, SignIn> servers_;
};

}  // namespace trinity::cli
