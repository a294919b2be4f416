#pragma once
#include <boost/json/array.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/caller.h"
#include "credentials/secret_box.h"
#include "credentials/secret_store.h"

namespace trinity::app {

/// A person's own credentials, as far as a template asks for their names.
class OwnCredentials {
 public:
  /// Both must outlive it.
  OwnCredentials(credentials::SecretStore& store, const vault::Vault& vault) : store_(store), box_(vault) {}

  /// Which of them stand for each of those variables: name -> [{id, name, service, type}], the best first.
  Task<std::map<std::string, boost::json::array>> fitting(Call call, std::shared_ptr<const Caller> caller,
                                                          std::vector<std::string> names);

 private:
  credentials::SecretStore& store_;
  credentials::SecretBox box_;
};

}  // namespace trinity::app
