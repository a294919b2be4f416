#pragma once
#include <functional>
#include <memory>

#include "http/message.h"

namespace trinity::http {

/// Calls `gone` once when the client of a request goes away before it has its answer: it closed, or its connection
/// broke. As long as this lives, which is within the request's handler. A client that sends its next request meanwhile
/// is not looked after any more; one that only says that it will send nothing more counts as gone. On the request's
/// thread.
class Departure {
 public:
  Departure(const Request& request, std::function<void()> gone);
  ~Departure();
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

 private:
  struct Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace trinity::http
