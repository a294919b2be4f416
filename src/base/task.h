#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace trinity {

namespace asio = boost::asio;

/// What every coroutine of ours returns. Started by spawn() (base/spawn.h) or awaited by another one.
template <class T = void>
using Task = asio::awaitable<T>;

using asio::use_awaitable;

}  // namespace trinity
