#pragma once
#include <atomic>
#include <cstdint>
#include <string>

namespace trinity {

/// What one request cost. Counted from any thread; read when the answer is written (header Server-Timing).
struct CallCost {
  std::atomic<std::uint32_t> sql{0};     ///< SQL statements
  std::atomic<std::uint32_t> engine{0};  ///< container engine calls
};

/// The identity of one piece of work: a request or a background job. Cheap to copy; passed by value to services, stores
/// and the engine client so that costs are counted and log lines carry the request id. Whoever makes it keeps `cost`
/// alive until the work has ended.
class Call {
 public:
  /// `id` must outlive the call: it belongs to the connection or is a literal.
  Call(const std::string* id, CallCost* cost) noexcept : id_(id), cost_(cost) {}

  [[nodiscard]] const std::string& id() const noexcept { return *id_; }
  void count_sql() const noexcept { cost_->sql.fetch_add(1, std::memory_order_relaxed); }
  void count_engine() const noexcept { cost_->engine.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] const CallCost& cost() const noexcept { return *cost_; }

 private:
  const std::string* id_;
  CallCost* cost_;
};

/// Owns the identity of a background job (sampler, event reader, start-up): `BackgroundCall job{"fleet"}; job.call()`.
class BackgroundCall {
 public:
  explicit BackgroundCall(std::string name) : name_(std::move(name)) {}
  BackgroundCall(const BackgroundCall&) = delete;
  BackgroundCall& operator=(const BackgroundCall&) = delete;
  [[nodiscard]] Call call() noexcept { return {&name_, &cost_}; }

 private:
  std::string name_;
  CallCost cost_;
};

}  // namespace trinity
