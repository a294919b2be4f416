#include "live/write_turns.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace trinity::live {

asio::execution_context::id WriteTurns::id;

WriteTurns& WriteTurns::of(const asio::any_io_executor& executor) {
  return asio::use_service<WriteTurns>(asio::query(executor, asio::execution::context));
}

void WriteTurns::want(const asio::any_io_executor& executor, std::function<void()> wake) {
  waiting_.push_back(std::move(wake));
  if (!std::exchange(under_way_, true)) go_on(executor);
}

/// Behind what the thread has to do already; between two turns it also looks for what its connections bring.
void WriteTurns::go_on(const asio::any_io_executor& executor) {
  asio::post(executor, [this, executor] { next(executor); });
}

void WriteTurns::next(const asio::any_io_executor& executor) {
  for (std::size_t i = 0; i < at_once && !waiting_.empty(); ++i) {
    const auto wake = std::move(waiting_.front());
    waiting_.pop_front();
    wake();
  }
  under_way_ = !waiting_.empty();
  if (under_way_) go_on(executor);
}

}  // namespace trinity::live
