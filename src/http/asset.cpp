#include "http/asset.h"

#include "http/etag.h"
#include "http/gzip.h"
#include "http/text.h"

namespace trinity::http {

void add_page_headers(Headers& headers, std::string_view policy) {
  headers.add("Content-Security-Policy", std::string(policy));
  headers.add("X-Frame-Options", "SAMEORIGIN");
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "no-referrer");
}

Asset::Asset(std::string bytes, std::string type, std::string policy)
    : type_(std::move(type)), policy_(std::move(policy)), digest_(digest(bytes)) {
  packed_ = std::make_shared<const std::string>(gzip(bytes));
  bytes_ = std::make_shared<const std::string>(std::move(bytes));
}

Response Asset::answer(const Headers& asked) const {
  const bool packed = lists_token(asked.find("Accept-Encoding").value_or(""), "gzip");
  const auto tag = strong_tag(digest_, packed ? "gz" : "");
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
