#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/blocking.h"
#include "base/task.h"

namespace trinity::auth {

/// Longer passwords are refused, in bytes. No bound of the algorithm: it bounds what a request can cost.
inline constexpr std::size_t longest_password = 4096;

/// argon2id, 19 MiB, 2 passes, 1 lane (the memory-lean parameters of the OWASP password storage guide), as a
/// `$argon2id$` text with its salt. Takes about 50 ms and 19 MiB: only inside PasswordHasher::run().
[[nodiscard]] std::string hash_password(std::string_view password);

struct PasswordVerdict {
  bool right = false;
  bool outdated = false;  ///< right, and the stored hash should be replaced by one of hash_password()
};

/// Verifies against `$argon2id$` and against bcrypt `$2a$`, `$2b$`, `$2y$` of earlier deployments. Anything else, plain
/// text above all, never verifies. bcrypt looks at 72 bytes only; a longer password that passes is not `outdated`,
/// because its tail was never proven. Takes as long as hashing: only inside PasswordHasher::run().
[[nodiscard]] PasswordVerdict verify_password(std::string_view password, std::string_view stored);

/// Takes as long as verifying, for names that do not exist.
void verify_nothing(std::string_view password);

/// True when the stored text is no hash at all: a plain password of an early deployment.
[[nodiscard]] bool is_plain_text(std::string_view stored) noexcept;

/// Runs password work one at a time on a thread of its own, so that a burst of sign-ins costs 19 MiB, not 19 MiB each.
/// Beyond 64 waiting jobs the next one is refused with Unavailable. Any thread.
class PasswordHasher {
 public:
  PasswordHasher();

  /// Store the job in a named variable first and move it in (see base/task.h).
  template <class F>
  Task<std::invoke_result_t<F&>> run(F job) {
    co_return co_await thread_.run(std::move(job));
  }

  /// Waits for jobs under way, so that none answers to an I/O thread's context that is gone. Stop producers first.
  void join() { thread_.join(); }

 private:
  BlockingPool thread_{1, 64};
};

}  // namespace trinity::auth
