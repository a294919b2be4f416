#include "templates/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <optional>

#include "base/amounts.h"
#include "base/nearest.h"
#include "base/text.h"
#include "json/write.h"
#include "templates/files.h"
#include "yaml/yaml.h"

namespace trinity::templates {

namespace json = boost::json;

namespace {

using Level = Problem::Level;

constexpr std::size_t most_problems = 100;
constexpr std::size_t most_names = 200;
constexpr std::size_t longest_key = 200;
constexpr const char* yaml_file = "template.yaml";

enum class Shape { text, scalar, whole_number, texts, named, mappings, mapping, other };

struct Rule {
  std::string_view key;
  Shape shape;
};

/// Keys with rules of their own are `other`.
constexpr std::array keys{Rule{"author", Shape::scalar},
                          Rule{"autorun", Shape::other},
                          Rule{"capabilities", Shape::named},
                          Rule{"commands", Shape::named},
                          Rule{"credentials", Shape::other},
                          Rule{"description", Shape::text},
                          Rule{"display_name", Shape::text},
                          Rule{"git", Shape::mapping},
                          Rule{"mcp_servers", Shape::named},
                          Rule{"metrics", Shape::other},
                          Rule{"name", Shape::text},
                          Rule{"platforms", Shape::named},
                          Rule{"priority", Shape::whole_number},
                          Rule{"resources", Shape::other},
                          Rule{"runtime", Shape::other},
                          Rule{"schedules", Shape::other},
                          Rule{"shared_folders", Shape::other},
                          Rule{"skills", Shape::named},
                          Rule{"slash_commands", Shape::named},
                          Rule{"sub_agents", Shape::named},
                          Rule{"tagline", Shape::text},
                          Rule{"tools", Shape::texts},
                          Rule{"type", Shape::other},
                          Rule{"updated", Shape::scalar},
                          Rule{"use_cases", Shape::texts},
                          Rule{"version", Shape::scalar}};

bool is_scalar(const json::value& value) {
  return !value.is_object() && !value.is_array();
}

bool is_named(const json::value& value) {
  if (value.is_string()) return true;
  const auto* fields = value.if_object();
  const auto* name = fields ? fields->if_contains("name") : nullptr;
  return name && name->is_string();
}

/// What a value of that shape is called; null: it is of that shape.
const char* shape_fault(const json::value& value, Shape shape) {
  switch (shape) {
    case Shape::text:
      return value.is_string() ? nullptr : "must be a text";
    case Shape::scalar:
      return is_scalar(value) ? nullptr : "must be a text or a number";
    case Shape::whole_number:
      return value.is_int64() ? nullptr : "must be a whole number";
    case Shape::texts:
    case Shape::named:
    case Shape::mappings:
      return value.is_array() ? nullptr : "must be a list";
    case Shape::mapping:
      return value.is_object() ? nullptr : "must be a mapping";
    case Shape::other:
      break;
  }
  return nullptr;
}

const char* item_fault(const json::value& value, Shape shape) {
  if (shape == Shape::texts && !value.is_string()) return "must be a text";
  if (shape == Shape::named && !is_named(value)) return "must be a name, or a mapping with one";
  if (shape == Shape::mappings && !value.is_object()) return "must be a mapping";
  return nullptr;
}

/// One template.yaml under examination.
class Examination {
 public:
  Examination(const yaml::Document& document, std::vector<Problem>& problems)
      : document_(document), problems_(problems) {}

  void run(const json::object& root);

 private:
  void say(Level level, std::string key, std::string message) {
    if (problems_.size() >= most_problems) return;
    const int line = document_.line_of(key);
    if (key.size() > longest_key) key = preview(key, longest_key);
    problems_.push_back({yaml_file, line, std::move(key), std::move(message), level});
  }
  void warn(std::string key, const std::string& message) { say(Level::warning, std::move(key), message); }

  /// null counts as absent.
  static const json::value* member(const json::object& from, std::string_view key) {
    const auto* found = from.if_contains(key);
    return found && !found->is_null() ? found : nullptr;
  }
  const json::object* mapping(const json::object& from, std::string_view key, std::string path, Level level);
  const json::array* list(const json::object& from, std::string_view key, std::string path);
  void shape(const json::value& value, std::string path, Shape wanted);
  void token(const json::value& value, std::string path, std::size_t longest, Level level);
  void needs_text(const json::object& from, std::string_view key, const std::string& path);
  void variables(const json::object& from, std::string_view key, const std::string& path);

