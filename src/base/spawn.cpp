#include "base/spawn.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

#include "base/log.h"

namespace trinity {

namespace {

void report(const std::string& name, std::exception_ptr fault) {
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) log::error("spawn", "{} ended: {}", name, e.what());
  } catch (const std::exception& e) {
    log::error("spawn", "{} ended: {}", name, e.what());
  } catch (...) {
    log::error("spawn", "{} ended by something that is no exception", name);
  }
}

}  // namespace

void spawn(std::string name, const asio::any_io_executor& executor, Task<> work) {
  asio::co_spawn(executor, std::move(work), [name = std::move(name)](std::exception_ptr fault) {
    if (fault) report(name, std::move(fault));
  });
}

}  // namespace trinity
