#include "audit/routes.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <limits>

#include "json/decode.h"

namespace trinity::audit {

namespace {

using http::Request;
using http::Response;

constexpr std::int64_t usual_page = 100;
constexpr std::int64_t largest_page = 500;
constexpr std::size_t longest_filter = 300;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object shown(const Entry& entry) {
  boost::system::error_code fault;
  auto detail = boost::json::parse(entry.detail, fault);
  if (fault) detail = json::object();
  return {{"id", entry.id},
          {"at", entry.at},
          {"request_id", entry.request_id},
          {"user", text_or_null(entry.user)},
          {"user_id", entry.user_id},
          {"by", entry.by},
          {"by_agent", text_or_null(entry.by_agent)},
          {"action", entry.action},
          {"object_kind", text_or_null(entry.object_kind)},
          {"object_id", text_or_null(entry.object_id)},
          {"agent", text_or_null(entry.agent)},
          {"result", entry.result},
          {"detail", std::move(detail)}};
}

std::string filter_of(const Request& request, std::string_view name, json::Faults& faults) {
  std::string text(request.query.find(name).value_or(""));
  if (text.size() <= longest_filter) return text;
  faults.add("string_too_long", {"query", name}, "String should have at most 300 bytes", nullptr,
             {{"max_length", longest_filter}});
  return {};
}

std::int64_t number_of(const Request& request, std::string_view name, std::int64_t least, std::int64_t most,
                       std::int64_t fallback, json::Faults& faults) {
  const auto given = json::query_int(request.query.find(name), name, faults);
  if (!given || (*given >= least && *given <= most)) return given.value_or(fallback);
  faults.add("value_error", {"query", name}, fmt::format("Use a number from {} to {}", least, most), *given);
  return fallback;
}

/// `object`: a kind, or kind:id.
Search search_of(const Request& request) {
  json::Faults faults;
  Search search;
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  search.limit = number_of(request, "limit", 1, largest_page, usual_page, faults);
  search.before = number_of(request, "before", 1, greatest, greatest, faults);
  search.user = filter_of(request, "user", faults);
  search.agent = filter_of(request, "agent", faults);
  search.action = filter_of(request, "action", faults);
  const auto object = filter_of(request, "object", faults);
  faults.check();
  const auto colon = object.find(':');
  search.object_kind = object.substr(0, colon);
  if (colon != std::string::npos) search.object_id = object.substr(colon + 1);
  return search;
}

Task<Response> list(Journal* journal, Request request) {
  auto search = search_of(request);
  const auto limit = search.limit;
  // One more tells whether there are more.
  ++search.limit;
  auto found = co_await journal->find(request.call, std::move(search));
  const bool more = std::ssize(found) > limit;
  if (more) found.pop_back();
  json::object made;
  made["next"] = more ? json::value(found.back().id) : json::value(nullptr);
  made["lost"] = journal->lost();
  json::array entries;
  entries.reserve(found.size());
  for (const auto& entry : found) entries.push_back(shown(entry));
  made["entries"] = std::move(entries);
  co_return Response::json(made);
}

}  // namespace

std::vector<http::Route> routes(Journal& journal) {
  std::vector<http::Route> table;
  table.push_back({http::Method::get, "/api/audit", http::Access::admin,
                   [&journal](Request request) { return list(&journal, std::move(request)); }});
  return table;
}

}  // namespace trinity::audit
