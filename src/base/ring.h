#pragma once
#include <cstddef>
#include <vector>

namespace trinity {

/// The newest `capacity` values, oldest first. Memory is taken as it fills. Not for several threads.
template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : capacity_(capacity) {}

  void push(T value) {
    if (values_.size() < capacity_) {
      values_.push_back(std::move(value));
    } else if (capacity_ > 0) {
      values_[first_] = std::move(value);
      first_ = (first_ + 1) % capacity_;
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
  /// 0 is the oldest.
  [[nodiscard]] const T& operator[](std::size_t i) const { return values_[(first_ + i) % values_.size()]; }
  [[nodiscard]] const T& back() const { return (*this)[size() - 1]; }
  void clear() noexcept {
    values_.clear();
    first_ = 0;
  }

 private:
  std::size_t capacity_;
  std::size_t first_ = 0;
  std::vector<T> values_;
};

}  // namespace trinity
