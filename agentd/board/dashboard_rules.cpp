#include "agentd/board/dashboard_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "base/text.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t kMostFaults = 100;
constexpr std::size_t kShownValue = 100;
constexpr double kLeastRefresh = 5;
constexpr std::int64_t kMostColumns = 4;

struct Kind {
  std::string_view name;
  std::span<const std::string_view> required;
};

constexpr std::array<std::string_view, 2> kMetric{"label", "value"};
constexpr std::array<std::string_view, 3> kStatus{"label", "value", "color"};
constexpr std::array<std::string_view, 1> kText{"content"};
constexpr std::array<std::string_view, 2> kTable{"columns", "rows"};
constexpr std::array<std::string_view, 1> kList{"items"};
constexpr std::array<std::string_view, 2> kLink{"label", "url"};
constexpr std::array<std::string_view, 2> kImage{"src", "alt"};

constexpr std::array<Kind, 11> kKinds{{{"metric", kMetric},
                                       {"status", kStatus},
                                       {"progress", kMetric},
                                       {"text", kText},
                                       {"markdown", kText},
                                       {"table", kTable},
                                       {"list", kList},
                                       {"link", kLink},
                                       {"image", kImage},
                                       {"divider", {}},
                                       {"spacer", {}}}};

/// The member; null counts as missing where a list or mapping is expected.
const value* given(const object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

std::string shown(const value& what) {
  if (const auto* text = what.if_string()) return preview({text->data(), text->size()}, kShownValue);
  return preview(json::write(what), kShownValue);
}

bool is_good_refresh(const value& refresh) {
  return refresh.is_number() && refresh.to_number<double>() >= kLeastRefresh;
}

bool is_good_columns(const value& columns) {
  const auto* number = columns.if_int64();
  return number != nullptr && *number >= 1 && *number <= kMostColumns;
}

std::string names_of_kinds() {
  std::vector<std::string_view> names;
  names.reserve(kKinds.size());
  for (const auto& kind : kKinds) names.push_back(kind.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

class Check {
 public:
  std::vector<std::string> run(const value& root) {
    if (const auto* members = root.if_object()) {
      whole(*members);
    } else {
      add("The document must be a mapping");
    }
    return std::move(faults_);
  }

 private:
  void add(std::string fault) {
    if (faults_.size() < kMostFaults) faults_.push_back(std::move(fault));
  }

  void whole(const object& root) {
    if (!root.contains("title")) add("Missing required 'title' field");
    const auto* sections = given(root, "sections");
    if (sections == nullptr) return add("Missing required 'sections' field");
    if (!sections->is_array()) return add("'sections' must be a list");
    if (const auto* refresh = given(root, "refresh"); refresh != nullptr && !is_good_refresh(*refresh)) {
      add(fmt::format("'refresh' must be a number >= 5, got {}", shown(*refresh)));
    }
    std::size_t number = 0;
    for (const auto& one : sections->get_array()) section(one, fmt::format("Section {}", number++));
  }

  void section(const value& of, const std::string& place) {
    const auto* members = of.if_object();
    if (members == nullptr) return add(place + ": must be a mapping");
    const auto* widgets = given(*members, "widgets");
    if (widgets == nullptr) return add(place + ": missing required 'widgets' field");
    if (!widgets->is_array()) return add(place + ": 'widgets' must be a list");
    if (const auto* layout = given(*members, "layout"); layout != nullptr && *layout != "grid" && *layout != "list") {
      add(fmt::format("{}: invalid layout '{}'. Valid values: grid, list", place, shown(*layout)));
    }
    if (const auto* columns = given(*members, "columns"); columns != nullptr && !is_good_columns(*columns)) {
      add(fmt::format("{}: columns must be 1-4, got {}", place, shown(*columns)));
    }
    std::size_t number = 0;
    for (const auto& one : widgets->get_array()) widget(one, fmt::format("{}, Widget {}", place, number++));
  }

  void widget(const value& of, const std::string& place) {
    const auto* members = of.if_object();
    if (members == nullptr) return add(place + ": must be a mapping");
    const auto* type = given(*members, "type");
    if (type == nullptr) return add(place + ": missing 'type' field");
    const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                    [type](const Kind& one) { return *type == boost::json::string_view(one.name); });
    if (kind == kKinds.end()) {
      return add(fmt::format("{}: invalid type '{}'. Valid types: {}", place, shown(*type), names_of_kinds()));
    }
    const auto missing = std::find_if(kind->required.begin(), kind->required.end(),
                                      [members](std::string_view field) { return !members->contains(field); });
    if (missing != kind->required.end()) {
      add(fmt::format("{} ({}): missing required '{}' field", place, kind->name, *missing));
    }
  }

  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> dashboard_faults(const value& root) {
  return Check().run(root);
}

}  // namespace trinity::agentd