  void known_keys(const json::object& root);
  void resources(const json::object& root);
  void runtime(const json::object& root);
  void command(const json::object& runtime);
  void credentials(const json::object& root);
  void config_files(const json::object& section);
  void metrics(const json::object& root);
  void shared_folders(const json::object& root);
  void schedules(const json::object& root);
  void autorun(const json::object& root);

  const yaml::Document& document_;
  std::vector<Problem>& problems_;
};

const json::object* Examination::mapping(const json::object& from, std::string_view key, std::string path,
                                         Level level) {
  const auto* found = member(from, key);
  if (!found) return nullptr;
  if (found->is_object()) return &found->get_object();
  say(level, std::move(path), level == Level::error ? "must be a mapping" : "must be a mapping; it is left out");
  return nullptr;
}

const json::array* Examination::list(const json::object& from, std::string_view key, std::string path) {
  const auto* found = member(from, key);
  if (!found) return nullptr;
  if (found->is_array()) return &found->get_array();
  warn(std::move(path), "must be a list; it is left out");
  return nullptr;
}

void Examination::shape(const json::value& value, std::string path, Shape wanted) {
  if (const auto* fault = shape_fault(value, wanted)) {
    warn(std::move(path), fmt::format("{}; it is left out", fault));
    return;
  }
  if (!value.is_array()) return;
  for (std::size_t i = 0; i < value.get_array().size(); ++i) {
    if (const auto* fault = item_fault(value.get_array()[i], wanted))
      warn(fmt::format("{}[{}]", path, i), fmt::format("{}; it is left out", fault));
  }
}

void Examination::token(const json::value& value, std::string path, std::size_t longest, Level level) {
  if (!value.is_string()) {
    warn(std::move(path), "must be a text; it is left out");
  } else if (!value.get_string().empty() && !is_token(std::string_view(value.get_string()), longest)) {
    say(level, std::move(path), fmt::format("may hold letters, digits and ._:[]- only, at most {}", longest));
  }
}

void Examination::needs_text(const json::object& from, std::string_view key, const std::string& path) {
  const auto* found = member(from, key);
  if (!found || !found->is_string() || found->get_string().empty()) warn(path, fmt::format("needs '{}', a text", key));
}

void Examination::variables(const json::object& from, std::string_view key, const std::string& path) {
  const auto* names = list(from, key, path);
  if (!names) return;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const auto* text = (*names)[i].if_string();
    if (!text || !is_variable_name(std::string_view(*text)))
      warn(fmt::format("{}[{}]", path, i), "must be the name of a variable, like GITHUB_TOKEN");
  }
}

void Examination::known_keys(const json::object& root) {
  std::array<std::string_view, keys.size()> names{};
  std::ranges::transform(keys, names.begin(), &Rule::key);
  for (const auto& [name, value] : root) {
    const auto* const rule = std::ranges::find(keys, std::string_view(name), &Rule::key);
    if (rule != keys.end()) {
      if (!value.is_null()) shape(value, std::string(name), rule->shape);
    } else if (const auto near = nearest(std::string_view(name), names)) {
      warn(std::string(name), fmt::format("is no key of a template; did you mean '{}'?", *near));
    }
  }
}

void Examination::resources(const json::object& root) {
  const auto* found = mapping(root, "resources", "resources", Level::error);
  if (!found) return;
  const auto amount = [&](const char* key, auto parse, const char* rule) {
    const auto* value = member(*found, key);
    if (!value) return;
    const bool plain = value->is_string() || value->is_number();
    const auto text = value->is_string() ? std::string(value->get_string()) : trinity::json::write(*value);
    if (!plain || !parse(text))
      say(Level::error, fmt::format("resources.{}", key), fmt::format("'{}' {}", preview(text, 40), rule));
  };
  amount("cpu", parse_cpu_quota, "is no number of cores. Use for example 2 or 0.5.");
  amount("memory", parse_memory, "is no size. Use a number with k, m, g or t, for example 4g.");
  for (const auto& [key, value] : *found) {
    if (key != "cpu" && key != "memory")
      warn(fmt::format("resources.{}", std::string_view(key)), "is left out: resources are cpu and memory");
  }
}

void Examination::command(const json::object& runtime) {
  const auto* found = member(runtime, "command");
  const auto* words = found ? found->if_array() : nullptr;
  const bool good =
      words && !words->empty() && words->size() <= 64 && std::ranges::all_of(*words, [](const json::value& one) {
        return one.is_string() && !one.get_string().empty() && one.get_string().size() <= 4'096;
      });
  if (!good) warn(found ? "runtime.command" : "runtime", "runtime.command must be a list of 1 to 64 texts");
  if (const auto* timeout = member(runtime, "timeout")) {
    if (!timeout->is_int64() || timeout->get_int64() < 1 || timeout->get_int64() > 86'400)
      warn("runtime.timeout", "must be 1 to 86400 seconds; 900 is used");
  }
}

void Examination::runtime(const json::object& root) {
  const auto* found = member(root, "runtime");
  if (!found) return;
  if (found->is_string()) {
    token(*found, "runtime", longest_runtime, Level::error);
    return;
  }
  const auto* fields = found->if_object();
  if (!fields) {
    warn("runtime", "must be a name, or a mapping with 'type'; it is left out");
    return;
  }
  const auto* type = member(*fields, "type");
  if (type) token(*type, "runtime.type", longest_runtime, Level::error);
  if (const auto* model = member(*fields, "model")) token(*model, "runtime.model", longest_model, Level::error);
  if (type && type->is_string() && type->get_string() == "command") command(*fields);
}

void Examination::config_files(const json::object& section) {
  const auto* files = list(section, "config_files", "credentials.config_files");
  if (!files) return;
  for (std::size_t i = 0; i < files->size(); ++i) {
    const auto path = fmt::format("credentials.config_files[{}]", i);
    const auto* fields = (*files)[i].if_object();
    if (!fields) {
      warn(path, "must be a mapping with 'path' and 'template'");
      continue;
    }
    needs_text(*fields, "path", path);
    needs_text(*fields, "template", path);
    const auto* place = member(*fields, "path");
    if (!place || !place->is_string()) continue;
    const std::filesystem::path file(std::string(place->get_string()));
    const bool leaves = file.is_absolute() || std::ranges::any_of(file, [](const auto& part) { return part == ".."; });
    if (leaves) warn(path + ".path", "must be relative to the agent's home folder, without '..'");
  }
}

void Examination::credentials(const json::object& root) {
  const auto* section = mapping(root, "credentials", "credentials", Level::warning);
  if (!section) return;
  if (const auto* servers = mapping(*section, "mcp_servers", "credentials.mcp_servers", Level::warning)) {
    if (servers->size() > most_names) say(Level::error, "credentials.mcp_servers", "has more than 200 entries");
    for (const auto& [name, fields] : *servers) {
      const auto path = fmt::format("credentials.mcp_servers.{}", std::string_view(name));
      if (fields.is_null()) continue;
      if (fields.is_object()) {
        variables(fields.get_object(), "env_vars", path + ".env_vars");
      } else {
        warn(path, "must be a mapping with 'env_vars'");
      }
    }
  }
  variables(*section, "env_file", "credentials.env_file");
  config_files(*section);
}

void Examination::metrics(const json::object& root) {
  const auto* found = list(root, "metrics", "metrics");
  if (!found) return;
  constexpr std::array<std::string_view, 6> types{"counter", "gauge", "percentage", "status", "duration", "bytes"};
  for (std::size_t i = 0; i < found->size(); ++i) {
    const auto path = fmt::format("metrics[{}]", i);
    const auto* fields = (*found)[i].if_object();
    if (!fields) {
      warn(path, "must be a mapping with 'name' and 'type'");
      continue;
    }
    needs_text(*fields, "name", path);
    const auto* type = member(*fields, "type");
    const auto* text = type ? type->if_string() : nullptr;
    if (!text || std::ranges::find(types, std::string_view(*text)) == types.end())
      warn(type ? path + ".type" : path, "type must be one of counter, gauge, percentage, status, duration, bytes");
  }
}

void Examination::shared_folders(const json::object& root) {
  const auto* found = mapping(root, "shared_folders", "shared_folders", Level::warning);
  if (!found) return;
  for (const auto* key : {"expose", "consume"}) {
    const auto* flag = member(*found, key);
    if (flag && !flag->is_bool()) warn(fmt::format("shared_folders.{}", key), "must be true or false");
  }
}

void Examination::schedules(const json::object& root) {
  const auto* found = list(root, "schedules", "schedules");
  if (!found) return;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const auto path = fmt::format("schedules[{}]", i);
    const auto* fields = (*found)[i].if_object();
    if (!fields) {
      warn(path, "must be a mapping with 'name', 'cron' and 'message'");
      continue;
    }
    for (const auto* key : {"name", "cron", "message"}) needs_text(*fields, key, path);
  }
}

void Examination::autorun(const json::object& root) {
  const auto* found = mapping(root, "autorun", "autorun", Level::warning);
  if (!found) return;
  needs_text(*found, "message", "autorun");
  const auto* every = member(*found, "every");
  if (!every || !every->is_int64() || every->get_int64() < 1 || every->get_int64() > 86'400)
    warn(every ? "autorun.every" : "autorun", "every must be 1 to 86400 seconds");
}

void Examination::run(const json::object& root) {
  for (const auto& path : document_.repeated) warn(path, "stands there more than once; the last one counts");
  known_keys(root);
  if (!member(root, "name")) warn("name", "is missing: a template without a name cannot be deployed from a folder");
  if (const auto* type = member(root, "type")) token(*type, "type", longest_type, Level::error);
  if (const auto* tools = member(root, "tools"); tools && tools->is_array() && tools->get_array().size() > most_names)
    say(Level::error, "tools", "has more than 200 entries");
  resources(root);
  runtime(root);
  credentials(root);
  metrics(root);
  shared_folders(root);
  schedules(root);
  autorun(root);
}

void examine_yaml(const TemplateFiles& files, std::vector<Problem>& problems) {
  if (!files.has_yaml) {
    problems.push_back({yaml_file, 0, "", "is missing", Level::error});
    return;
  }
  if (!files.yaml) {
    problems.push_back({yaml_file, 0, "", "cannot be read, or is larger than 1 MB", Level::error});
    return;
  }
  const auto document = yaml::read(*files.yaml);
  if (!document) {
    const auto& fault = document.error();
    const auto where = fault.column > 0 ? fmt::format(" (column {})", fault.column) : std::string();
    problems.push_back({yaml_file, fault.line, "", fault.message + where, Level::error});
  } else if (document->value.is_null()) {
    problems.push_back({yaml_file, 0, "", "is empty", Level::error});
  } else if (!document->value.is_object()) {
    problems.push_back({yaml_file, 1, "", "must be a mapping of keys to values", Level::error});
  } else {
    Examination(*document, problems).run(document->value.get_object());
  }
}

void examine_mcp(const std::string& text, const char* file, std::vector<Problem>& problems) {
  json::stream_parser parser;
  boost::system::error_code fault;
  const auto read = parser.write_some(text, fault);
  if (!fault) parser.finish(fault);
  if (fault) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(read, text.size())), '\n');
    problems.push_back({file, static_cast<int>(line), "", "is no JSON: " + fault.message(), Level::warning});
    return;
  }
  const auto root = parser.release();
  const auto* servers = root.is_object() ? root.get_object().if_contains("mcpServers") : nullptr;
  if (!servers || !servers->is_object())
    problems.push_back({file, 1, "mcpServers", "must be a mapping of server names", Level::warning});
}

}  // namespace

