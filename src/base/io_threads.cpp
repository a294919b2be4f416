#include "base/io_threads.h"

#include "base/scheduling.h"

namespace trinity {

IoThreads::IoThreads(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
}

IoThreads::~IoThreads() {
  stop();
  join();
}

void IoThreads::start() {
  for (auto& context : contexts_) {
    threads_.emplace_back([io = context.get()] {
      prefer_short_turns();
      io->run();
    });
  }
}

void IoThreads::stop() {
  guards_.clear();
  for (auto& context : contexts_) context->stop();
}

void IoThreads::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  threads_.clear();
}

}  // namespace trinity
