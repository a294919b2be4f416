#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "agentd/home/home.h"
#include "http/body_source.h"

namespace trinity::agentd {

struct ListingLimits {
  std::size_t entries = 20'000;   ///< that are told
  std::size_t counted = 200'000;  ///< that are counted only, below the last level that is told
  int depth = 32;
  std::size_t bytes = 8 * 1024 * 1024;  ///< of JSON
  std::chrono::seconds time{20};
};

struct ListingWish {
  bool show_hidden = false;
  int levels = 0;  ///< that are told; 0: as deep as the limit
};

/// A tree as JSON (the contract's FileTree) in pieces, so that a large one is never copied.
struct Listing {
  std::vector<std::string> pieces;
  std::size_t bytes = 0;
};

/// The tree below a folder that was found. Links are told by what they lead to and not followed. Blocks, for the time
/// of the limit at most; `stop` ends it early.
[[nodiscard]] Listing list_tree(const Home& home, const Place& place, ListingWish wish, ListingLimits limits,
                                std::stop_token stop);

/// Gives the pieces away one after the other, and their memory with them.
[[nodiscard]] std::shared_ptr<http::BodySource> body_of(Listing listing);

}  // namespace trinity::agentd
