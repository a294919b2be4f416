#include "agents/tag_rows.h"

namespace trinity::agents {

void TagRows::replace(db::Session& session, const std::string& agent, const std::vector<std::string>& tags) {
  remove(session, agent);
  for (const auto& tag : tags) {
    session
        .query(
            "INSERT INTO trinity_agent_tags (agent_name, tag) SELECT agent_name, :a FROM agent_ownership WHERE "
            "agent_name = :b",
            tag, agent)
        .run();
  }
}

void TagRows::remove(db::Session& session, const std::string& agent) {
  session.query("DELETE FROM trinity_agent_tags WHERE agent_name = :a", agent).run();
}

}  // namespace trinity::agents
