#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace trinity {

/// Random bytes from the kernel (getrandom). Throws std::system_error when the kernel refuses.
void random_bytes(std::span<unsigned char> out);
/// Lower-case hex of `bytes` random bytes.
[[nodiscard]] std::string random_hex(std::size_t bytes);
/// base64url without padding of `bytes` random bytes; 16 bytes give the contract's 22 character ids.
[[nodiscard]] std::string random_base64url(std::size_t bytes);
/// UUID version 4.
[[nodiscard]] std::string random_uuid();

[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);
[[nodiscard]] std::string base64url(std::span<const unsigned char> bytes);

}  // namespace trinity
