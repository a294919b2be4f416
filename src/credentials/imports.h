#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "credentials/formats.h"

namespace trinity::credentials {

/// A credential of the person who imports, as far as an import looks at it. The value is a secret; it is needed only
/// for those that are named like a key of the import, or are delivered under it.
struct Owned {
  std::string id;
  std::string name;
  std::string export_as{};
  std::string value{};
};

/// What becomes of one pair.
struct Resolution {
  enum class Outcome { created, reused, renamed };
  Outcome outcome = Outcome::created;
  std::string name;  ///< of the credential
  std::string id{};  ///< of the one that is reused
};

/// Import with conflict resolution. `owned`: everything of the person, newest first. What a person has pasted before
/// under another name is found again too, so that no paste makes a second record of the same value.
[[nodiscard]] Resolution resolve(const Pair& pair, const std::vector<Owned>& owned);

/// Whether this one is what an agent gets under the key.
[[nodiscard]] bool is_delivered_as(const Owned& one, std::string_view key) noexcept;

/// How a pair of a bulk import stands to what is there.
enum class PairState {
  fresh,   ///< no credential of that name
  same,    ///< one of them has this value
  differs  ///< none has
};
[[nodiscard]] PairState state_of(const Pair& pair, const std::vector<Owned>& owned);

}  // namespace trinity::credentials
