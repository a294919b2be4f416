#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/task.h"
#include "fleet/types.h"

namespace trinity::fleet {

/// Tells at once when the init of a container ends, by pidfd (measured 0.4-0.8 ms, against 24-33 ms for the engine's
/// event). Works only for processes of this host; for others the engine's events are all there is. Fleet's thread only.
class ProcessWatch {
 public:
  using Listener = std::function<void(const std::string& container_id, std::int64_t pid)>;
  ProcessWatch(asio::any_io_executor executor, std::filesystem::path proc, Listener listener);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  /// A running agent; the process that it had before is no longer watched.
  void follow(const Agent& agent);
  /// Its container does not run any more.
  void forget(const std::string& container_id);
  void stop();

 private:
  struct Watched;
  asio::any_io_executor executor_;
  std::filesystem::path proc_;
  Listener listener_;
  std::unordered_map<std::string, std::shared_ptr<Watched>> watched_;
};

}  // namespace trinity::fleet
