#pragma once
#include "agents/git_rows.h"

namespace trinity::git {

using agents::GitRecord;
using agents::own_branch;

}  // namespace trinity::git
