#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <cstddef>
#include <deque>
#include <functional>

#include "base/task.h"

namespace trinity::live {

/// Which sockets of one I/O thread have something to write. They are woken a few at a time: a change that hundreds of
/// them are told would otherwise hold up the requests of the same thread until the last one is written. One for each
/// context, made at first use; that context's thread only.
class WriteTurns final : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;
  /// So many sockets between two looks at what else there is to do: about a tenth of a millisecond of writing.
  static constexpr std::size_t at_once = 8;

  explicit WriteTurns(asio::execution_context& context) : service(context) {}
  [[nodiscard]] static WriteTurns& of(const asio::any_io_executor& executor);

  /// Calls `wake` when it is its turn, never from within this call.
  void want(const asio::any_io_executor& executor, std::function<void()> wake);

 private:
  void shutdown() override { waiting_.clear(); }
  void next(const asio::any_io_executor& executor);
  void go_on(const asio::any_io_executor& executor);

  std::deque<std::function<void()>> waiting_;
  bool under_way_ = false;
};

}  // namespace trinity::live
