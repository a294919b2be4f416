#include "agentd/secret.h"

#include <algorithm>
#include <cctype>

#include "agentd/files.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kLargestFile = 4096;
constexpr std::string_view kScheme = "bearer ";

bool has_scheme(std::string_view authorization) {
  return authorization.size() > kScheme.size() &&
         std::equal(kScheme.begin(), kScheme.end(), authorization.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

Secret::Secret(std::string text) : text_(std::move(text)) {
  while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.back()))) text_.pop_back();
  if (text_.size() < kShortest) text_.clear();
}

Secret Secret::from_file(const std::filesystem::path& file) {
  auto text = read_small_file(file, kLargestFile);
  if (!text) {
    log::error("agentd", "no secret: {}: {}. Only the health check answers.", file.string(), text.error());
    return {};
  }
  Secret secret(std::move(*text));
  if (!secret.known())
    log::error("agentd", "the secret in {} is too short. Only the health check answers.", file.string());
  return secret;
}

bool Secret::matches(std::string_view authorization) const noexcept {
  if (!known() || !has_scheme(authorization)) return false;
  const auto given = authorization.substr(kScheme.size());
  // volatile: the compiler may not leave the loop early.
  volatile unsigned char difference = given.size() == text_.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto a = static_cast<unsigned char>(given[i]);
    const auto b = static_cast<unsigned char>(text_[i % text_.size()]);
    difference = static_cast<unsigned char>(difference | (a ^ b));
  }
  return difference == 0;
}

}  // namespace trinity::agentd
