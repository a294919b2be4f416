#include "pressure/service.h"

#include "json/write.h"
#include "pressure/words.h"

namespace trinity::pressure {

Task<PressureService::Answer> PressureService::pressure(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(std::move(caller), name, fleet::Rule::read, agents::no_permission);
  if (view.agent->status == "running") fleet_.want_pressure(name);
  const auto turn = turns_.running_turn(name, now());
  co_return Answer{json::write(pressure_object(*view.agent, view.figures.get(), turn)), view.snapshot};
}

}  // namespace trinity::pressure
