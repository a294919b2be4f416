#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "activities/backlog.h"
#include "activities/store.h"
#include "activities/types.h"
#include "base/call.h"

namespace trinity::activities {

/// Writes down what agents do, and tells those who watch. Bookkeeping must not lose a run: nothing here throws, and
/// what the database does not take now is stored again in the background. Access is the caller's matter. Any I/O
/// thread.
class ActivityService {
 public:
  /// `background`: where storing is tried again; must have ended its work when this object dies. `store` must outlive
  /// it.
  ActivityService(ActivityStore& store, asio::any_io_executor background, BacklogBounds bounds = {})
      : store_(store), background_(std::move(background)), backlog_(bounds) {}
  ActivityService(const ActivityService&) = delete;
  ActivityService& operator=(const ActivityService&) = delete;

  /// Before the first activity.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

  /// The activity's id (UUID v4).
  Task<std::string> begin(Call call, Beginning what);
  /// Does nothing when it has ended, or is gone.
  Task<> end(Call call, std::string id, Ending how);
  /// One transaction. At most 1,000 are kept.
  Task<> single(Call call, std::vector<Single> what);
  /// Tells those who watch that an agent calls another one. `action`: chat, parallel_task.
  void collaboration(std::string source, std::string target, std::string action);
  /// Ends what goes on and belongs to this run; for who knows no more than the run's record.
  Task<> end_of_execution(Call call, std::string execution, Ending how);
  /// At the start, after the runs of an earlier life have been taken up: ends every activity that goes on, was not
  /// begun by this life, and neither belongs to one of these runs nor is itself named: `alive` holds ids of records and
  /// of activities.
  Task<> repair(Call call, std::set<std::string> alive, std::string why);

 private:
  Task<> keep(Call call, Work work);
  /// False: the database did not take it, and may later.
  Task<bool> stored(Call call, const Work* work);
  Task<> store(Call call, const Work* work);
  void put_off(Work work);
  static Task<> store_again(ActivityService* self);
  /// What is next; null: nothing, and nobody stores again any more.
  std::shared_ptr<const Work> next();
  void done_with(const std::shared_ptr<const Work>& work);
  void tell(const News& news) const;
  [[nodiscard]] bool waiting();

  ActivityStore& store_;
  asio::any_io_executor background_;
  std::vector<Listener> listeners_;
  std::mutex mutex_;
  Backlog backlog_;              ///< under the mutex
  bool storing_again_ = false;   ///< under the mutex
  std::set<std::string> begun_;  ///< by this life, and not ended; under the mutex
};

}  // namespace trinity::activities
