#pragma once
#include <span>
#include <string>
#include <string_view>

namespace trinity::platform {

/// A key of the platform at another company, kept as a secret system setting.
struct KeyKind {
  std::string_view name;           ///< in paths and answers: "anthropic"
  std::string_view setting;        ///< "anthropic_api_key"
  std::string_view storing_fault;  ///< what a refused key is answered with when it is to be stored
  std::string_view testing_fault;  ///< and when it is to be tested
  bool (*begins_well)(std::string_view key);
};

/// In the order of answers.
[[nodiscard]] std::span<const KeyKind> key_kinds() noexcept;
/// Null: no such key.
[[nodiscard]] const KeyKind* key_kind(std::string_view name) noexcept;
[[nodiscard]] const KeyKind* key_kind_of_setting(std::string_view setting) noexcept;

/// Without white space at both ends.
[[nodiscard]] std::string_view stripped(std::string_view key) noexcept;
/// Whether a stripped key may be one of this kind: its begin, its length, and printable ASCII without blanks.
[[nodiscard]] bool is_well_formed(const KeyKind& kind, std::string_view key) noexcept;
/// What is shown of a key: "..." and its last four characters, or "****" for a short one.
[[nodiscard]] std::string masked(std::string_view key);

}  // namespace trinity::platform
