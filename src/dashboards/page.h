#pragma once
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"

namespace trinity::dashboards {

/// The two things that an agent shows of itself by files of its own.
enum class Part { dashboard, metrics };

/// What of one agent's page is known, and what has to be asked. Without I/O. The hub's thread only.
class Page {
 public:
  /// Asks the agent. The answer comes back by took().
  using Ask = std::function<void(Part)>;

  explicit Page(Ask ask) : ask_(std::move(ask)) {}

  /// A file that the part is made of has changed, or may have.
  void changed(Part part) { entry(part).wanted = true; }
  void changed_all();
  /// Files of the home folder, relative to it.
  void changed_file(const std::string& path);

  /// Asks for what is wanted and due. Tells when to call again, if time alone makes more due.
  std::optional<std::chrono::milliseconds> go_on(SteadyTime at);
  /// The JSON text of an object; empty: the agent has gone.
  void took(Part part, std::string text);

  /// The text when it is another one than was given out before.
  [[nodiscard]] std::optional<std::string> news(Part part);
  /// Empty: not known yet.
  [[nodiscard]] const std::string& text(Part part) const { return entries_.at(index(part)).text; }

 private:
  struct Entry {
    std::string text;
    bool wanted = true;
    bool asking = false;
    bool fresh = false;
    SteadyTime next_at{};
  };
  static std::size_t index(Part part) noexcept { return static_cast<std::size_t>(part); }
  Entry& entry(Part part) { return entries_.at(index(part)); }

  Ask ask_;
  std::array<Entry, 2> entries_;
};

}  // namespace trinity::dashboards
