#include "app/backup.h"

#include <ostream>
#include <system_error>

#include "db/backup.h"

namespace trinity::app {

int back_up(const Config& config, const BackupOrder& order, std::ostream& out, std::ostream& errors) {
  try {
    std::error_code fault;
    if (!std::filesystem::exists(config.database, fault) && !fault) {
      errors << "trinityd: there is no database " << config.database.string() << "; name its folder with --home\n";
      return 1;
    }
    const auto existing = order.force ? db::Existing::replace : db::Existing::keep;
    const auto size = db::back_up(config.database, order.copy, existing);
    out << "copied " << config.database.string() << " to " << order.copy.string() << " (" << size << " bytes)\n";
    return 0;
  } catch (const std::exception& e) {
    errors << "trinityd: " << e.what() << '\n';
    return 1;
  }
}

}  // namespace trinity::app
