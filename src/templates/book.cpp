#include "templates/book.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>
#include <fstream>

#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "templates/files.h"

namespace trinity::templates {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* suffix = ".json";

struct Overloaded : Unavailable {
  Overloaded() : Unavailable("The server is reading other repositories. Try again in a moment.") {
    retry_after_ = std::chrono::seconds(5);
  }
};

std::size_t size_of(const Seen& seen) {
  if (!seen.content) return 0;
  const auto& files = seen.content->files;
  std::size_t all = 0;
  for (const auto* text : {&files.yaml, &files.mcp, &files.mcp_template, &files.env_example})
    all += *text ? (*text)->size() : 0;
  return all;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

std::optional<std::string> optional_text(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found && found->is_string() ? std::optional(std::string(found->get_string())) : std::nullopt;
}

std::string to_text(const Seen& seen) {
  const auto& content = *seen.content;
  const auto at = std::chrono::duration_cast<std::chrono::seconds>(seen.content_at.time_since_epoch()).count();
  return json::serialize(json::object{{"at", at},
                                      {"branch", content.branch},
                                      {"commit", content.commit},
                                      {"has_yaml", content.files.has_yaml},
                                      {"yaml", text_or_null(content.files.yaml)},
                                      {"mcp", text_or_null(content.files.mcp)},
                                      {"mcp_template", text_or_null(content.files.mcp_template)},
                                      {"env_example", text_or_null(content.files.env_example)}});
}

/// Null: it is no file of ours, or half of one.
SeenPtr from_text(const std::string& text) {
  boost::system::error_code fault;
  const auto parsed = json::parse(text, fault);
  const auto* fields = fault ? nullptr : parsed.if_object();
  const auto* at = fields ? fields->if_contains("at") : nullptr;
  const auto* has_yaml = fields ? fields->if_contains("has_yaml") : nullptr;
  if (!at || !at->is_int64() || !has_yaml || !has_yaml->is_bool()) return nullptr;
  auto made = std::make_shared<Seen>();
  auto& content = made->content.emplace();
  content.branch = optional_text(*fields, "branch").value_or("");
  content.commit = optional_text(*fields, "commit").value_or("");
  content.files = {has_yaml->get_bool(), optional_text(*fields, "yaml"), optional_text(*fields, "mcp"),
                   optional_text(*fields, "mcp_template"), optional_text(*fields, "env_example")};
  made->content_at = made->tried_at = Time(std::chrono::seconds(at->get_int64()));
  return made;
}

}  // namespace

RepositoryBook::RepositoryBook(BookOptions options) : options_(std::move(options)) {
  if (sodium_init() < 0) throw Internal("libsodium cannot be started");
  std::error_code fault;
  fs::create_directories(options_.reader.folder, fault);
  fs::permissions(options_.reader.folder, fs::perms::owner_all, fault);
  load();
}

RepositoryBook::~RepositoryBook() {
  stop_.request_stop();
  threads_.join();
}

/// One-way: the name of a file must not tell a token.
std::string RepositoryBook::key_of(const RepositoryAddress& address, const std::string& token) {
  const auto whole = address.url() + "\n" + address.branch + "\n" + token;
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(whole.data()), whole.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

void RepositoryBook::load() {
  std::error_code fault;
  std::size_t bytes = 0;
  for (fs::directory_iterator at(options_.reader.folder, fault), end; !fault && at != end; at.increment(fault)) {
    std::error_code ignored;
    const auto path = at->path();
    if (path.extension() != suffix) {
      // A clone that the end of the process interrupted.
      if (path.filename().string().starts_with("clone-")) fs::remove_all(path, ignored);
      continue;
    }
    if (entries_.size() >= options_.most_entries || bytes > options_.most_bytes) continue;
    const auto text = read_bounded(path, 8 * largest_template_file);
    auto seen = text ? from_text(*text) : nullptr;
    if (!seen || now() - seen->content_at > options_.longest_kept) {
      fs::remove(path, ignored);
      continue;
    }
    bytes += size_of(*seen);
    entries_[path.stem().string()].seen = std::move(seen);
  }
}

/// Written beside and renamed. That it fails costs nothing but a reading after the next start.
void RepositoryBook::store(const std::string& key, const Seen& seen) const {
  const auto place = options_.reader.folder / (key + suffix);
  const auto beside = options_.reader.folder / ("new-" + random_hex(8));
  std::error_code fault;
  {
    std::ofstream out(beside, std::ios::binary);
    fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write, fault);
    out << to_text(seen);
    if (!out.flush()) fault = std::make_error_code(std::errc::io_error);
  }
  if (!fault) fs::rename(beside, place, fault);
  std::error_code ignored;
  fs::remove(beside, ignored);
  if (fault) log::warn("templates", "what was read of a repository is not kept: {}", fault.message());
}

/// Old files, and those of entries that were dropped.
void RepositoryBook::tidy() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> all;
  std::error_code fault;
  for (fs::directory_iterator at(options_.reader.folder, fault), end; !fault && at != end; at.increment(fault)) {
    std::error_code gone;
    if (at->path().extension() == suffix) all.emplace_back(at->last_write_time(gone), at->path());
  }
  std::sort(all.rbegin(), all.rend());
  const auto oldest = fs::file_time_type::clock::now() - options_.longest_kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::error_code gone;
    if (i >= options_.most_entries || all[i].first < oldest) fs::remove(all[i].second, gone);
  }
}

