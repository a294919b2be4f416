#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call.h"
#include "base/caller.h"

namespace trinity::http {

class BodySource;
class Stream;

/// A body that is read piece by piece and never held whole.
struct StreamedBody {
  std::shared_ptr<BodySource> source{};   ///< null: there is none
  std::optional<std::uint64_t> length{};  ///< bytes; nothing: known at its end only
};

enum class Method { get, head, post, put, patch, del, options, other };
[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] Method method_from(std::string_view name) noexcept;

/// Header fields in order; names compare without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Name and value pairs, decoded; the first of a name counts.
class Parameters {
 public:
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// The value, or an empty text. For path parameters, which always exist.
  [[nodiscard]] std::string get(std::string_view name) const { return std::string(find(name).value_or("")); }
  [[nodiscard]] auto begin() const noexcept { return pairs_.begin(); }
  [[nodiscard]] auto end() const noexcept { return pairs_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// A request as handlers see it. Moved into the handler; `call` stays valid until the answer has been written.
struct Request {
  Request(Call c) : call(c) {}

  Method method = Method::get;
  std::string path;   ///< percent-decoded, without query
  Parameters query;   ///< decoded
  Parameters params;  ///< from the route's path, decoded
  Headers headers;
  std::string body;
  StreamedBody streamed;                 ///< instead of `body` on routes that read it themselves (Route::streams)
  std::string remote;                    ///< peer address without port
  bool encrypted = false;                ///< X-Forwarded-Proto says https
  std::shared_ptr<const Caller> caller;  ///< null on routes that anyone may call
  std::shared_ptr<Stream> stream;        ///< the client's connection, see Departure; null for a request made otherwise
  Call call;

  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;
};

/// An answer. A body that many share (a cached list) goes into `shared` and is never copied; so may header lines that
/// belong to it.
struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared;
  /// Instead of both: sent while it is read. When reading fails or gives another length, the connection is cut, so that
  /// the client sees that something is missing.
  StreamedBody streamed;
  /// Whole lines with their CRLF, sent as they are before `headers`. They name Cache-Control and
  /// X-Content-Type-Options, and nothing that the server writes itself.
  std::shared_ptr<const std::string> fields;

  [[nodiscard]] std::string_view bytes() const noexcept {
    return shared ? std::string_view(*shared) : std::string_view(body);
  }

  static Response json(const boost::json::value& value, unsigned status = 200);
  /// `text` is JSON already.
  static Response json_text(std::string text, unsigned status = 200);
  static Response json_shared(std::shared_ptr<const std::string> text);
  static Response empty(unsigned status);
};

/// A form: application/x-www-form-urlencoded or multipart/form-data (fields without file name only; both are bounded by
/// the body limit). No body, another content type or a malformed one gives an empty form, so that missing fields are
/// reported as such.
[[nodiscard]] Parameters parse_form(std::string_view content_type, std::string_view body);
[[nodiscard]] Parameters parse_query(std::string_view raw);
/// `%41+b` -> `A+b` (plus is left alone in paths). Nothing when an escape is broken or gives a zero byte.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view raw, bool plus_is_space);

}  // namespace trinity::http
