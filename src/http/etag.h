#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::http {

/// FNV-1a, 64 bits: tells versions of one text apart, nothing more.
[[nodiscard]] std::uint64_t digest(std::string_view bytes) noexcept;

/// A strong tag, quoted. `form` names a coding of the same text ("gz"): other bytes need another tag.
[[nodiscard]] std::string strong_tag(std::uint64_t digest, std::string_view form = {});

/// The tag of a text's packed form: `"a"` -> `"a-gz"`. Weak tags hold for every form and stay.
[[nodiscard]] std::string packed_tag(std::string_view tag);

/// Whether `If-None-Match` names `tag`, which is quoted and perhaps weak. Compared weakly, as GET asks for; `*` names
/// every tag, and a broken list what stands before the break.
[[nodiscard]] bool is_known(const Headers& asked, std::string_view tag) noexcept;

/// The tag that a client has of a text whose strong tag is `tag`, plain or packed; empty: it has none.
[[nodiscard]] std::string known_form(const Headers& asked, std::string_view tag);

}  // namespace trinity::http
