// Queries and forms: name and value pairs out of text that anybody may have written.
#include "http/message.h"
#include "http/text.h"

namespace trinity::http {

namespace {

/// More pairs than any operation has; the rest is ignored.
constexpr std::size_t max_pairs = 1000;

/// A broken pair is left out when `lenient`; else it makes the whole text malformed.
std::optional<Parameters> parse_pairs(std::string_view raw, bool lenient) {
  Parameters found;
  for (std::size_t count = 0; !raw.empty() && count < max_pairs; ++count) {
    auto pair = take_until(raw, '&');
    if (pair.empty()) continue;
    auto name = percent_decode(take_until(pair, '='), true);
    auto value = percent_decode(pair, true);
    if (name && value) {
      found.add(std::move(*name), std::move(*value));
    } else if (!lenient) {
      return std::nullopt;
    }
  }
  return found;
}

/// One part between two boundaries: fields, an empty line, the value. False when it is malformed.
bool add_part(Parameters& into, std::string_view part) {
  const auto split = part.find("\r\n\r\n");
  if (split == std::string_view::npos) return false;
  auto head = part.substr(0, split);
  const auto value = part.substr(split + 4);
  while (!head.empty()) {
    auto line = take_until(head, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!same_name(trim(take_until(line, ':')), "content-disposition")) continue;
    const auto name = field_parameter(line, "name");
    if (!name) return false;
    if (!field_parameter(line, "filename")) into.add(std::string(*name), std::string(value));
    return true;
  }
  return false;
}

/// RFC 7578: parts behind `--boundary` lines, the last one `--boundary--`.
std::optional<Parameters> parse_multipart(std::string_view boundary, std::string_view body) {
  if (boundary.empty() || boundary.size() > 70) return std::nullopt;
  const std::string opening = "--" + std::string(boundary);
  const std::string between = "\r\n" + opening;
  auto at = body.starts_with(opening) ? std::size_t{0} : body.find(between);
  if (at == std::string_view::npos) return std::nullopt;
  body.remove_prefix(at == 0 ? opening.size() : at + between.size());
  Parameters found;
  for (std::size_t count = 0; count < max_pairs; ++count) {
    if (body.starts_with("--")) return found;
    const auto line = body.find("\r\n");
    if (line == std::string_view::npos || !trim(body.substr(0, line)).empty()) return std::nullopt;
    body.remove_prefix(line);  // keeps the line end: an empty part ends with it
    const auto end = body.find(between, 2);
    if (end == std::string_view::npos || !add_part(found, body.substr(2, end - 2))) return std::nullopt;
    body.remove_prefix(end + between.size());
  }
  return std::nullopt;
}

}  // namespace

Parameters parse_query(std::string_view raw) {
  return parse_pairs(raw, true).value_or(Parameters{});
}

Parameters parse_form(std::string_view content_type, std::string_view body) {
  auto rest = content_type;
  const auto type = trim(take_until(rest, ';'));
  if (same_name(type, "application/x-www-form-urlencoded")) {
    return parse_pairs(body, false).value_or(Parameters{});
  }
  if (same_name(type, "multipart/form-data")) {
    return parse_multipart(field_parameter(content_type, "boundary").value_or(""), body).value_or(Parameters{});
  }
  return {};
}

}  // namespace trinity::http
