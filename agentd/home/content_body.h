#pragma once
#include <functional>
#include <memory>
#include <string_view>

namespace trinity::agentd {

/// Reads the body `{"content": "..."}` as it arrives and hands the text on, so that a long one is never held. Other
/// members are passed over.
class ContentBody {
 public:
  struct Taker {
    std::function<void()> begin;                 ///< the text begins, also a second time: the last one counts
    std::function<void(std::string_view)> text;  ///< a piece of it, UTF-8, perhaps cut inside a character
  };
  explicit ContentBody(Taker taker);
  ~ContentBody();
  ContentBody(const ContentBody&) = delete;
  ContentBody& operator=(const ContentBody&) = delete;

  /// Throws Unprocessable for what is no JSON.
  void feed(std::string_view bytes);
  /// Throws Unprocessable when the body is missing, or no object, or its content is missing or no text.
  void finish();

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace trinity::agentd
