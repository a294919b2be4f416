#pragma once
#include <string>

#include "json/decode.h"

namespace trinity::credentials {

/// Throws what it is given, without what the client sent: it may be a secret.
[[noreturn]] void throw_without_inputs(const Unprocessable& fault);

/// decode_body, whose refusals repeat nothing of the body.
template <class T>
[[nodiscard]] T decode_secret_body(const std::string& body) {
  try {
    return json::decode_body<T>(body);
  } catch (const Unprocessable& fault) {
    throw_without_inputs(fault);
  }
}

}  // namespace trinity::credentials
