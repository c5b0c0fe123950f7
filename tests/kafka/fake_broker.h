#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "kafka/protocol/codec.h"
#include "kafka/protocol/messages_cluster.h"
#include "tests/kafka/raw_server.h"

namespace levelwind::kafka::testing {

/// A broker of which a test says what it offers and how it answers; everything not said closes the
/// connection, as a real broker does with requests that it does not know. Handlers run on the
/// connections' threads.
class FakeBroker {
 public:
  struct Seen {
    ApiKey api;
    std::int16_t version;
    std::string client_id;
    int connection;  ///< 1, 2, ... in the order of the first request.
  };
  enum class Instead { kClose, kHang, kWrongCorrelationId };

  FakeBroker() : server_([this](Peer& peer) { Serve(peer); }) {}

  int port() const { return server_.port(); }
  std::string address() const { return server_.address(); }
  int connections() const { return server_.connections(); }

  /// Answers Request with what `answer(request, version)` returns; offers all versions that the
  /// codec has, or those given.
  template <class Request, class Answer>
  void On(Answer answer, std::int16_t min = Request::kInfo.min,
          std::int16_t max = Request::kInfo.max) {
    std::lock_guard lock(mutex_);
    handlers_[Request::kInfo.api] = {
        min, max, [answer](Reader& reader, std::int16_t version, std::int32_t id) {
          Result<Request> request = Decode<Request>(reader, version);
          LW_CHECK(request.ok());
          auto frame = EncodeResponseFrame(answer(*request, version), version, id);
          LW_CHECK(frame.ok());
          return *std::move(frame);
        }};
  }

  /// The next `times` requests of `api` get this instead of an answer.
  void Misbehave(ApiKey api, Instead what, int times = 1) {
    std::lock_guard lock(mutex_);
    misbehaviour_[api] = {what, times};
  }

  /// From now on `send` sends the answers of `api` in its own way; it is given the right answer as
  /// a whole frame, and says whether the connection goes on. ApiVersions too.
  using Send = std::function<bool(Peer&, std::vector<std::uint8_t>)>;
  void Distort(ApiKey api, Send send) {
    std::lock_guard lock(mutex_);
    distortions_[api] = std::move(send);
  }

  /// This broker as the metadata of a cluster of its own.
  MetadataResponse Metadata(std::int32_t id) const {
    MetadataResponse response;
    response.brokers.push_back({id, "127.0.0.1", port(), std::nullopt});
    response.cluster_id = "fake";
    response.controller_id = id;
    return response;
  }

  std::vector<Seen> seen() const {
    std::lock_guard lock(mutex_);
    return seen_;
  }
  int Count(ApiKey api) const {
    int count = 0;
    for (const Seen& one : seen()) count += one.api == api ? 1 : 0;
    return count;
  }
  void set_newest_api_versions(std::int16_t version) {
    std::lock_guard lock(mutex_);
    newest_api_versions_ = version;
  }

 private:
  using Frame = std::vector<std::uint8_t>;
  struct Handler {
    std::int16_t min = 0;
    std::int16_t max = -1;
    std::function<Frame(Reader&, std::int16_t, std::int32_t)> answer;
  };

  void Serve(Peer& peer) {
    int connection = 0;
    for (Frame frame = peer.ReceiveFrame(); !frame.empty(); frame = peer.ReceiveFrame()) {
      Reader reader(frame);
      Result<RequestHeader> header = DecodeRequestHeader(reader);
      LW_CHECK(header.ok());
      const std::optional<Instead> instead = Note(*header, connection);
      if (instead == Instead::kClose) return;
      if (instead == Instead::kHang) return peer.WaitClosed();
      if (instead == Instead::kWrongCorrelationId) header->correlation_id += 1000;
      const std::optional<Frame> answer = Answer(*header, reader);
      if (!answer) return;
      const Send send = Distortion(header->api);
      if (send ? !send(peer, *answer) : !peer.Send(*answer)) return;
    }
  }

  std::optional<Instead> Note(const RequestHeader& header, int& connection) {
    std::lock_guard lock(mutex_);
    if (connection == 0) connection = ++used_connections_;
    seen_.push_back({header.api, header.version, header.client_id.value_or(""), connection});
    const auto found = misbehaviour_.find(header.api);
    if (found == misbehaviour_.end() || found->second.second-- <= 0) return std::nullopt;
    return found->second.first;
  }

  Send Distortion(ApiKey api) const {
    std::lock_guard lock(mutex_);
    const auto found = distortions_.find(api);
    return found == distortions_.end() ? Send() : found->second;
  }

  std::optional<Frame> Answer(const RequestHeader& header, Reader& reader) {
    if (header.api == ApiKey::kApiVersions) return Versions(header);
    Handler handler;
    {
      std::lock_guard lock(mutex_);
      handler = handlers_[header.api];
    }
    if (header.version < handler.min || header.version > handler.max) return std::nullopt;
    return handler.answer(reader, header.version, header.correlation_id);
  }

  Frame Versions(const RequestHeader& header) {
    std::lock_guard lock(mutex_);
    ApiVersionsResponse response;
    const bool known = header.version <= newest_api_versions_;
    response.error_code = known ? 0 : 35;
    response.api_keys.push_back({18, 0, newest_api_versions_});
    for (const auto& [api, handler] : handlers_) {
      if (known) {
        response.api_keys.push_back({static_cast<std::int16_t>(api), handler.min, handler.max});
      }
    }
    return *EncodeResponseFrame(response, known ? header.version : std::int16_t{0},
                                header.correlation_id);
  }

  mutable std::mutex mutex_;
  std::map<ApiKey, Handler> handlers_;
  std::map<ApiKey, std::pair<Instead, int>> misbehaviour_;
  std::map<ApiKey, Send> distortions_;
  std::vector<Seen> seen_;
  int used_connections_ = 0;
  std::int16_t newest_api_versions_ = ApiVersionsRequest::kInfo.max;
  RawServer server_;  // last: its threads use the rest
};

}  // namespace levelwind::kafka::testing
