#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "fleet/types.h"

namespace trinity::agents {

/// Bytes of an answer, with the header lines that belong to them. Immutable.
struct ListForm {
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> fields;  ///< complete lines, CRLF included
};

/// What one viewer sees of the fleet, ready to send. Immutable but for the packed form, which is added once.
class ListView {
 public:
  ListView(std::string text, std::uint64_t digest);

  [[nodiscard]] const std::string& tag() const noexcept { return tag_; }
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  [[nodiscard]] const ListForm& plain() const noexcept { return plain_; }
  /// Null until there is one.
  [[nodiscard]] std::shared_ptr<const ListForm> packed() const;
  /// What to do for a reader that takes gzip while there is no packed form. `now`: pack here, it is short. `later`:
  /// worth it, on another thread. Each is said once; `later` not to the first reader: a long list that changes faster
  /// than it is read is never packed.
  enum class Advice { leave, now, later };
  [[nodiscard]] Advice advice();
  /// Makes the packed form; about 1 ms per 100 KiB. Any thread. Throws std::runtime_error when memory is short.
  void pack();

 private:
  std::uint64_t digest_;
  std::string tag_;
  ListForm plain_;
  std::atomic<unsigned> asked_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const ListForm> packed_;
};

/// The list of agents as each class of viewers sees it, joined once per change and shared by all of its readers. Any
/// thread; the lock is held for a look-up only. Bounded in viewers and bytes: the least recently used go first.
///
/// The key is (class of viewers, epoch of the agents): `fleet::viewer_class` names all that an answer depends on
/// besides the snapshot, and an entry serves every epoch up to the one that it was made from. Nothing here knows where
/// epochs come from: several servers that share a fleet need one that they share, and no other change.
class ListCache {
 public:
  struct Bounds {
    std::size_t viewers = 1024;
    std::size_t bytes = 64 * 1024 * 1024;
  };
  ListCache() : ListCache(Bounds{}) {}
  explicit ListCache(Bounds bounds) : bounds_(bounds) {}

  /// What `caller` sees in `snapshot`, or in a newer one.
  [[nodiscard]] std::shared_ptr<ListView> view(const fleet::Snapshot& snapshot, const Caller& caller);

  struct Counts {
    std::size_t viewers = 0;
    std::size_t bytes = 0;     ///< packed forms counted at their most
    std::uint64_t joined = 0;  ///< lists made so far
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Place {
    std::uint64_t epoch = 0;  ///< of the newest state of the agents that the view was compared with
    std::uint64_t used = 0;   ///< turn of the last look-up
    std::shared_ptr<ListView> view;
  };
  void keep(const std::string& viewer, std::uint64_t epoch, const std::shared_ptr<ListView>& view);
  void hold_bounds();

  Bounds bounds_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Place> places_;
  std::size_t bytes_ = 0;  ///< of all views
  std::uint64_t turn_ = 0;
  std::uint64_t joined_ = 0;
};

}  // namespace trinity::agents
