#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace trinity::agents {

/// The instance's key, from which every agent's secret is derived. So no agent's secret is stored: the container
/// carries a random nonce in a label, and only who has this key can tell the secret that belongs to it.
class AgentKey {
 public:
  /// Reads the file, or makes it once (0600, 32 random bytes in hex). Throws std::runtime_error when it cannot be read
  /// or is damaged.
  [[nodiscard]] static AgentKey load(const std::filesystem::path& file);

  /// The bearer secret of agentd in the container with this nonce: BLAKE2b keyed with the instance's key, base64url.
  [[nodiscard]] std::string secret_for(std::string_view nonce) const;

 private:
  std::array<unsigned char, 32> key_{};
};

}  // namespace trinity::agents
