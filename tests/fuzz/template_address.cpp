// Template ids as people send them: what is taken apart leads only where the list allows, and reads the same again.
#include "fuzz/input.h"
#include "templates/address.h"

namespace {

using namespace trinity;
using templates::RepositoryAddress;

const templates::GitPlaces places{"https://github.com",
                                  {"github.com", "git.example.com:8443", "http://127.0.0.1:8080", "file:/srv/git"}};

void check(const RepositoryAddress& address) {
  const auto url = address.url();
  fuzz::require(url.find('@') == std::string::npos, "no user name in an address");
  fuzz::require(url.find("/../") == std::string::npos && !url.ends_with("/.."), "no way up");
  for (const char c : url) fuzz::require(c > ' ' && c < 0x7f && c != '%' && c != '\\' && c != '?', "plain characters");
  if (address.transport == RepositoryAddress::Transport::file) {
    fuzz::require(address.origin.empty() && address.path.starts_with("/srv/git/"), "below the folder");
  } else {
    const bool listed = address.origin == "https://github.com" || address.origin == "https://git.example.com:8443" ||
                        address.origin == "http://127.0.0.1:8080";
    fuzz::require(listed, "only listed hosts");
    fuzz::require(address.path.size() > 1 && address.path.front() == '/', "a path");
  }
  fuzz::require(address.branch.empty() || templates::is_branch_name(address.branch), "a branch is one");
  const auto branch = address.branch.empty() ? "" : "@" + address.branch;
  const auto again = templates::parse_repository("git:" + url + branch, places);
  fuzz::require(again.has_value(), "what was read can be read again");
  fuzz::require(again->url() == url && again->branch == address.branch, "and means the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = templates::parse_repository(text, places);
  if (read) {
    check(*read);
  } else {
    fuzz::require(!read.error().empty() && read.error().size() < 1'000, "a refusal has a short reason");
  }
  (void)templates::host_entry_fault(text);
  return 0;
}
