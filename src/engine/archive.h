#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::engine {

/// Builds a tar archive in memory for Engine::upload. Bounded: over `max_bytes` it throws PayloadTooLarge.
class ArchiveBuilder {
 public:
  explicit ArchiveBuilder(std::size_t max_bytes = 64 * 1024 * 1024);
  ~ArchiveBuilder();
  ArchiveBuilder(const ArchiveBuilder&) = delete;
  ArchiveBuilder& operator=(const ArchiveBuilder&) = delete;

  struct Owner {
    std::int64_t uid = 0;
    std::int64_t gid = 0;
  };
  /// `path` inside the archive, without leading slash; parent directories are the caller's (add_directory).
  void add_file(const std::string& path, std::string_view content, unsigned mode, Owner owner);
  void add_directory(const std::string& path, unsigned mode, Owner owner);
  /// Everything below `root` under `prefix`. Links are stored as links when they stay inside `root`, else left out;
  /// special files are left out.
  void add_tree(const std::filesystem::path& root, const std::string& prefix, Owner owner);
  /// Ends the archive and hands it over.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trinity::engine
