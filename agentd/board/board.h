#pragma once
#include <boost/json/object.hpp>

#include "agentd/board/written_file.h"
#include "agentd/config.h"

namespace trinity::agentd {

/// What the agent shows of itself: the values of the metrics that its template declares (metrics.json), and its own
/// dashboard (dashboard.yaml). Files in the home folder, else in its folder `workspace`. A file that is no good never
/// fails a request: the answer says what is wrong. Belongs to one I/O thread.
class Board {
 public:
  Board(const Config& config, BlockingPool& pool);

  /// The answer of GET /api/metrics.
  Task<boost::json::object> metrics();
  /// The answer of GET /api/dashboard.
  Task<boost::json::object> dashboard();

 private:
  const Config& config_;
  BlockingPool& pool_;
  WrittenFile metrics_;
  WrittenFile dashboard_;
};

}  // namespace trinity::agentd
