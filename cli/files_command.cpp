#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/quantity.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

namespace fs = std::filesystem;

/// The server takes and gives no larger ones.
constexpr std::uintmax_t kLargestFile = 104'857'600;
/// A large file over a slow line.
constexpr std::chrono::minutes kTransferWithin{30};

/// One command line of the group; each command uses what it needs.
struct FilesWish {
  std::string agent;
  std::string path;
  std::string second;              ///< the new path, or the local file
  std::vector<std::string> paths;  ///< of rm and mkdir
  bool all = false;                ///< hidden ones too
  bool tree = false;
  bool force = false;
  bool sure = false;
};

std::string files_of(const std::string& agent, std::string_view operation, const std::string& path) {
  return fmt::format("/api/agents/{}/files{}?path={}", path_segment(agent), operation, path_segment(path));
}

/// The JSON of a success; refusals name the path.
json::value ask_files(Session& session, const Call& call, const std::string& path) {
  try {
    return ask(session.api(), call);
  } catch (const Fault& fault) {
    if (fault.code() == ExitCode::not_signed_in || fault.code() == ExitCode::unreachable) throw;
    throw Fault(fault.code(), harmless(path, false) + ": " + fault.what(), fault.hint());
  }
}

void add_rows(Table& table, const json::array& nodes, bool whole_paths) {
  for (const auto& value : nodes) {
    const auto& node = value.as_object();
    const bool folder = text_of(node, "type") == "directory";
    auto name = text_of(node, whole_paths ? "path" : "name") + (folder ? "/" : "");
    const auto count = static_cast<std::int64_t>(number_of(node, "file_count"));
    auto size = folder ? fmt::format("{} file{}", count, count == 1 ? "" : "s")
                       : bytes_text(static_cast<std::int64_t>(number_of(node, "size")));
    auto modified = text_of(node, "modified").substr(0, 16);
    if (modified.size() > 10) modified[10] = ' ';
    table.add({{std::move(name)}, {std::move(size)}, {std::move(modified), Colour::dim}});
    const auto* inner = node.if_contains("children");
    if (whole_paths && inner != nullptr && inner->is_array()) add_rows(table, inner->get_array(), whole_paths);
  }
}

void list_files(Session& session, const FilesWish& wish) {
  Call call{.path = fmt::format("/api/agents/{}/files?show_hidden={}", path_segment(wish.agent), wish.all)};
  if (!wish.tree) call.path += "&depth=1";
  if (!wish.path.empty()) call.path += "&path=" + path_segment(wish.path);
  const auto found = ask_files(session, call, wish.path.empty() ? wish.agent : wish.path);
  if (session.as_json()) return session.print_json(found);
  auto& terminal = session.terminal();
  const auto& tree = found.as_object();
  if (tree.at("tree").as_array().empty()) {
    terminal.err << "There is nothing there.\n";
    return;
  }
  Table table({{"NAME"}, {"SIZE", Table::Align::right}, {"MODIFIED (UTC)"}});
  add_rows(table, tree.at("tree").as_array(), wish.tree);
  terminal.out << table.text(terminal);
  if (flag_of(tree, "truncated")) terminal.err << "There is more than can be shown at once.\n";
}

std::string last_name(const std::string& path) {
  auto name = fs::path(path).filename().string();
  if (name.empty() || name == "." || name == "..")
    throw Fault(ExitCode::usage, "the path names no file: " + harmless(path, false));
  return name;
}

