#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::http {

/// A text that the program carries in itself and serves as it is: with its gzip form, a strong ETag per form, and 304
/// for a client that has it. Immutable; shared by all answers. Any thread.
class Asset {
 public:
  /// `policy`: the Content-Security-Policy of a page; empty for what is no page. Packs: for start-up, not per request.
  Asset(std::string bytes, std::string type, std::string policy = {});

  [[nodiscard]] Response answer(const Headers& asked) const;
  [[nodiscard]] const std::string& bytes() const noexcept { return *bytes_; }

 private:
  std::shared_ptr<const std::string> bytes_;
  std::shared_ptr<const std::string> packed_;
  std::string type_;
  std::string policy_;
  std::uint64_t digest_;  ///< of the plain bytes
};

/// What every page and file carries so that a browser takes it for nothing else.
void add_page_headers(Headers& headers, std::string_view policy);

}  // namespace trinity::http
