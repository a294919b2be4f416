#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace trinity::runstats {

/// Which names have changed since when: whoever was told up to a number asks for what is newer, and that costs as much
/// as has changed. One thread at a time.
class ChangeLog {
 public:
  void touch(const std::string& name) {
    auto& number = of_[name];
    if (number != 0) by_number_.erase(number);
    number = ++newest_;
    by_number_.emplace_hint(by_number_.end(), number, name);
  }
  void forget(const std::string& name) {
    const auto it = of_.find(name);
    if (it == of_.end()) return;
    by_number_.erase(it->second);
    of_.erase(it);
  }
  [[nodiscard]] std::vector<std::string> since(std::uint64_t number) const {
    std::vector<std::string> names;
    for (auto it = by_number_.upper_bound(number); it != by_number_.end(); ++it) names.push_back(it->second);
    return names;
  }
  [[nodiscard]] std::uint64_t newest() const noexcept { return newest_; }

 private:
  std::uint64_t newest_ = 0;
  std::map<std::uint64_t, std::string> by_number_;
  std::unordered_map<std::string, std::uint64_t> of_;
};

}  // namespace trinity::runstats
