#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/operation.h"
#include "live/types.h"

namespace trinity::live {

/// The long actions of all people, as far as somebody may still want to see them: those that run, and those that ended
/// within the last minute. Bounded. The hub's thread only.
class Operations {
 public:
  static constexpr std::size_t per_person = 32;
  static constexpr std::chrono::seconds remembered{60};
  /// A running one that has said nothing for so long is taken for lost.
  static constexpr std::chrono::minutes silent{30};

  void note(const Operation& operation, Moment at);
  void tick(Moment at);
  /// JSON text of the list, oldest first.
  [[nodiscard]] std::string list_of(std::int64_t user_id) const;
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct Known {
    std::string id;
    std::string text;  ///< JSON
    bool running = true;
    SteadyTime at{};
  };
  std::unordered_map<std::int64_t, std::deque<Known>> by_user_;
};

/// The `data` of `operation_update`.
[[nodiscard]] std::string operation_data(const Operation& operation);

}  // namespace trinity::live
