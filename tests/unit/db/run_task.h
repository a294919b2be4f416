#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "base/task.h"

namespace trinity::test {

/// Runs one coroutine to its end on an io_context of its own, in the calling thread.
template <class T>
T run_task(Task<T> work) {
  asio::io_context io;
  std::exception_ptr fault;
  std::optional<T> result;
  asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
    fault = std::move(thrown);
    if (!fault) result = std::move(value);
  });
  io.run();
  if (fault) std::rethrow_exception(fault);
  if (!result) throw std::runtime_error("the coroutine never ended");
  return std::move(*result);
}

inline void run_task(Task<> work) {
  asio::io_context io;
  std::exception_ptr fault;
  bool ended = false;
  asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown) {
    fault = std::move(thrown);
    ended = true;
  });
  io.run();
  if (fault) std::rethrow_exception(fault);
  if (!ended) throw std::runtime_error("the coroutine never ended");
}

}  // namespace trinity::test
