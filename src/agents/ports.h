#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

namespace trinity::agents {

/// Hands out SSH ports of the host so that two creations never get the same one. Any thread.
class PortBook {
  /// Outlives the book while a reservation is held: a creation that was cut off at the end of the program ends later.
  struct Reserved {
    std::mutex mutex;
    std::set<std::uint16_t> ports;
  };

 public:
  PortBook(std::uint16_t first, std::uint16_t last) : first_(first), last_(last) {}

  /// A reserved port; given back by its destructor unless kept by then in a label of a container.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(std::shared_ptr<Reserved> among, std::uint16_t port) noexcept : among_(std::move(among)), port_(port) {}
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

   private:
    std::shared_ptr<Reserved> among_;
    std::uint16_t port_ = 0;
  };

  /// The contract's rule 6.3: above the highest of `taken` (the agents' labels), the first of 100 that can be bound on
  /// all interfaces; then the same over the whole range. Throws Failed when none is free.
  [[nodiscard]] Reservation allocate(const std::set<std::uint16_t>& taken);
  /// A port that the caller named. Throws BadRequest when it is below 1024 or in use.
  [[nodiscard]] Reservation claim(std::int64_t port, const std::set<std::uint16_t>& taken);

 private:
  bool try_reserve(std::uint32_t port, const std::set<std::uint16_t>& taken);

  std::uint16_t first_;
  std::uint16_t last_;
  std::shared_ptr<Reserved> reserved_ = std::make_shared<Reserved>();
};

}  // namespace trinity::agents
