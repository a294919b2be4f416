// What the agents' command lines print. Whatever it is, a run goes on, the transcript is JSON within its bound, and the
// way the bytes arrive changes nothing.
#include <boost/json/parse.hpp>
#include <memory>

#include "agentd/activity.h"
#include "agentd/lines.h"
#include "agentd/run_record.h"
#include "agentd/runtime/claude_lines.h"
#include "agentd/runtime/codex_lines.h"
#include "agentd/runtime/gemini_lines.h"
#include "agentd/runtime/text_lines.h"
#include "agentd/transcript.h"
#include "base/text.h"
#include "fuzz/input.h"

namespace {

using namespace trinity;
using namespace trinity::agentd;

constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_transcript = 20'000;

std::unique_ptr<LineReader> reader_for(std::size_t which) {
  if (which == 0) return std::make_unique<ClaudeLines>();
  if (which == 1) return std::make_unique<GeminiLines>("gemini-3-flash");
  if (which == 2) return std::make_unique<CodexLines>("m", event::Tokens{5, 1, 1, 5});
  return std::make_unique<TextLines>();
}

struct Made {
  std::string log;
  std::string answer;
  std::int64_t tools = 0;
  std::size_t events = 0;
};

Made run(std::size_t which, std::string_view bytes, std::size_t portion) {
  const auto reader = reader_for(which);
  RunRecord record(200'000);
  Transcript transcript(most_transcript);
  Activity activity(Activity::Limits{8, 300, 1000, 300, 1000});
  Made made;
  Reading reading;
  const auto hand_on = [&] {
    for (const auto& event : reading.events) {
      record.take(event, Time{});
      activity.take("run", event, Time{});
    }
    made.events += reading.events.size();
    for (auto& line : reading.shown) transcript.add(std::move(line));
    reading.clear();
  };
  Lines lines(
      [&](std::string_view line, bool cut) {
        reader->line(line, cut, reading);
        hand_on();
      },
      longest_line);
  for (std::size_t i = 0; i < bytes.size(); i += portion) lines.feed(bytes.substr(i, portion));
  lines.finish();
  reader->finish(reading);
  hand_on();
  activity.end_run("run", Time{});
  transcript.finish();
  made.log = transcript.json();
  made.answer = record.answer();
  made.tools = record.metadata().tool_count;
  const auto state = activity.json();
  fuzz::require(state.at("status") == "idle", "a run that has ended leaves nothing open");
  fuzz::require(state.at("timeline").as_array().size() <= 8, "the timeline is bounded");
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto which = input.pick(4);
  const auto portion = 1 + input.pick(200);
  const auto bytes = input.rest();
  const auto made = run(which, bytes, portion);
  boost::system::error_code fault;
  const auto log = boost::json::parse(made.log, fault, {}, {.max_depth = 80});
  fuzz::require(!fault && log.is_array(), "the transcript is a JSON array");
  fuzz::require(made.log.size() <= most_transcript + 200, "the transcript is bounded");
  fuzz::require(to_utf8(made.answer) == made.answer, "the answer is UTF-8");
  const auto whole = run(which, bytes, size + 1);
  // Ids that a program did not tell are random, so logs are compared by their size only.
  fuzz::require(whole.events == made.events && whole.tools == made.tools && whole.answer == made.answer &&
                    whole.log.size() == made.log.size(),
                "portions do not matter");
  return 0;
}
