#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/io_threads.h"
#include "engine/docker.h"
#include "support/scripted_engine.h"

namespace trinity::engine {

using test::Answer;
using test::Feed;
using test::ScriptedEngine;

/// A client of a scripted engine, with an I/O thread of its own.
class ClientFixture : public testing::Test {
 protected:
  ClientFixture() { threads_.start(); }
  ~ClientFixture() override {
    threads_.stop();
    threads_.join();
  }

  /// Runs the call on the I/O thread and waits for what comes of it.
  template <class T>
  T run(Task<T> task) {
    return asio::co_spawn(threads_[0], std::move(task), asio::use_future).get();
  }
  template <class T>
  std::optional<Fault> fault_of(Task<T> task) {
    try {
      run(std::move(task));
    } catch (const EngineError& fault) {
      text_ = fault.what();
      return fault.fault();
    }
    return std::nullopt;
  }
  /// Of the last fault.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Call call() { return job_.call(); }
  [[nodiscard]] std::unique_ptr<Engine> make(DockerLimits limits = {}) {
    http::Endpoint endpoint;
    endpoint.unix_path = script_.socket_path();
    return make_docker(std::move(endpoint), {&threads_[0]}, limits);
  }
  [[nodiscard]] boost::asio::io_context& context() { return threads_[0]; }

  ScriptedEngine script_;

 private:
  BackgroundCall job_{"test"};
  std::string text_;
  IoThreads threads_{1};

 protected:
  // Made last and gone first: its connections belong to the I/O thread.
  std::unique_ptr<Engine> engine_ = make();
};

}  // namespace trinity::engine
