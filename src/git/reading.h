#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace trinity::git {

/// An agent's answers in the contract's forms. An agent may send anything: members of other kinds get the value that
/// stands for nothing, what is too much is left out. Pure.

/// The contract's GitStatusLive, without `db_config`; nothing when it is no such answer. Of the changes as many as go
/// into 256 KiB are listed; `changes_count` is the number of all. Members of ours: `remote_checked_at`, `remote_error`.
[[nodiscard]] std::optional<boost::json::object> status_from(const boost::json::object& told);
/// GitLog.
[[nodiscard]] std::optional<boost::json::object> log_from(const boost::json::object& told);
/// GitSyncResult, with `strategy`.
[[nodiscard]] boost::json::object sync_from(const boost::json::object& told, const std::string& strategy);
/// GitPullResult.
[[nodiscard]] boost::json::object pull_from(const boost::json::object& told, const std::string& strategy);
/// `{files, added, removed, truncated}`.
[[nodiscard]] std::optional<boost::json::object> diff_from(const boost::json::object& told);

/// The text of a refusal (`detail`), at most 2,000 bytes, without this token; else one about the status.
[[nodiscard]] std::string detail_of(std::string_view body, unsigned status, std::string_view token);

}  // namespace trinity::git
