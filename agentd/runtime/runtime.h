#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/runtime/line_reader.h"

namespace trinity::agentd {

/// The CLI's own conversation, which the next chat turn goes on with.
struct Conversation {
  std::string id;
  double cost = 0;       ///< what the CLI has reported for all of it; some report totals
  event::Tokens tokens;  ///< the same
};

/// What a run is to do. Chat turns and tasks alike.
struct RunOrder {
  std::string message;
  std::string model;                         ///< empty: the CLI decides
  std::optional<Conversation> conversation;  ///< to go on with; none: a new one
  bool task = false;                         ///< stands alone: nothing of it is kept for a later run
  std::vector<std::string> allowed_tools;    ///< empty: all
  std::string system_prompt;                 ///< added to the runtime's own
  std::optional<std::int64_t> max_turns;
};

/// A file for one run, below a folder of its own.
struct RunFile {
  std::filesystem::path name;
  std::string content;
  std::filesystem::path copy_of{};  ///< set: the content of that file instead, if it exists
};

/// A program to start. `{folder}` in a value of `environment` is the run's own folder, which is made when there are
/// files.
struct Launch {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to what agentd has
  std::string input;
  std::vector<RunFile> files;
  std::unique_ptr<LineReader> reader;
};

/// Texts of failures that people are shown, in the words of the agent API.
struct RuntimeWords {
  std::string missing;      ///< the CLI is not there
  std::string chat_failed;  ///< before the cause
  std::string task_failed;
  std::string chat_empty;  ///< no text came; empty: that is no failure, and `silent` stands in for the answer
  std::string task_empty;
  std::string silent;
  std::string no_key;  ///< neither key nor sign-in
};

/// One kind of agent program. Nothing outside knows its flags or the form of its lines. No I/O; const and shared.
class Runtime {
 public:
  virtual ~Runtime() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The program whose presence makes the runtime available.
  [[nodiscard]] virtual std::string program() const = 0;
  [[nodiscard]] virtual Launch launch(const RunOrder& order, const std::filesystem::path& home) const = 0;
  /// Takes over what a finished run says about the conversation, so that the next turn goes on from there.
  virtual void remember(const LineReader&, Conversation&) const {}

  [[nodiscard]] virtual std::string_view default_model() const = 0;
  [[nodiscard]] virtual std::int64_t window_of(std::string_view model) const = 0;
  [[nodiscard]] virtual std::vector<std::string> suggested_models() const = 0;
  /// Why a model cannot be chosen; empty when it can.
  [[nodiscard]] virtual std::string model_fault(std::string_view model) const = 0;
  [[nodiscard]] virtual const RuntimeWords& words() const = 0;
  /// The variable with the provider's key; empty when the program needs none.
  [[nodiscard]] virtual std::string_view key_variable() const { return {}; }
  /// Where a sign-in by terminal leaves its credentials, below HOME.
  [[nodiscard]] virtual std::vector<std::filesystem::path> stored_credentials() const { return {}; }
  /// Whether a failed run says that the conversation to go on with is not known (any more).
  [[nodiscard]] virtual bool conversation_unknown(std::string_view) const { return false; }
  /// Tokens are told for the whole run only: the largest is taken for the context.
  [[nodiscard]] virtual bool tells_run_totals_only() const { return false; }
  /// The time limit of a run that names none.
  [[nodiscard]] virtual std::chrono::seconds default_limit() const { return std::chrono::seconds(900); }
};

/// A name for what may not begin with `-` and has nothing but letters, digits and `._:[]-`, 1 to 128 of them.
[[nodiscard]] bool is_model_name(std::string_view model);

}  // namespace trinity::agentd
