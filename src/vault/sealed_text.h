#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::vault {

/// A sealed text in its parts. The views look into the text that was parsed.
struct SealedText {
  std::string_view key_id;
  std::vector<unsigned char> wrapped;  ///< nonce and encrypted data key
  std::vector<unsigned char> body;     ///< nonce and encrypted secret
};

inline constexpr std::string_view sealed_prefix = "trinity-sealed:";
inline constexpr std::size_t key_id_length = 16;

/// Nothing when the text is not exactly of the form that compose() writes. Takes any bytes.
[[nodiscard]] std::optional<SealedText> parse_sealed(std::string_view text);

/// The id of the master key, without a look at the rest; empty when it has not the form.
[[nodiscard]] std::string_view key_id_of(std::string_view text) noexcept;

/// How every text begins that is sealed under that key.
[[nodiscard]] std::string sealed_beginning(std::string_view key_id);

[[nodiscard]] std::string compose_sealed(const SealedText& parts);

}  // namespace trinity::vault
