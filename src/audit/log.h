#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/call.h"
#include "base/caller.h"
#include "base/log_fields.h"

namespace trinity::audit {

/// One line of room `audit` for a change that stands: who did what to which agent, under the id of the request. Written
/// whatever the log's level. `action` is one word of the contract or of ours (`share`, `set_permissions`); `agent` is
/// empty for what concerns none; `detail` holds the rest by name. Never pass secrets. Any thread.
///
///     audit::note(call, *caller, "share", "research-bot", {{"target", "ann@example.com"}});
void note(const Call& call, const Caller& caller, std::string_view action, std::string_view agent,
          std::initializer_list<log::Field> detail = {});

}  // namespace trinity::audit
