#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "templates/repository.h"

namespace trinity::templates {

/// What is known of a repository's branch: its newest content that was read, and what became of the last try.
struct Seen {
  std::optional<RepositoryContent> content;
  Time content_at{};
  std::optional<ReadFault> fault;  ///< of the last try; empty: it went well
  Time tried_at{};                 ///< Time{}: never
};
using SeenPtr = std::shared_ptr<const Seen>;

struct BookOptions {
  ReaderOptions reader;  ///< its folder holds the book's files, too
  std::size_t most_entries = 200;
  std::size_t most_bytes = std::size_t{32} << 20U;
  std::size_t most_waiting = 32;  ///< readings that wait for their turn
  std::chrono::hours longest_kept{7 * 24};
  std::chrono::seconds fresh_for{600};   ///< what is older is read again by and by
  std::chrono::seconds retry_after{60};  ///< after a try that failed
};

/// The repositories that were read, in memory and in a folder, so that a restart forgets nothing. Two readings at a
/// time, on threads of its own; those who want the same one wait for one reading. What was read with one token is not
/// shown to who has another. Any thread.
class RepositoryBook {
 public:
  explicit RepositoryBook(BookOptions options);
  /// Ends the readings under way. Whoever still waits is not told.
  ~RepositoryBook();
  RepositoryBook(const RepositoryBook&) = delete;
  RepositoryBook& operator=(const RepositoryBook&) = delete;

  /// At once; what is old or unknown is read in the background.
  [[nodiscard]] SeenPtr known(const RepositoryAddress& address, const std::string& token);
  /// Reads it unless that was done within `age`, and waits for the end of it, but no longer than `patience`. Null: it
  /// takes longer, and nothing was read before. Throws Unavailable when too many readings wait.
  Task<SeenPtr> read(RepositoryAddress address, std::string token, std::chrono::milliseconds age,
                     std::chrono::milliseconds patience);

 private:
  struct Waiting {
    asio::any_io_executor executor;
    std::shared_ptr<asio::steady_timer> timer;
  };
  struct Entry {
    SeenPtr seen;
    bool reading = false;
    std::vector<Waiting> waiting;
  };
  [[nodiscard]] static std::string key_of(const RepositoryAddress& address, const std::string& token);
  /// With the lock held. False: too many wait.
  bool begin(const std::string& key, const RepositoryAddress& address, const std::string& token);
  void read_now(const std::string& key, const RepositoryAddress& address, const std::string& token);
  void take_in(const std::string& key, ReadResult result);
  void drop_oldest();
  void load();
  void store(const std::string& key, const Seen& seen) const;
  void tidy() const;

  BookOptions options_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::size_t under_way_ = 0;
  std::stop_source stop_;
  asio::thread_pool threads_{2};
};

}  // namespace trinity::templates
