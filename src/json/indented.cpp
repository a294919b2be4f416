#include "json/indented.h"

#include <boost/json.hpp>

#include "json/write.h"

namespace trinity::json {

namespace {

using boost::json::value;

void append_indented(std::string& out, const value& from, std::size_t level);

template <class List, class Each>
void append_list(std::string& out, const List& list, std::size_t level, char open, char close, Each each) {
  out += open;
  bool first = true;
  for (const auto& item : list) {
    out += first ? "\n" : ",\n";
    first = false;
    out.append(2 * (level + 1), ' ');
    each(item);
  }
  if (!first) {
    out += '\n';
    out.append(2 * level, ' ');
  }
  out += close;
}

/// People edit these files.
void append_indented(std::string& out, const value& from, std::size_t level) {
  if (const auto* members = from.if_object()) {
    append_list(out, *members, level, '{', '}', [&](const auto& member) {
      append(out, value(member.key()));
      out += ": ";
      append_indented(out, member.value(), level + 1);
    });
  } else if (const auto* items = from.if_array()) {
    append_list(out, *items, level, '[', ']', [&](const value& item) { append_indented(out, item, level + 1); });
  } else {
    append(out, from);
  }
}

}  // namespace

std::string indented(const value& from) {
  std::string out;
  append_indented(out, from, 0);
  return out + '\n';
}

}  // namespace trinity::json
