#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/durations.h"
#include "http/router.h"

namespace trinity::http {

/// What a server has answered since its start, by route. Each I/O thread writes counters of its own, with plain relaxed
/// stores: the hot path pays no locked instruction and shares no cache line. Any thread may read at any time.
class Traffic {
 public:
  static constexpr std::size_t classes = 5;  ///< 1xx to 5xx

  /// What one route was asked for and what that cost.
  struct Line {
    std::string method;
    std::string route;  ///< pattern, `web` (files of the UI) or `none` (no route, refused heads)
    std::array<std::uint64_t, classes> by_class{};
    Durations durations;
    std::uint64_t sql = 0;
    std::uint64_t engine = 0;

    [[nodiscard]] std::uint64_t requests() const noexcept;
  };

  /// One answer, as the connection knows it when it has been handed to the socket.
  struct Answer {
    std::size_t slot = 0;
    unsigned status = 0;
    std::chrono::nanoseconds took{0};
    std::uint32_t sql = 0;
    std::uint32_t engine = 0;
  };

  Traffic() = default;
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// By the server, before its first connection.
  void prepare(std::size_t lanes, const Router& router);
  [[nodiscard]] std::size_t slot_of(const Route& route) const noexcept;
  [[nodiscard]] std::size_t web_slot() const noexcept { return names_.size() - 2; }
  [[nodiscard]] std::size_t none_slot() const noexcept { return names_.size() - 1; }
  /// Only from the thread of this lane.
  void count(std::size_t lane, const Answer& answer) noexcept;

  void opened() noexcept { opened_.fetch_add(1, std::memory_order_relaxed); }
  void closed() noexcept { closed_.fetch_add(1, std::memory_order_relaxed); }
  void refused() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }

  struct Connections {
    std::uint64_t open = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  ///< closed at once, since too many were open
  };
  [[nodiscard]] Connections connections() const noexcept;
  /// All lanes together; routes that were never asked for are left out.
  [[nodiscard]] std::vector<Line> read() const;

 private:
  struct Slot {
    std::array<std::atomic<std::uint64_t>, classes> by_class{};
    std::array<std::atomic<std::uint64_t>, Durations::bounds.size() + 1> by_duration{};
    std::atomic<std::uint64_t> nanoseconds{0};
    std::atomic<std::uint64_t> sql{0};
    std::atomic<std::uint64_t> engine{0};
  };
  struct Name {
    std::string method;
    std::string route;
  };

  const Route* first_ = nullptr;
  std::vector<Name> names_;
  std::vector<std::unique_ptr<Slot[]>> lanes_;
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> closed_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace trinity::http
