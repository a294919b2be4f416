#include "agentd/home/changes.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "agentd/home/reading.h"
#include "base/errors.h"

namespace trinity::agentd {

namespace {

constexpr mode_t new_file = 0644;
constexpr mode_t new_folder = 0755;
constexpr std::size_t longest_name = 255;

void refuse_home(const Place& place, std::string_view verb) {
  if (place.is_home()) throw Forbidden(fmt::format("Cannot {} home directory", verb));
}

std::string refusal(const Place& place, std::string_view verb) {
  return fmt::format("Cannot {} protected path: {}", verb, place.name());
}

void refuse_protected(bool is_protected, const Place& place, std::string_view verb) {
  if (is_protected) throw Forbidden(refusal(place, verb));
}

void check_name(const std::string& name) {
  if (name.size() > longest_name) throw BadRequest(fmt::format("A name is longer than {} bytes", longest_name));
}

/// The owner's own choice: a file that may not be written is not replaced either.
void check_writable(const Place& place) {
  if (::faccessat(place.folder.number(), place.name().c_str(), W_OK, AT_EACCESS) != 0) throw Failed(system_reason());
}

}  // namespace

Replacing begin_update(const Home& home, std::string_view asked, std::optional<std::string_view> if_match) {
  auto place = home.find(asked, Home::Last::follow);
  if (!place.is_home()) refuse_protected(place.protection().edit, place, "edit");
  const auto file = open_file(place, asked);
  const bool changed = if_match && *if_match != "*" && *if_match != file.tag;
  if (!is_text(file)) throw BadRequest(fmt::format("Not a text file: {}", asked));
  check_writable(place);
  return {FileWriter(std::move(place.folder), place.name(), place.about.st_mode), changed};
}

Uploading begin_upload(const Home& home, std::string_view asked, bool overwrite) {
  auto place = home.find(asked, Home::Last::follow);
  if (place.is_home()) throw BadRequest(fmt::format("Not a file: {}", asked));
  refuse_protected(place.protection().edit, place, "edit");
  if (place.state == Place::State::nowhere) throw NotFound(fmt::format("Folder not found: {}", asked));
  check_name(place.name());
  if (place.is_there()) {
    if (!place.is_file()) throw BadRequest(fmt::format("Not a file: {}", asked));
    if (!overwrite) throw Conflict(fmt::format("Already exists: {}", asked));
    check_writable(place);
  }
  const auto mode = place.is_there() ? place.about.st_mode : new_file;
  const bool created = !place.is_there();
  return {FileWriter(std::move(place.folder), place.name(), mode), created};
}

Removed remove_path(const Home& home, std::string_view asked, RemovalLimits limits, std::stop_token stop) {
  const auto place = home.find(asked, Home::Last::keep);
  refuse_home(place, "delete");
  refuse_protected(place.protection().remove, place, "delete");
  if (!place.is_there()) throw NotFound(fmt::format("File not found: {}", asked));
  const auto refused = refusal(place, "delete");
  const auto entries = remove_tree(place, refused, limits, std::move(stop));
  return {place.is_folder(), entries};
}

void make_folder(const Home& home, std::string_view asked) {
  auto place = home.find(asked, Home::Last::follow);
  if (place.is_there()) throw Conflict(fmt::format("Already exists: {}", asked));
  refuse_protected(place.protection().edit, place, "create");
  for (const auto& name : place.path) check_name(name);
  // The walk ended at the deepest folder that exists; from there on it goes down only.
  auto open = std::move(place.folder);
  for (auto name = place.path.begin() + static_cast<std::ptrdiff_t>(place.path.size() - place.missing);
       name != place.path.end(); ++name) {
    const bool last = name + 1 == place.path.end();
    if (::mkdirat(open.number(), name->c_str(), new_folder) != 0 && (errno != EEXIST || last)) {
      if (errno == EEXIST) throw Conflict(fmt::format("Already exists: {}", asked));
      if (errno == ENOTDIR) throw BadRequest(fmt::format("Not a folder on the way: {}", asked));
      throw Failed(system_reason());
    }
    Descriptor next(::openat(open.number(), name->c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) throw Failed(system_reason());
    open = std::move(next);
  }
}

void move_path(const Home& home, std::string_view from, std::string_view to) {
  const auto source = home.find(from, Home::Last::keep);
  refuse_home(source, "move");
  const auto guard = source.protection();
  refuse_protected(guard.remove || guard.edit || guard.keeps_secrets, source, "move");
  if (!source.is_there()) throw NotFound(fmt::format("File not found: {}", from));
  const auto target = home.find(to, Home::Last::keep);
  if (target.is_there()) throw Conflict(fmt::format("Already exists: {}", to));
  refuse_protected(target.protection().edit, target, "create");
  if (target.state == Place::State::nowhere) throw NotFound(fmt::format("Folder not found: {}", to));
  check_name(target.name());
  if (is_mount(source.folder.number(), source.name().c_str())) throw Forbidden(refusal(source, "move"));
  move_to_free_name(source.folder.number(), source.name(), target.folder.number(), target.name(), to);
}

}  // namespace trinity::agentd
