#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "json/encode.h"

namespace trinity::json {

/// The faults found so far, as the contract's ValidationError lists them: {type, loc, msg, input}. All faults of a
/// request are collected before one 422 is thrown.
class Faults {
 public:
  /// `loc` is the whole path, first element body, query, path or header.
  /// `ctx` is left out when empty; an input of more than a few KiB is replaced by null, and after 100 faults further
  /// ones are not kept, so that the answer stays small.
  void add(std::string_view type, array loc, std::string_view message, const value& input, object ctx = {});
  [[nodiscard]] bool empty() const noexcept { return faults_.empty(); }
  /// Throws Unprocessable when there is any.
  void check();

 private:
  array faults_;
};

/// Reads a JSON body into a described struct. Rules of the contract:
/// - unknown fields are ignored; members of type std::optional<T> may be missing or null; every other member is
/// required, unless the
///   struct lists it: `static constexpr std::string_view defaulted[] = {"tools"};` (then its initialiser stands when
///   missing; null is a fault);
/// - leniency: numbers from numeric texts, booleans from true,false,1,0,yes,no,on,off,t,f,y,n in any case and 0/1;
/// texts only from texts;
/// - zero bytes is "no body": type `missing`, loc ["body"]; malformed JSON: `json_invalid`, loc ["body", offset]; not
/// an object:
///   `model_attributes_type`, loc ["body"]. Depth is bounded (32).
/// - messages and types: missing "Field required", string_type "Input should be a valid string", int_type/int_parsing,
///   float_type/float_parsing, bool_type/bool_parsing, list_type, dict_type, int_from_float; fine-grained loc such as
///   ["body","tools",2].
/// Throws Unprocessable with all faults.
template <class T>
[[nodiscard]] T decode_body(std::string_view body);

/// Reads a struct out of a JSON value, collecting faults below `loc`.
template <class T>
void decode_into(T& into, const value& from, const array& loc, Faults& faults);

/// Parses JSON text with the bounds above. Throws Unprocessable (json_invalid).
[[nodiscard]] value parse_body(std::string_view body);

/// A query parameter: absent gives nothing; an unreadable one is added to `faults` (type int_parsing, bool_parsing; loc
/// ["query", name]).
[[nodiscard]] std::optional<std::int64_t> query_int(std::optional<std::string_view> text, std::string_view name,
                                                    Faults& faults);
[[nodiscard]] std::optional<bool> query_bool(std::optional<std::string_view> text, std::string_view name,
                                             Faults& faults);

}  // namespace trinity::json

#include "json/decode_impl.h"
