#include "http/asset.h"

#include <fmt/format.h>

#include "http/gzip.h"
#include "http/text.h"

namespace trinity::http {

namespace {

/// FNV-1a, 64 bits: it has to tell versions of one text apart, nothing more.
std::uint64_t digest(std::string_view bytes) noexcept {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string_view without_weakness(std::string_view tag) noexcept {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

}  // namespace

bool is_known(const Headers& asked, std::string_view tag) noexcept {
  auto list = asked.find("If-None-Match").value_or("");
  while (!list.empty()) {
    const auto known = trim(take_until(list, ','));
    if (known == "*" || (!known.empty() && without_weakness(known) == without_weakness(tag))) return true;
  }
  return false;
}

void add_page_headers(Headers& headers, std::string_view policy) {
  headers.add("Content-Security-Policy", std::string(policy));
  headers.add("X-Frame-Options", "SAMEORIGIN");
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "no-referrer");
}

Asset::Asset(std::string bytes, std::string type, std::string policy)
    : type_(std::move(type)),
      policy_(std::move(policy)),
      tag_(fmt::format("{:x}-{:016x}", bytes.size(), digest(bytes))) {
  packed_ = std::make_shared<const std::string>(gzip(bytes));
  bytes_ = std::make_shared<const std::string>(std::move(bytes));
}

Response Asset::answer(const Headers& asked) const {
  const bool packed = lists_token(asked.find("Accept-Encoding").value_or(""), "gzip");
  const auto tag = fmt::format("\"{}{}\"", tag_, packed ? "-gz" : "");
  Response made;
  made.headers.add("Cache-Control", "no-cache");
  made.headers.add("ETag", tag);
  made.headers.add("Vary", "Accept-Encoding");
  if (!policy_.empty()) add_page_headers(made.headers, policy_);
  if (is_known(asked, tag)) {
    made.status = 304;
    return made;
  }
  made.headers.add("Content-Type", type_);
  if (packed) made.headers.add("Content-Encoding", "gzip");
  made.shared = packed ? packed_ : bytes_;
  return made;
}

}  // namespace trinity::http
