#pragma once
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace trinity::test {

/// What a scrape of Prometheus' text form 0.0.4 holds, read as strictly as its grammar allows.
struct Exposition {
  using Labels = std::map<std::string, std::string>;
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };
  struct Family {
    std::string help;
    std::string type;
    std::vector<Sample> samples;
  };
  std::map<std::string, Family> families;
  std::vector<std::string> faults;

  /// The value of the one sample with exactly these labels.
  [[nodiscard]] std::optional<double> value(const std::string& sample, const Labels& labels = {}) const {
    for (const auto& [name, family] : families) {
      for (const auto& one : family.samples) {
        if (one.name == sample && one.labels == labels) return one.value;
      }
    }
    return std::nullopt;
  }
  /// Different values of a label in a family.
  [[nodiscard]] std::set<std::string> values(const std::string& family, const std::string& label) const {
    std::set<std::string> found;
    const auto named = families.find(family);
    if (named == families.end()) return found;
    for (const auto& sample : named->second.samples) {
      if (const auto at = sample.labels.find(label); at != sample.labels.end()) found.insert(at->second);
    }
    return found;
  }
};

namespace exposition {

inline bool belongs(const std::string& family, const std::string& type, const std::string& sample) {
  if (type != "histogram") return sample == family;
  return sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count";
}

inline double number(const std::string& text, bool& good) {
  if (text == "+Inf") return HUGE_VAL;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  good = good && !text.empty() && *end == '\0';
  return value;
}

/// `name{label="value",...} 1.5`
inline std::optional<Exposition::Sample> sample_of(const std::string& line) {
  static const std::regex form(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? ([^ ]+))");
  static const std::regex label(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$))re");
  std::smatch parts;
  if (!std::regex_match(line, parts, form)) return std::nullopt;
  Exposition::Sample sample{parts[1], {}, 0};
  bool good = true;
  sample.value = number(parts[4], good);
  auto rest = parts[3].str();
  std::smatch one;
  while (!rest.empty()) {
    if (!std::regex_search(rest, one, label, std::regex_constants::match_continuous)) return std::nullopt;
    good = good && sample.labels.emplace(one[1], one[2]).second;
    rest = one.suffix();
  }
  if (!good) return std::nullopt;
  return sample;
}

/// Classes grow with their bounds, end with +Inf, and that one is the count.
inline void check_histogram(const std::string& name, const Exposition::Family& family,
                            std::vector<std::string>& faults) {
  struct Series {
    std::map<double, double> classes;
    std::optional<double> sum;
    std::optional<double> count;
  };
  std::map<Exposition::Labels, Series> all;
  for (auto sample : family.samples) {
    bool good = true;
    double bound = 0;
    if (sample.name == name + "_bucket") {
      bound = number(sample.labels["le"], good);
      sample.labels.erase("le");
      good = good && all[sample.labels].classes.emplace(bound, sample.value).second;
    } else if (sample.name == name + "_sum") {
      all[sample.labels].sum = sample.value;
    } else {
      all[sample.labels].count = sample.value;
    }
    if (!good) faults.push_back(name + ": bad class");
  }
  for (const auto& [labels, series] : all) {
    double before = 0;
    for (const auto& [bound, count] : series.classes) {
      if (count < before) faults.push_back(name + ": classes are not cumulative");
      before = count;
    }
    const bool ends = !series.classes.empty() && std::isinf(series.classes.rbegin()->first);
    if (!ends || !series.sum || !series.count || *series.count != before)
      faults.push_back(name + ": incomplete histogram");
  }
}

}  // namespace exposition

inline Exposition read_exposition(const std::string& text) {
  Exposition read;
  if (text.empty() || text.back() != '\n') read.faults.emplace_back("the last line has no end");
  static const std::regex comment(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
  std::string current;
  std::set<std::string> seen;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, comment)) {
      if (parts[2] != current) {
        current = parts[2];
        if (read.families.contains(current)) read.faults.push_back("twice: " + current);
      }
      auto& family = read.families[current];
      auto& field = parts[1] == "HELP" ? family.help : family.type;
      if (!field.empty() || !family.samples.empty()) read.faults.push_back("out of order: " + line);
      field = parts[3];
      continue;
    }
    const auto sample = exposition::sample_of(line);
    if (!sample) {
      read.faults.push_back("no sample: " + line);
    } else if (!exposition::belongs(current, read.families[current].type, sample->name)) {
      read.faults.push_back("outside of its family: " + line);
    } else if (!seen.insert(line.substr(0, line.rfind(' '))).second) {
      read.faults.push_back("series twice: " + line);
    } else {
      read.families[current].samples.push_back(*sample);
    }
  }
  for (const auto& [name, family] : read.families) {
    if (family.help.empty() || family.type.empty()) read.faults.push_back("no help or type: " + name);
    if (family.type == "counter" && !name.ends_with("_total")) read.faults.push_back("counter without _total: " + name);
    if (family.type == "histogram") exposition::check_histogram(name, family, read.faults);
  }
  return read;
}

}  // namespace trinity::test
