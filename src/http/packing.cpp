#include "http/packing.h"

#include "http/etag.h"
#include "http/gzip.h"
#include "http/text.h"

namespace trinity::http {

Packing packing_for(const Response& response, bool takes_gzip) noexcept {
  if (response.shared || response.body.size() < pack_from) return Packing::none;
  if (!starts_with_name(response.headers.find("Content-Type").value_or(""), "application/json")) return Packing::none;
  if (response.headers.find("Content-Encoding")) return Packing::none;
  if (!takes_gzip) return Packing::vary;
  return response.body.size() < pack_here_below ? Packing::here : Packing::pool;
}

void pack(Response& response, Packing packing) {
  if (packing == Packing::none) return;
  response.headers.add("Vary", "Accept-Encoding");
  if (packing == Packing::vary) return;
  auto packed = gzip(response.body, Effort::quick);
  if (packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
  if (const auto tag = response.headers.find("ETag")) response.headers.set("ETag", packed_tag(*tag));
}

}  // namespace trinity::http
