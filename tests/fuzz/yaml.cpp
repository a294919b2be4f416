// Templates as agents write them: what the server and agentd make of a template.yaml, whatever it holds.
#include "yaml/yaml.h"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "agentd/template_file.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "json/write.h"
#include "templates/catalogue.h"
#include "templates/files.h"

namespace {

using namespace trinity;
namespace fs = std::filesystem;

/// A folder of templates with one template in it, whose files each run writes anew.
struct Folder {
  Folder() : root(fs::temp_directory_path() / ("trinity-fuzz-yaml-" + std::to_string(::getpid()))) {
    fs::create_directories(root / "demo");
    log::redirect([](const std::string& line) { fuzz::require(line.size() < 4096, "a log line is short"); });
  }
  ~Folder() { fs::remove_all(root); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(root / "demo" / name, std::ios::binary | std::ios::trunc) << text;
  }
  fs::path root;
};

void check_value(const boost::json::value& root) {
  const auto text = json::write(root);
  fuzz::require(to_utf8(text) == text, "texts are UTF-8");
  boost::json::parse_options options;
  options.max_depth = 66;
  boost::system::error_code fault;
  (void)boost::json::parse(text, fault, {}, options);
  fuzz::require(!fault, "what came out of YAML is JSON");
}

void check_agentd(const boost::json::object& root) {
  const auto behaviour = agentd::behaviour_of(root);
  if (behaviour.command) {
    fuzz::require(!behaviour.command->command.empty() && behaviour.command->command.size() <= 64, "1 to 64 arguments");
    fuzz::require(!behaviour.command->command.front().empty(), "a program has a name");
    const auto limit = behaviour.command->timeout.count();
    fuzz::require(limit >= 1 && limit <= 86'400, "a turn ends within a day");
  }
  if (behaviour.autorun) {
    const auto every = behaviour.autorun->every.count();
    fuzz::require(every >= 1 && every <= 86'400, "a message comes once a day or more often");
  }
  const auto card = agentd::template_card({}, agentd::TemplateFile{"/template/template.yaml", root});
  for (const auto* list : {"use_cases", "tools", "mcp_servers"}) fuzz::require(card.at(list).is_array(), "a list");
}

template <class F>
void refused_or_read(F read) {
  try {
    (void)read();
  } catch (const Error&) {
  }
}

void check_server(const fs::path& root) {
  const auto listed = templates::LocalCatalogue(root).list();
  fuzz::require(listed.size() <= 1, "one folder, one template");
  for (const auto& one : listed) {
    (void)json::write(one->item);
    fuzz::require(one->problems.size() <= 100, "problems are bounded");
    for (const auto& problem : one->problems) fuzz::require(problem.text().size() < 2'000, "a problem is short");
  }
  refused_or_read([&] { return templates::local_detail(root, "demo"); });
  refused_or_read([&] { return templates::creation_config(root, "demo"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Behind the first zero byte stands what the other files of a template hold.
  const auto end = text.find('\0');
  const auto other = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  folder.write("template.yaml", text.substr(0, end));
  static std::string written = "nothing yet";
  if (other != written) {
    written = other;
    folder.write(".mcp.json", other);
    folder.write(".env.example", other);
  }
  if (const auto root = yaml::to_json(text)) {
    check_value(*root);
    if (root->is_object()) check_agentd(root->get_object());
  } else {
    fuzz::require(!root.error().empty() && root.error().size() < 1000, "a refusal has a short reason");
  }
  check_server(folder.root);
  return 0;
}
