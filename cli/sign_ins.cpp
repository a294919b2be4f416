#include "cli/sign_ins.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/api.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace fs = std::filesystem;

namespace {

/// Far more than any number of servers needs.
constexpr std::size_t kMostBytes = 1024 * 1024;

[[noreturn]] void fail(const fs::path& file, std::string_view what, std::string hint = {}) {
  throw Fault(ExitCode::failed, fmt::format("{}: {}", file.string(), what), std::move(hint));
}

[[noreturn]] void fail_to_write(const fs::path& file) {
  throw fs::filesystem_error("write", file, std::error_code(errno, std::generic_category()));
}

void write_all(int descriptor, std::string_view text, const fs::path& file) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_to_write(file);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) fail_to_write(file);
}

/// A new file that only this person can read, complete and on the disk.
void write_file(const fs::path& file, std::string_view text) {
  ::unlink(file.c_str());
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_to_write(file);
  try {
    write_all(descriptor, text, file);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);
}

/// Folders that are made are this person's alone (0700); those that are there stay as they are.
void make_folder(const fs::path& file) {
  const auto folder = file.parent_path();
  if (folder.empty()) return;
  const auto mask = ::umask(077);
  std::error_code error;
  fs::create_directories(folder, error);
  ::umask(mask);
  if (error) fail(file, "its folder cannot be made: " + error.message());
}

}  // namespace

SignIns::SignIns(fs::path file) : file_(std::move(file)) {
  read();
}

fs::path SignIns::usual_file(const Variable& variable) {
  auto base = fs::path(variable("XDG_CONFIG_HOME").value_or(""));
  const auto home = variable("HOME").value_or("");
  if (base.empty() && home.empty()) return {};
  if (base.empty()) base = fs::path(home) / ".config";
  return base / "trinity" / "trinityctl.json";
}

void SignIns::read() {
  servers_.clear();
  current_.clear();
  struct stat facts{};
  if (::stat(file_.c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    fail(file_, std::string("cannot be read: ") + std::strerror(errno));
  }
  if ((facts.st_mode & 077U) != 0)
    fail(file_, "others can read it, and it holds your tokens", "Mend that with: chmod 600 " + file_.string());
  if (static_cast<std::size_t>(facts.st_size) > kMostBytes) fail(file_, "is too large to be a list of servers");
  std::ifstream in(file_);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) fail(file_, "cannot be read");
  boost::system::error_code error;
  const auto whole = json::parse(text.str(), error);
  if (error || !whole.is_object()) fail(file_, "is damaged", "Remove it and sign in again");
  current_ = text_of(whole.get_object(), "current");
  const auto* servers = whole.get_object().if_contains("servers");
  if (servers == nullptr || !servers->is_object()) return;
  for (const auto& [address, sign_in] : servers->get_object()) {
    if (!sign_in.is_object()) continue;
    const auto& kept = sign_in.get_object();
    servers_[std::string(address)] = {text_of(kept, "user"), text_of(kept, "token"), text_of(kept, "session")};
  }
}

std::vector<std::string> SignIns::servers() const {
  std::vector<std::string> addresses;
  addresses.reserve(servers_.size());
  for (const auto& [address, sign_in] : servers_) addresses.push_back(address);
  return addresses;
}

const SignIns::SignIn* SignIns::find(const std::string& server) const {
  const auto found = servers_.find(server);
  return found == servers_.end() ? nullptr : &found->second;
}

void SignIns::keep(const std::string& server, SignIn sign_in) {
  read();
  servers_[server] = std::move(sign_in);
  current_ = server;
  write();
}

bool SignIns::forget(const std::string& server) {
  read();
  if (servers_.erase(server) == 0) return false;
  if (current_ == server) current_ = servers_.empty() ? std::string() : servers_.begin()->first;
  write();
  return true;
}

void SignIns::write() const {
  json::object servers;
  for (const auto& [address, sign_in] : servers_) {
    servers[address] = json::object{{"user", sign_in.user}, {"token", sign_in.token}, {"session", sign_in.session}};
  }
  const auto text = json::serialize(json::object{{"current", current_}, {"servers", std::move(servers)}}) + "\n";
  if (file_.empty()) throw Fault(ExitCode::failed, "HOME is not set", "Name a file for sign-ins in TRINITY_SIGN_INS");
  make_folder(file_);
  const auto fresh = fs::path(fmt::format("{}.{}", file_.string(), ::getpid()));
  try {
    write_file(fresh, text);
    fs::rename(fresh, file_);
  } catch (const fs::filesystem_error& error) {
    ::unlink(fresh.c_str());
    fail(file_, "cannot be written: " + error.code().message());
  }
}

}  // namespace trinity::cli
