#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "agentd/activity.h"
#include "agentd/config.h"
#include "agentd/executions.h"
#include "agentd/processes.h"
#include "agentd/run_record.h"
#include "agentd/runtime/runtime.h"
#include "agentd/transcript.h"
#include "base/blocking.h"

namespace trinity::agentd {

/// A program that ran.
struct Ran {
  std::expected<ProcessEnd, std::string> end;  ///< the text: it could not be started
  std::unique_ptr<LineReader> reader;
  std::unique_ptr<RunRecord> record;
  std::shared_ptr<Transcript> transcript;
};

/// Runs what a runtime launches and follows its output: record, transcript and activity. Belongs to one I/O thread.
class Runner {
 public:
  Runner(const Config& config, Processes& processes, Executions& executions, Activity& activity, BlockingPool& pool)
      : config_(config), processes_(processes), executions_(executions), activity_(activity), pool_(pool) {}

  /// Called with what a program says about its run beside its answer: warnings, retries, errors.
  using Notice = std::function<void(const std::string& execution, std::string_view level, const std::string& text)>;
  void on_notice(Notice notice) { notice_ = std::move(notice); }

  /// `run` is in the registry while this goes on.
  Task<Ran> run(Launch launch, Execution* run, std::chrono::seconds limit, std::int64_t context_window);

 private:
  Task<std::expected<std::filesystem::path, std::string>> write_files(std::vector<RunFile> files, std::string id);
  [[nodiscard]] ProcessSpec spec_of(Launch& launch, const std::filesystem::path& folder,
                                    std::chrono::seconds limit) const;

  const Config& config_;
  Processes& processes_;
  Executions& executions_;
  Activity& activity_;
  BlockingPool& pool_;
  Notice notice_;
};

}  // namespace trinity::agentd