bool is_token(std::string_view text, std::size_t longest) noexcept {
  return !text.empty() && text.size() <= longest && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:[]-").find(c) != std::string_view::npos;
  });
}

std::vector<Problem> problems_of(const TemplateFiles& files) {
  std::vector<Problem> found;
  examine_yaml(files, found);
  if (files.mcp) examine_mcp(*files.mcp, ".mcp.json", found);
  if (files.mcp_template) examine_mcp(*files.mcp_template, ".mcp.json.template", found);
  // Those of one line stay in their order.
  std::multimap<int, Problem> by_line;
  for (auto& one : found) by_line.emplace(one.line, std::move(one));
  std::vector<Problem> problems;
  for (auto& [line, one] : by_line) {
    if (problems.size() == most_problems) break;
    problems.push_back(std::move(one));
  }
  return problems;
}

json::object Problem::json() const {
  return {{"file", file},
          {"line", line > 0 ? json::value(line) : json::value(nullptr)},
          {"key", key},
          {"message", message},
          {"level", level == Level::error ? "error" : "warning"}};
}

std::string Problem::text() const {
  auto made = file;
  if (line > 0) made += fmt::format(", line {}", line);
  return key.empty() ? fmt::format("{}: {}", made, message) : fmt::format("{}, {}: {}", made, key, message);
}

json::array problems_json(const std::vector<Problem>& problems) {
  json::array made;
  for (const auto& one : problems) made.push_back(one.json());
  return made;
}

const Problem* first_error(const std::vector<Problem>& problems) noexcept {
  const auto found = std::ranges::find(problems, Level::error, &Problem::level);
  return found == problems.end() ? nullptr : &*found;
}

}  // namespace trinity::templates
