#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <string>

#include "base/task.h"

namespace trinity {

/// The one way to start a coroutine that nobody awaits. What escapes from it is logged under `name` (cancellation is
/// not a fault). The coroutine must keep alive what it uses: give it values or shared pointers. Any thread.
void spawn(std::string name, const asio::any_io_executor& executor, Task<> work);

}  // namespace trinity
