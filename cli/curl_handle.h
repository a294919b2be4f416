#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>

#include "cli/api.h"

namespace trinity::cli {

struct CurlDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlDeleter>;
using CurlHeaders = std::unique_ptr<curl_slist, CurlDeleter>;

/// Set for every transfer: where to, whom to trust, only HTTP and HTTPS, no redirect followed (a token must not follow
/// one). libcurl keeps broken pipes of its own from ending the program.
void set_common_options(CURL* handle, const Target& target);

void add_header(CurlHeaders& headers, const std::string& line);

/// What people read when there was no answer, as Fault (unreachable).
[[noreturn]] void throw_unreachable(const std::string& address, CURLcode code);

}  // namespace trinity::cli
