#pragma once
#include <memory>

#include "app/config.h"
#include "engine/engine.h"
#include "http/router.h"

namespace trinity::app {

/// Builds every object once, in order, hands out references, and stops them in reverse.
class Server {
 public:
  /// Opens home, database and keys. Throws std::exception with a text for the operator. `engine`: used instead of the
  /// one that the configuration names.
  explicit Server(Config config, std::unique_ptr<engine::Engine> engine = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the threads, waits a moment for the first look at the engine, then listens. Throws when the address cannot
  /// be had.
  void start();
  [[nodiscard]] std::uint16_t port() const;
  /// Every route that is served.
  [[nodiscard]] const http::Router& router() const;
  /// Drains and stops. From the main thread.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace trinity::app
