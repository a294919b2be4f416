// Texts of agents, of which secrets are hidden: nothing but what is hidden changes, and whatever stands around a key,
// it is hidden.
#include "base/masking.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "fuzz/input.h"

namespace {

using namespace trinity;

/// What is shown is the text with parts of it put out of sight.
bool is_text_with_gaps(std::string_view shown, std::string_view text) {
  for (bool first = true;; first = false) {
    const auto mask = shown.find(secret_mask);
    const auto part = shown.substr(0, mask);
    // The first part begins the text, the last one ends it.
    if (first && !text.starts_with(part)) return false;
    if (mask == std::string_view::npos) return text.ends_with(part);
    const auto at = text.find(part);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + part.size());
    shown.remove_prefix(mask + secret_mask.size());
  }
}

/// JSON in which something is hidden stays JSON.
void check_json(std::string_view text) {
  boost::system::error_code fault;
  const auto written = boost::json::serialize(boost::json::value{{"a", text}, {"TOKEN", 7}});
  boost::json::parse(written, fault);
  if (fault) return;
  boost::json::parse(masked(written), fault);
  fuzz::require(!fault, "JSON stays JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto shown = masked(text);
  if (text.find(secret_mask) == std::string_view::npos)
    fuzz::require(is_text_with_gaps(shown, text), "only what is hidden changes");
  check_json(text);
  const std::string key = "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  const auto around = masked(key + " " + std::string(text) + " " + key);
  // In the middle of a word it is no key.
  fuzz::require(text.find(key) != std::string_view::npos || around.find(key) == std::string::npos,
                "a key is hidden whatever stands around it");
  return 0;
}
