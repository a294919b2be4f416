#include "agentd/runner.h"

#include <algorithm>

#include "agentd/files.h"
#include "agentd/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kLongestRunFile = 1024 * 1024;
constexpr std::size_t kMostOutput = std::size_t{4} * 1024 * 1024 * 1024;

constexpr std::size_t kShownNotice = 200;

/// Hands what the lines say to everybody who follows the run.
class Follower {
 public:
  struct Into {
    LiveTranscript& live;
    Activity& activity;
    const Runner::Notice& notice;
    std::function<void(Time)> heard;
  };
  Follower(Ran& ran, Into into, std::string execution)
      : ran_(ran),
        live_(into.live),
        activity_(into.activity),
        notice_(into.notice),
        heard_(std::move(into.heard)),
        execution_(std::move(execution)) {}

  void line(std::string_view line, bool cut) {
    reading_.clear();
    ran_.reader->line(line, cut, reading_);
    for (const auto& event : reading_.events) told_ = told_ || std::holds_alternative<event::Result>(event);
    hand_on();
  }
  void finish() {
    reading_.clear();
    ran_.reader->finish(reading_);
    hand_on();
  }
  /// The program told its result itself.
  [[nodiscard]] bool told() const noexcept { return told_; }

 private:
  void hand_on() {
    const auto time = now();
    // A line that says nothing to anybody (an empty one) is no sign of life.
    if (!reading_.events.empty() || !reading_.shown.empty() || !reading_.pieces.empty()) heard_(time);
    for (const auto& event : reading_.events) {
      ran_.record->take(event, time);
      activity_.take(execution_, event, time);
      if (const auto* notice = std::get_if<event::Notice>(&event)) note("info", notice->text);
      if (const auto* error = std::get_if<event::Error>(&event)) note("error", error->message);
    }
    for (const auto& piece : reading_.pieces) live_.write(piece, time);
    for (auto& line : reading_.shown) live_.add(std::move(line));
  }

  void note(std::string_view level, const std::string& text) {
    const auto shown = preview(text, kShownNotice);
    log::info({"turn", execution_}, "{}", shown);
    if (notice_) notice_(execution_, level, shown);
  }

  Ran& ran_;
  LiveTranscript& live_;
  Activity& activity_;
  const Runner::Notice& notice_;
  std::function<void(Time)> heard_;
  std::string execution_;
  Reading reading_;
  bool told_ = false;
};

/// Clients expect a last line that sums up; a program that writes text only, or was killed, gives none.
ShownLine result_line(const Ran& ran) {
  const auto& metadata = ran.record->metadata();
  const bool failed = !ran.end || ran.end->cause != ProcessEnd::Cause::exited || ran.end->code != 0;
  return {json::write(boost::json::object{{"type", "result"},
                                          {"subtype", failed ? "error_during_execution" : "success"},
                                          {"is_error", failed},
                                          {"num_turns", json::encode(metadata.num_turns)},
                                          {"duration_ms", json::encode(metadata.duration_ms)},
                                          {"total_cost_usd", json::encode(metadata.cost_usd)}}),
          {}};
}

void replace_variable(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
  std::erase_if(environment, [start = name + "="](const std::string& one) { return one.starts_with(start); });
  environment.push_back(name + "=" + value);
}

}  // namespace

Task<std::expected<std::filesystem::path, std::string>> Runner::write_files(std::vector<RunFile> files,
                                                                            std::string id) {
  auto write = [files = std::move(files), folder = config_.home / ".trinity" / "runs" /
                                                   id]() -> std::expected<std::filesystem::path, std::string> {
    for (const auto& file : files) {
      auto content = file.content;
      if (!file.copy_of.empty()) {
        auto found = read_small_file(file.copy_of, kLongestRunFile);
        if (!found) continue;
        content = std::move(*found);
      }
      if (auto written = write_private_file(folder / file.name, content); !written) {
        return std::unexpected(std::move(written.error()));
      }
    }
    return folder;
  };
  co_return co_await pool_.run(std::move(write));
}

ProcessSpec Runner::spec_of(Launch& launch, const std::filesystem::path& folder, std::chrono::seconds limit) const {
  ProcessSpec spec;
  spec.argv = std::move(launch.argv);
  spec.folder = config_.home;
  spec.input = std::move(launch.input);
  spec.limit = limit;
  spec.most_output = kMostOutput;
  spec.environment = processes_.environment();
  for (auto& [name, value] : launch.environment) {
    if (const auto at = value.find("{folder}"); at != std::string::npos) value.replace(at, 8, folder.string());
    replace_variable(spec.environment, name, value);
  }
  return spec;
}

Task<Ran> Runner::run(Launch launch, Execution* run, std::chrono::seconds limit, std::int64_t context_window) {
  Ran ran;
  ran.reader = std::move(launch.reader);
  ran.record = std::make_unique<RunRecord>(context_window);
  ran.transcript = std::make_shared<Transcript>();
  auto& live = run->live();
  live.begin(ran.transcript);
  ran.record->metadata().execution_id = run->id();
  std::filesystem::path folder;
  if (!launch.files.empty()) {
    auto made = co_await write_files(std::move(launch.files), run->id());
    if (!made) {
      ran.end = std::unexpected("the run's own files could not be written: " + made.error());
      co_return ran;
    }
    folder = std::move(*made);
  }
  auto spec = spec_of(launch, folder, limit);
  auto heard = [this, place = run](Time time) { executions_.heard(*place, time); };
  const auto follower =
      std::make_unique<Follower>(ran, Follower::Into{live, activity_, notice_, std::move(heard)}, run->id());
  Lines::Take take = [into = follower.get()](std::string_view line, bool cut) { into->line(line, cut); };
  const auto lines = std::make_unique<Lines>(std::move(take));
  Process::Output output = [into = lines.get()](std::string_view bytes) { into->feed(bytes); };
  Processes::Started started = [this, place = run](const std::shared_ptr<Process>& process) {
    executions_.began(*place, process);
  };
  const auto since = steady_now();
  ran.end = co_await processes_.run(std::move(spec), std::move(output), std::move(started));
  lines->finish();
  follower->finish();
  activity_.end_run(run->id(), now());
  ran.record->finish(std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - since));
  if (!follower->told()) live.add(result_line(ran));
  live.finish();
  if (!folder.empty()) {
    auto remove = [folder] {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    };
    co_await pool_.run(std::move(remove));
  }
  co_return ran;
}

}  // namespace trinity::agentd
