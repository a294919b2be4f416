#include "http/departure.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <utility>

#include "http/stream.h"

namespace trinity::http {

struct Departure::Watch {
  std::function<void()> gone;
  asio::cancellation_signal stop;
};

Departure::Departure(const Request& request, std::function<void()> gone) {
  if (!request.stream || !request.stream->is_open()) return;
  watch_ = std::make_shared<Watch>();
  watch_->gone = std::move(gone);
  auto look = [watch = watch_, stream = request.stream](const boost::system::error_code& fault) {
    if (fault || !watch->gone) return;
    if (stream->is_open() && stream->is_stale() && !stream->has_input()) std::exchange(watch->gone, nullptr)();
  };
  // Only this wait is ended by the signal, whatever else the connection does then.
  request.stream->socket().async_wait(Stream::Socket::wait_read,
                                      asio::bind_cancellation_slot(watch_->stop.slot(), std::move(look)));
}

Departure::~Departure() {
  if (!watch_) return;
  watch_->gone = nullptr;
  watch_->stop.emit(asio::cancellation_type::all);
}

}  // namespace trinity::http
