#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/call.h"
#include "base/caller.h"
#include "base/log_fields.h"

namespace trinity::audit {

/// Kinds of objects beside agents: credential, setting, key, provider, template, repository.
[[nodiscard]] bool is_object_kind(std::string_view word) noexcept;

/// By what a caller is known: "session", "user_key", "agent_key", "system_key"; "server" for a caller without a name,
/// which stands for what the server does by itself.
[[nodiscard]] std::string_view word_of(const Caller& caller) noexcept;

/// One line of room `audit` for a change: who did what to which agent, under the id of the request. Written
/// whatever the log's level; the Journal keeps it in the database too. `action` is one word of the contract or of ours
/// (`share`, `set_permissions`); `agent` is empty for what concerns none; `detail` holds the rest by name. A detail
/// that is named like a kind of objects says what was changed. `result`: "ok" when it stands, else "failed" or
/// "refused". Never pass secrets. Any thread.
///
///     audit::note(call, *caller, "share", "research-bot", {{"target", "ann@example.com"}});
void note(const Call& call, const Caller& caller, std::string_view action, std::string_view agent,
          std::initializer_list<log::Field> detail = {}, std::string_view result = "ok");

}  // namespace trinity::audit