/// Beside its place first, so that what is there stays until all of it has arrived.
void save(const fs::path& file, const std::string& bytes, bool force) {
  std::error_code fault;
  if (!force && fs::exists(fs::symlink_status(file, fault)))
    throw Fault(ExitCode::failed, file.string() + " is there already", "Write over it with: --force");
  auto beside = file.string() + ".XXXXXX";
  const int made = ::mkostemp(beside.data(), O_CLOEXEC);
  if (made < 0) throw Fault(ExitCode::failed, fmt::format("cannot write {}", file.string()));
  const auto mask = ::umask(0);
  ::umask(mask);
  ::fchmod(made, 0666 & ~mask);
  ::close(made);
  std::ofstream stream(beside, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (stream) fs::rename(beside, file, fault);
  if (!stream || fault) {
    fs::remove(beside, fault);
    throw Fault(ExitCode::failed, fmt::format("cannot write {}", file.string()));
  }
}

void get_file(Session& session, const FilesWish& wish) {
  const bool to_output = wish.second == "-";
  const auto file = to_output             ? fs::path()
                    : wish.second.empty() ? fs::path(last_name(wish.path))
                                          : fs::path(wish.second);
  const auto target = fs::is_directory(file) ? file / last_name(wish.path) : file;
  const auto answer =
      session.api().send({.path = files_of(wish.agent, "/download", wish.path), .limit = kTransferWithin});
  check(answer);
  if (to_output) {
    session.terminal().out << answer.body << std::flush;
    return;
  }
  save(target, answer.body, wish.force);
  if (session.as_json())
    return session.print_json(
        json::object{{"path", wish.path}, {"file", target.string()}, {"size", answer.body.size()}});
  session.terminal().out << fmt::format("{} is saved ({}).\n", harmless(target.string(), false),
                                        bytes_text(static_cast<std::int64_t>(answer.body.size())));
}

std::string bytes_of(Session& session, const std::string& file) {
  std::string bytes;
  if (file == "-") {
    auto& in = session.terminal().in;
    char piece[65536];
    while (bytes.size() <= kLargestFile && (in.read(piece, sizeof piece), in.gcount() > 0))
      bytes.append(piece, static_cast<std::size_t>(in.gcount()));
  } else {
    std::error_code fault;
    const auto size = fs::file_size(file, fault);
    if (fault) throw Fault(ExitCode::failed, fmt::format("cannot read {}: {}", file, fault.message()));
    std::ifstream stream(file, std::ios::binary);
    if (size <= kLargestFile) bytes.assign(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad() || !stream.is_open()) throw Fault(ExitCode::failed, "cannot read " + file);
    if (size > kLargestFile) bytes.resize(kLargestFile + 1);
  }
  if (bytes.size() > kLargestFile)
    throw Fault(ExitCode::failed, fmt::format("{} is larger than {}", file, bytes_text(kLargestFile)));
  return bytes;
}

void put_file(Session& session, const FilesWish& wish) {
  auto path = wish.path;
  if (path.empty() || path.ends_with('/')) {
    if (wish.second == "-") throw Fault(ExitCode::usage, "standard input has no name: say where it goes to");
    path += last_name(wish.second);
  }
  Call call{.method = "PUT", .path = files_of(wish.agent, "/content", path)};
  if (wish.force) call.path += "&overwrite=true";
  call.body = bytes_of(session, wish.second);
  call.content_type = "application/octet-stream";
  call.limit = kTransferWithin;
  const auto size = static_cast<std::int64_t>(call.body.size());
  const auto done = ask_files(session, call, path);
  if (session.as_json()) return session.print_json(done);
  session.terminal().out << fmt::format("{} is uploaded ({}).\n", harmless(path, false), bytes_text(size));
}

void ask_first(Session& session, const FilesWish& wish) {
  if (wish.sure) return;
  auto& terminal = session.terminal();
  if (!terminal.person_types)
    throw Fault(ExitCode::usage, "nobody can be asked whether to delete", "Say so with: --yes");
  const auto what = wish.paths.size() == 1 ? wish.paths.front() : fmt::format("{} paths", wish.paths.size());
  if (!confirm(terminal, fmt::format("Delete {} of {}? Folders go with everything in them.", harmless(what, false),
                                     harmless(wish.agent, false))))
    throw Fault(ExitCode::failed, "nothing was deleted");
}

void remove_files(Session& session, const FilesWish& wish) {
  ask_first(session, wish);
  json::array all;
  for (const auto& path : wish.paths) {
    auto done = ask_files(session, {.method = "DELETE", .path = files_of(wish.agent, "", path)}, path);
    if (!session.as_json()) session.terminal().out << fmt::format("{} is deleted.\n", harmless(path, false));
    all.push_back(std::move(done));
  }
  if (session.as_json()) session.print_json(all);
}

void make_folders(Session& session, const FilesWish& wish) {
  json::array all;
  for (const auto& path : wish.paths) {
    Call call{.method = "POST", .path = fmt::format("/api/agents/{}/files/folder", path_segment(wish.agent))};
    call.body = json::serialize(json::object{{"path", path}});
    auto done = ask_files(session, call, path);
    if (!session.as_json()) session.terminal().out << fmt::format("{} is made.\n", harmless(path, false));
    all.push_back(std::move(done));
  }
  if (session.as_json()) session.print_json(all);
}

void move_file(Session& session, const FilesWish& wish) {
  auto target = wish.second;
  if (target.ends_with('/')) target += last_name(wish.path);
  Call call{.method = "POST", .path = fmt::format("/api/agents/{}/files/move", path_segment(wish.agent))};
  call.body = json::serialize(json::object{{"path", wish.path}, {"new_path", target}});
  const auto done = ask_files(session, call, wish.path);
  if (session.as_json()) return session.print_json(done);
  session.terminal().out << fmt::format("{} is {} now.\n", harmless(wish.path, false), harmless(target, false));
}

using Wish = std::shared_ptr<FilesWish>;

CLI::App* add_verb(CLI::App& files, const std::string& verb, const std::string& help, const Wish& wish) {
  auto* command = files.add_subcommand(verb, help);
  command->add_option("agent", wish->agent, "Its name")->required()->type_name(kAgentType);
  return command;
}

void when_chosen(CLI::App* command, const Wish& wish, void (*work)(Session&, const FilesWish&), Command& chosen) {
  command->callback([wish, work, &chosen] { chosen = [wish, work](Session& session) { work(session, *wish); }; });
}

void add_reading(CLI::App& files, const Wish& wish, Command& chosen) {
  auto* list = add_verb(files, "ls", "What is in a folder", wish);
  list->add_option("path", wish->path, "Absolute, or from the home folder on (default)")->type_name("PATH");
  list->add_flag("-a,--all", wish->all, "Hidden ones too");
  list->add_flag("-R,--recursive", wish->tree, "And in all folders below");
  when_chosen(list, wish, list_files, chosen);

  auto* get = add_verb(files, "get", "Download a file", wish);
  get->add_option("path", wish->path, "The file")->required()->type_name("PATH");
  get->add_option("-o,--output", wish->second, "Local file or folder; - is standard output")->type_name("FILE");
  get->add_flag("-f,--force", wish->force, "Write over a local file");
  when_chosen(get, wish, get_file, chosen);
}

void add_writing(CLI::App& files, const Wish& wish, Command& chosen) {
  auto* put = add_verb(files, "put", "Upload a file", wish);
  put->add_option("file", wish->second, "Local file; - is standard input")->required()->type_name("FILE");
  put->add_option("path", wish->path, "Where to; a folder ends with a slash (default: home folder)")->type_name("PATH");
  put->add_flag("-f,--force", wish->force, "Write over what is there");
  when_chosen(put, wish, put_file, chosen);

  auto* remove = add_verb(files, "rm", "Delete files, and folders with everything in them", wish);
  remove->add_option("paths", wish->paths, "One or more")->required()->type_name("PATH");
  remove->add_flag("-y,--yes", wish->sure, "Do not ask");
  when_chosen(remove, wish, remove_files, chosen);

  auto* folder = add_verb(files, "mkdir", "Make folders, and those above them", wish);
  folder->add_option("paths", wish->paths, "One or more")->required()->type_name("PATH");
  when_chosen(folder, wish, make_folders, chosen);

  auto* move = add_verb(files, "mv", "Rename or move; never over something", wish);
  move->add_option("path", wish->path, "What")->required()->type_name("PATH");
  move->add_option("new-path", wish->second, "Where to; a folder ends with a slash")->required()->type_name("PATH");
  when_chosen(move, wish, move_file, chosen);
}

}  // namespace

void add_files_commands(CLI::App& agents, Command& chosen) {
  auto* files = agents.add_subcommand("files", "The files of an agent that runs");
  files->require_subcommand(1);
  files->fallthrough();
  const auto wish = std::make_shared<FilesWish>();
  add_reading(*files, wish, chosen);
  add_writing(*files, wish, chosen);
  files->footer(
      "  trinityctl agents files ls bot content\n"
      "  trinityctl agents files get bot content/report.pdf\n"
      "  trinityctl agents files put bot notes.md content/\n");
}

}  // namespace trinity::cli
