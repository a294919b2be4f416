#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/caller.h"
#include "base/task.h"
#include "templates/types.h"

namespace trinity::credentials {

/// What templates say about credentials, by the id on the container's label: local:folder, a bare folder name, or a
/// repository's. Any I/O thread.
class TemplateSource {
 public:
  virtual ~TemplateSource() = default;
  /// What it asks for, with the rights of this caller. One that cannot be found asks for nothing.
  virtual Task<std::vector<templates::RequiredCredential>> required(Call call, std::shared_ptr<const Caller> caller,
                                                                    std::string template_id) = 0;
  /// Of a local template: its `.mcp.json`, or the `.mcp.json.template` in its place.
  virtual Task<std::optional<std::string>> mcp_config(Call call, std::string template_id) = 0;
};

}  // namespace trinity::credentials
