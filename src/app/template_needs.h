#pragma once
#include "base/blocking.h"
#include "credentials/template_source.h"
#include "templates/service.h"

namespace trinity::app {

/// What templates need, from their folders and repositories.
class TemplateNeeds : public credentials::TemplateSource {
 public:
  /// Both must outlive it.
  TemplateNeeds(templates::TemplateService& service, BlockingPool& pool) : service_(service), pool_(pool) {}

  Task<std::vector<templates::RequiredCredential>> required(Call call, std::shared_ptr<const Caller> caller,
                                                            std::string template_id) override;
  Task<std::optional<std::string>> mcp_config(Call call, std::string template_id) override;

 private:
  templates::TemplateService& service_;
  BlockingPool& pool_;
};

}  // namespace trinity::app
