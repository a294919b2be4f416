#include "vault/secret.h"

#include <sodium.h>

#include <utility>

namespace trinity::vault {

void wipe(std::string& text) noexcept {
  sodium_memzero(text.data(), text.capacity());
  text.clear();
}

Secret::Secret(std::string text) : bytes_(text.begin(), text.end()) {
  wipe(text);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

Secret::~Secret() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

}  // namespace trinity::vault
