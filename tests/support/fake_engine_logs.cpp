#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdio>

#include "base/clock.h"
#include "support/fake_engine.h"

// The fake engine's logs.
namespace trinity::test {

using engine::EngineError;
using engine::Fault;

struct FakeEngine::LogReader {
  std::string id;
  std::int64_t since_nano = 0;
  std::size_t at = 0;  ///< the next entry
  bool broken = false;
  bool cancelled = false;
};

class FakeLogStream : public engine::LogStream {
 public:
  FakeLogStream(FakeEngine* engine, std::shared_ptr<FakeEngine::LogReader> reader)
      : engine_(engine), reader_(std::move(reader)) {}

  Task<engine::LogPortion> next(std::chrono::milliseconds limit) override {
    const auto until = steady_now() + limit;
    while (true) {
      auto portion = engine_->read_log(*reader_);
      if (portion.ended || !portion.pieces.empty() || steady_now() >= until) co_return portion;
      asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
      boost::system::error_code ignored;
      co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
  }
  void cancel() noexcept override {
    const std::lock_guard lock(engine_->mutex_);
    reader_->cancelled = true;
  }

 private:
  FakeEngine* engine_;
  std::shared_ptr<FakeEngine::LogReader> reader_;
};

void FakeEngine::write(const std::string& container, const std::string& text, engine::LogPiece::Stream stream) {
  const std::lock_guard lock(mutex_);
  const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(now().time_since_epoch()).count();
  last_log_nano_ = std::max(last_log_nano_ + 1, at);
  get(container).log.push_back({last_log_nano_, {stream, text + "\n"}});
}

void FakeEngine::write(const std::string& container, const std::string& text, std::int64_t at_nano) {
  const std::lock_guard lock(mutex_);
  get(container).log.push_back({at_nano, {engine::LogPiece::Stream::out, text + "\n"}});
}

void FakeEngine::rotate_log(const std::string& container, std::int64_t nano) {
  const std::lock_guard lock(mutex_);
  for (auto& entry : get(container).log) {
    if (entry.at_nano < nano) entry.piece.bytes.clear();
  }
}

Task<std::unique_ptr<engine::LogStream>> FakeEngine::follow_logs(Call call, std::string container,
                                                                 engine::FollowOptions options) {
  {
    const std::lock_guard lock(mutex_);
    follows_.push_back(options);
  }
  co_await enter(call, "follow_logs", container);
  const std::lock_guard lock(mutex_);
  const auto& held = get(container);
  auto reader = std::make_shared<LogReader>();
  reader->id = held.detail.id;
  reader->since_nano = options.since_nano;
  const auto tail = static_cast<std::size_t>(options.tail);
  reader->at = held.log.size() > tail ? held.log.size() - tail : 0;
  std::erase_if(readers_, [](const auto& weak) { return weak.expired(); });
  readers_.push_back(reader);
  co_return std::make_unique<FakeLogStream>(this, std::move(reader));
}

engine::LogPortion FakeEngine::read_log(LogReader& reader) {
  const std::lock_guard lock(mutex_);
  if (reader.broken || reader.cancelled) throw EngineError(Fault::unreachable, "the log stream broke");
  engine::LogPortion portion;
  const auto* held = find(reader.id);
  for (; held && reader.at < held->log.size() && portion.pieces.size() < 100; ++reader.at) {
    const auto& [at_nano, piece] = held->log[reader.at];
    if (at_nano < reader.since_nano || piece.bytes.empty()) continue;
    const Time second{std::chrono::seconds(at_nano / 1'000'000'000)};
    char fraction[16];
    std::snprintf(fraction, sizeof fraction, ".%09dZ ", static_cast<int>(at_nano % 1'000'000'000));
    portion.pieces.push_back({piece.stream, format_naive(second) + fraction + piece.bytes});
  }
  const bool all = !held || reader.at == held->log.size();
  portion.ended = all && (!held || held->detail.state != "running");
  return portion;
}

void FakeEngine::cut_logs() {
  for (const auto& weak : readers_) {
    if (const auto reader = weak.lock()) reader->broken = true;
  }
}

void FakeEngine::cut_log_streams() {
  const std::lock_guard lock(mutex_);
  cut_logs();
}

std::vector<engine::FollowOptions> FakeEngine::follows() const {
  const std::lock_guard lock(mutex_);
  return follows_;
}

int FakeEngine::open_logs() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(readers_.begin(), readers_.end(), [](const auto& w) { return !w.expired(); }));
}

}  // namespace trinity::test
