#pragma once
#include <atomic>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "engine/docker.h"
#include "engine/docker_json.h"

namespace trinity::engine {

/// The port's implementation; make_docker() makes it. Calls are independent of each other; the only state is the API
/// version.
class DockerEngine final : public Engine {
 public:
  DockerEngine(http::Endpoint endpoint, const std::vector<boost::asio::io_context*>& contexts, DockerLimits limits)
      : client_(std::move(endpoint), contexts), limits_(limits) {}

  Task<std::string> negotiate(Call call) override;
  Task<std::vector<Container>> list(Call call, std::vector<std::string> labels) override;
  Task<std::optional<ContainerDetail>> inspect(Call call, std::string container) override;
  Task<std::optional<Description>> describe(Call call, std::string container) override;
  Task<std::string> create(Call call, std::string name, ContainerSpec spec) override;
  Task<> start(Call call, std::string container) override;
  Task<> stop(Call call, std::string container, std::chrono::seconds grace) override;
  Task<> kill(Call call, std::string container, std::string signal) override;
  Task<> rename(Call call, std::string container, std::string name) override;
  Task<> remove(Call call, std::string container, bool force) override;
  Task<> upload(Call call, std::string container, std::string path, std::string tar) override;
  Task<std::optional<std::string>> download(Call call, std::string container, std::string path,
                                            std::size_t most) override;
  Task<std::vector<LogPiece>> logs(Call call, std::string container, LogOptions options) override;
  Task<std::unique_ptr<LogStream>> follow_logs(Call call, std::string container, FollowOptions options) override;
  Task<std::optional<Statistics>> statistics(Call call, std::string container) override;
  Task<std::unique_ptr<EventStream>> events(Call call, std::int64_t since_nano,
                                            std::vector<std::string> labels) override;
  Task<std::optional<Image>> image(Call call, std::string name) override;
  Task<> pull(Call call, std::string name, std::chrono::seconds limit) override;
  Task<std::optional<Network>> network(Call call, std::string name) override;
  Task<> create_network(Call call, std::string name, std::string subnet, Labels labels) override;
  Task<> remove_network(Call call, std::string name) override;
  Task<std::optional<Volume>> volume(Call call, std::string name) override;
  Task<> create_volume(Call call, std::string name, Labels labels) override;
  Task<> remove_volume(Call call, std::string name) override;

 private:
  /// One call: what it asks, how long it may take, and what it is called in texts of failures.
  struct Ask {
    http::Method method = http::Method::get;
    std::string target;  ///< without the version
    std::string body;
    std::string type;  ///< of the body
    std::chrono::milliseconds limit{};
    std::string action;
  };
  [[nodiscard]] Ask get(std::string target, std::chrono::milliseconds limit, std::string action) const;
  [[nodiscard]] Ask post(std::string target, const boost::json::value& body, std::string action) const;
  [[nodiscard]] http::ClientRequest request_of(Ask& ask) const;

  /// The answer, whatever its status.
  Task<http::ClientResponse> send(Call call, Ask ask);
  /// The answer, if its status says success or is `also_fine`.
  Task<http::ClientResponse> expect(Call call, Ask ask, unsigned also_fine = 0);
  /// The body, or nothing when there is no such thing.
  Task<std::optional<std::string>> look_up(Call call, Ask ask);
  /// The body of an answer that may take long as long as it goes on: `ask.limit` until its head and for each part.
  Task<std::string> collect(Call call, Ask ask, std::chrono::milliseconds whole, std::size_t most);
  /// An answer that is read piece by piece; a failure status has been thrown.
  Task<std::unique_ptr<http::ClientStream>> open(Call call, Ask ask);
  /// Waits until a removal that is under way has ended.
  Task<> wait_until_gone(Call call, std::string container);

  http::Client client_;
  DockerLimits limits_;
  std::atomic<int> api_{our_api};
};

}  // namespace trinity::engine
