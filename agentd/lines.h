#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// Cuts a stream of bytes into lines (without "\n" or "\r\n"). A line longer than `most` is cut there and the rest of
/// it dropped, so that memory stays bounded.
class Lines {
 public:
  /// `cut`: the line was longer than what is handed over.
  using Take = std::function<void(std::string_view line, bool cut)>;
  explicit Lines(Take take, std::size_t most = 16 * 1024 * 1024) : take_(std::move(take)), most_(most) {}

  void feed(std::string_view bytes);
  /// The stream has ended: hands over a last line without line end.
  void finish();

 private:
  void add(std::string_view bytes);
  void hand_over();

  Take take_;
  std::size_t most_;
  std::string line_;
  bool cut_ = false;
};

}  // namespace trinity::agentd