/// With the lock held: the one that was tried longest ago goes, unless it is being read.
void RepositoryBook::drop_oldest() {
  std::size_t bytes = 0;
  for (const auto& [key, entry] : entries_) bytes += entry.seen ? size_of(*entry.seen) : 0;
  while (entries_.size() > options_.most_entries || bytes > options_.most_bytes) {
    auto oldest = entries_.end();
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->second.reading || !it->second.seen) continue;
      if (oldest == entries_.end() || it->second.seen->tried_at < oldest->second.seen->tried_at) oldest = it;
    }
    if (oldest == entries_.end()) return;
    bytes -= size_of(*oldest->second.seen);
    entries_.erase(oldest);
  }
}

bool RepositoryBook::begin(const std::string& key, const RepositoryAddress& address, const std::string& token) {
  auto& entry = entries_[key];
  if (entry.reading) return true;
  if (under_way_ >= options_.most_waiting) {
    if (!entry.seen) entries_.erase(key);
    return false;
  }
  entry.reading = true;
  ++under_way_;
  asio::post(threads_, [this, key, address, token] { read_now(key, address, token); });
  return true;
}

void RepositoryBook::read_now(const std::string& key, const RepositoryAddress& address, const std::string& token) {
  auto result = read_repository(options_.reader, address, token, stop_.get_token());
  if (!result) log::info("templates", "{}", result.error().message);
  take_in(key, std::move(result));
}

void RepositoryBook::take_in(const std::string& key, ReadResult result) {
  auto fresh = std::make_shared<Seen>();
  fresh->tried_at = now();
  const bool good = result.has_value();
  std::vector<Waiting> waiting;
  {
    const std::scoped_lock lock(mutex_);
    auto& entry = entries_[key];
    if (good) {
      fresh->content = std::move(*result);
      fresh->content_at = fresh->tried_at;
    } else {
      fresh->fault = std::move(result.error());
      if (entry.seen && fresh->tried_at - entry.seen->content_at < options_.longest_kept) {
        fresh->content = entry.seen->content;
        fresh->content_at = entry.seen->content_at;
      }
    }
    entry.seen = fresh;
    entry.reading = false;
    waiting.swap(entry.waiting);
    --under_way_;
    drop_oldest();
  }
  for (auto& one : waiting) asio::post(one.executor, [timer = std::move(one.timer)] { timer->cancel(); });
  if (!good) return;
  store(key, *fresh);
  tidy();
}

SeenPtr RepositoryBook::known(const RepositoryAddress& address, const std::string& token) {
  const auto key = key_of(address, token);
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(key);
  const auto seen = found == entries_.end() ? nullptr : found->second.seen;
  const auto age = seen ? now() - seen->tried_at : Time::duration::max();
  if (age > (seen && seen->fault ? options_.retry_after : options_.fresh_for)) begin(key, address, token);
  return seen;
}

Task<SeenPtr> RepositoryBook::read(RepositoryAddress address, std::string token, std::chrono::milliseconds age,
                                   std::chrono::milliseconds patience) {
  const auto key = key_of(address, token);
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, patience);
  {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.seen && !found->second.reading &&
        now() - found->second.seen->tried_at <= age)
      co_return found->second.seen;
    if (!begin(key, address, token)) throw Overloaded();
    entries_[key].waiting.push_back({executor, timer});
  }
  // The end of the reading cancels it, on this thread: not before it is waited for.
  boost::system::error_code ended;
  co_await timer->async_wait(asio::redirect_error(use_awaitable, ended));
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(key);
  co_return found == entries_.end() ? nullptr : found->second.seen;
}

}  // namespace trinity::templates
