#pragma once
// The templates behind decode.h. Include decode.h instead.
#include <concepts>
#include <limits>
#include <utility>

#include "json/decode.h"

namespace trinity::json::detail {

/// `loc` and one step further down.
[[nodiscard]] array below(const array& loc, value step);

bool read_text(std::string& into, const value& from, const array& loc, Faults& faults);
bool read_bool(bool& into, const value& from, const array& loc, Faults& faults);
bool read_float(double& into, const value& from, const array& loc, Faults& faults);
/// Whole numbers between `least` and `most`.
bool read_int(std::int64_t& into, std::int64_t least, std::int64_t most, const value& from, const array& loc,
              Faults& faults);
void add_missing(const array& loc, std::string_view field, const value& input, Faults& faults);

template <class T>
struct Decoder {
  static void read(T& into, const value& from, const array& loc, Faults& faults);
};

template <>
struct Decoder<value> {
  static void read(value& into, const value& from, const array&, Faults&) { into = from; }
};

template <>
struct Decoder<object> {
  static void read(object& into, const value& from, const array& loc, Faults& faults) {
    if (const auto* found = from.if_object()) {
      into = *found;
    } else {
      faults.add("dict_type", loc, "Input should be a valid dictionary", from);
    }
  }
};

template <>
struct Decoder<array> {
  static void read(array& into, const value& from, const array& loc, Faults& faults) {
    if (const auto* found = from.if_array()) {
      into = *found;
    } else {
      faults.add("list_type", loc, "Input should be a valid list", from);
    }
  }
};

template <class T>
struct Decoder<std::optional<T>> {
  static void read(std::optional<T>& into, const value& from, const array& loc, Faults& faults) {
    if (from.is_null()) {
      into.reset();
      return;
    }
    Decoder<T>::read(into.emplace(), from, loc, faults);
  }
};

template <class T>
struct Decoder<std::vector<T>> {
  static void read(std::vector<T>& into, const value& from, const array& loc, Faults& faults) {
    const auto* items = from.if_array();
    if (!items) {
      faults.add("list_type", loc, "Input should be a valid list", from);
      return;
    }
    into.clear();
    into.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
      T item{};
      Decoder<T>::read(item, (*items)[i], below(loc, i), faults);
      into.push_back(std::move(item));
    }
  }
};

template <class T>
struct Decoder<std::map<std::string, T>> {
  static void read(std::map<std::string, T>& into, const value& from, const array& loc, Faults& faults) {
    const auto* items = from.if_object();
    if (!items) {
      faults.add("dict_type", loc, "Input should be a valid dictionary", from);
      return;
    }
    into.clear();
    for (const auto& [key, item] : *items) {
      Decoder<T>::read(into[std::string(key)], item, below(loc, value(key)), faults);
    }
  }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Whether T's own list names the field as one whose initialiser stands when it is missing.
template <class T>
constexpr bool has_default(std::string_view field) {
  if constexpr (requires { T::defaulted; }) {
    for (const std::string_view name : T::defaulted) {
      if (name == field) return true;
    }
  }
  return false;
}

/// `Top` is the struct asked for, T it or one of its bases.
template <class Top, class T>
void read_members(T& into, const value& whole, const object& from, const array& loc, Faults& faults) {
  using Bases = boost::describe::describe_bases<T, boost::describe::mod_public>;
  using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Bases>([&](auto base) {
    using Base = typename decltype(base)::type;
    read_members<Top, Base>(static_cast<Base&>(into), whole, from, loc, faults);
  });
  boost::mp11::mp_for_each<Members>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(into.*member.pointer)>;
    constexpr auto name = field_name(member.name);
    const auto found = from.find(name);
    if (found != from.end()) {
      Decoder<Field>::read(into.*member.pointer, found->value(), below(loc, value(name)), faults);
    } else if (!is_optional<Field> && !has_default<T>(name) && !has_default<Top>(name)) {
      add_missing(loc, name, whole, faults);
    }
  });
}

template <class T>
void Decoder<T>::read(T& into, const value& from, const array& loc, Faults& faults) {
  if constexpr (Described<T>) {
    if (const auto* fields = from.if_object()) {
      read_members<T, T>(into, from, *fields, loc, faults);
    } else {
      faults.add("model_attributes_type", loc, "Input should be a valid dictionary or object to extract fields from",
                 from);
    }
  } else if constexpr (std::same_as<T, std::string>) {
    read_text(into, from, loc, faults);
  } else if constexpr (std::same_as<T, bool>) {
    read_bool(into, from, loc, faults);
  } else if constexpr (std::floating_point<T>) {
    double number = 0;
    if (read_float(number, from, loc, faults)) into = static_cast<T>(number);
  } else {
    static_assert(std::integral<T>, "no rule how to decode this type");
    constexpr auto top = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::signed_integral<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
    constexpr auto most = std::cmp_less(std::numeric_limits<T>::max(), top)
                              ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
                              : top;
    std::int64_t number = 0;
    if (read_int(number, least, most, from, loc, faults)) into = static_cast<T>(number);
  }
}

/// Like parse_body, for bodies that must be there.
[[nodiscard]] value parse_required_body(std::string_view body);

}  // namespace trinity::json::detail

namespace trinity::json {

template <class T>
void decode_into(T& into, const value& from, const array& loc, Faults& faults) {
  detail::Decoder<T>::read(into, from, loc, faults);
}

template <class T>
T decode_body(std::string_view body) {
  const value parsed = detail::parse_required_body(body);
  T made{};
  Faults faults;
  decode_into(made, parsed, array{"body"}, faults);
  faults.check();
  return made;
}

}  // namespace trinity::json
