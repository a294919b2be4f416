#pragma once
#include <functional>
#include <map>
#include <vector>

#include "http/router.h"
#include "templates/service.h"

namespace trinity::templates {

/// Which of the caller's own credentials give a variable of that name: name -> [{id, name, service, type}].
using Fitting =
    std::function<Task<std::map<std::string, boost::json::array>>(Call, CallerPtr, std::vector<std::string>)>;

/// The catalogue, one template, its .env file, what is wrong with it, and what it needs.
[[nodiscard]] std::vector<http::Route> routes(TemplateService& service, Fitting fitting);

}  // namespace trinity::templates
