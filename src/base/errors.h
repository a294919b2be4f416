#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <stdexcept>
#include <string>

namespace trinity {

/// Why an operation ended early. One switch (http/router.cpp) turns it into a status.
enum class ErrorKind {
  bad_request,         ///< 400
  unauthorized,        ///< 401, with WWW-Authenticate: Bearer
  forbidden,           ///< 403
  not_found,           ///< 404
  method_not_allowed,  ///< 405
  conflict,            ///< 409
  payload_too_large,   ///< 413
  unprocessable,       ///< 422, detail is an array of field faults
  too_many_requests,   ///< 429, with Retry-After
  internal,            ///< 500; the text goes to the log, never to a client
  bad_gateway,         ///< 502
  unavailable,         ///< 503
  timeout              ///< 504
};

/// Ends an operation early. `detail` is what the client reads; for kind `internal` the client reads a fixed text
/// instead, unless the contract names the text (then `shown` is true).
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& detail) : std::runtime_error(detail), kind_(kind), detail_(detail) {}
  Error(ErrorKind kind, boost::json::value detail, const std::string& what)
      : std::runtime_error(what), kind_(kind), detail_(std::move(detail)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const boost::json::value& detail() const noexcept { return detail_; }
  [[nodiscard]] bool shown() const noexcept { return shown_; }
  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 protected:
  std::chrono::seconds retry_after_{0};
  bool shown_ = true;

 private:
  ErrorKind kind_;
  boost::json::value detail_;
};

struct BadRequest : Error {
  explicit BadRequest(const std::string& d) : Error(ErrorKind::bad_request, d) {}
};
struct Unauthorized : Error {
  explicit Unauthorized(const std::string& d) : Error(ErrorKind::unauthorized, d) {}
};
struct Forbidden : Error {
  explicit Forbidden(const std::string& d) : Error(ErrorKind::forbidden, d) {}
};
struct NotFound : Error {
  explicit NotFound(const std::string& d) : Error(ErrorKind::not_found, d) {}
};
struct MethodNotAllowed : Error {
  MethodNotAllowed() : Error(ErrorKind::method_not_allowed, "Method Not Allowed") {}
};
struct Conflict : Error {
  explicit Conflict(const std::string& d) : Error(ErrorKind::conflict, d) {}
};
struct PayloadTooLarge : Error {
  explicit PayloadTooLarge(const std::string& d) : Error(ErrorKind::payload_too_large, d) {}
};
struct BadGateway : Error {
  explicit BadGateway(const std::string& d) : Error(ErrorKind::bad_gateway, d) {}
};
struct Unavailable : Error {
  explicit Unavailable(const std::string& d) : Error(ErrorKind::unavailable, d) {}
};
struct TimedOut : Error {
  explicit TimedOut(const std::string& d) : Error(ErrorKind::timeout, d) {}
};

struct TooManyRequests : Error {
  TooManyRequests(const std::string& d, std::chrono::seconds wait) : Error(ErrorKind::too_many_requests, d) {
    retry_after_ = wait;
  }
};

/// A failure inside. The text is for the log only; the client reads "Internal Server Error".
struct Internal : Error {
  explicit Internal(const std::string& d) : Error(ErrorKind::internal, d) { shown_ = false; }
};

/// A failure whose text the contract names, so the client may read it (status 500).
struct Failed : Error {
  explicit Failed(const std::string& d) : Error(ErrorKind::internal, d) {}
};

/// Field faults; `detail` is the array of the contract's schema ValidationError. Built by json/decode.h.
struct Unprocessable : Error {
  explicit Unprocessable(boost::json::array faults)
      : Error(ErrorKind::unprocessable, std::move(faults), "validation failed") {}
};

}  // namespace trinity
