#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "json/write.h"

namespace trinity::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// A described struct (BOOST_DESCRIBE_STRUCT) with its members in order; optional: null when empty; vectors, string
/// maps, JSON values, numbers, texts, booleans. Base classes' members come first.
template <class T>
[[nodiscard]] value encode(const T& from);

template <class T>
[[nodiscard]] std::string to_text(const T& from) {
  return write(encode(from));
}

namespace detail {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

/// The JSON name of a member: a trailing underscore, as in `template_`, only keeps C++ keywords apart.
constexpr std::string_view field_name(std::string_view member) {
  if (member.ends_with('_')) member.remove_suffix(1);
  return member;
}

template <class T>
void add_members(object& into, const T& from) {
  using Bases = boost::describe::describe_bases<T, boost::describe::mod_public>;
  using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Bases>(
      [&](auto base) { add_members(into, static_cast<const typename decltype(base)::type&>(from)); });
  boost::mp11::mp_for_each<Members>([&](auto member) { into[field_name(member.name)] = encode(from.*member.pointer); });
}

template <class T>
struct Encoder {
  static value of(const T& from) {
    if constexpr (Described<T>) {
      object made;
      add_members(made, from);
      return made;
    } else {
      return value(from);
    }
  }
};

template <class T>
struct Encoder<std::optional<T>> {
  static value of(const std::optional<T>& from) { return from ? encode(*from) : value(nullptr); }
};

template <class T>
struct Encoder<std::vector<T>> {
  static value of(const std::vector<T>& from) {
    array made;
    made.reserve(from.size());
    for (const auto& item : from) made.push_back(encode(item));
    return made;
  }
};

template <class T>
struct Encoder<std::map<std::string, T>> {
  static value of(const std::map<std::string, T>& from) {
    object made;
    for (const auto& [key, item] : from) made[key] = encode(item);
    return made;
  }
};

}  // namespace detail

template <class T>
value encode(const T& from) {
  return detail::Encoder<T>::of(from);
}

}  // namespace trinity::json
