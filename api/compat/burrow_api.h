#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/backend.h"
#include "api/http.h"
#include "api/route_pattern.h"
#include "base/clock.h"

namespace levelwind::api {

/// What Burrow's configuration routes tell, of ours.
struct BurrowFacts {
  bool on = false;   ///< Off: every path answers 404 and says how to switch it on.
  std::string host;  ///< This machine's name; in every answer.
  std::string client_id;
  std::string listen;
  std::string log_file;
  std::string log_level;
  std::int64_t topic_refresh_s = 0;
  std::int64_t offset_refresh_s = 0;
  bool tls = false;
  bool verify_hostname = true;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  bool sasl = false;
};

/// Burrow's HTTP API v3 (docs/compat-lag-tools.md): the same paths, JSON and oddities, answered
/// from the last snapshot. Any thread; holds nothing but what it was made with.
class BurrowApi {
 public:
  /// Backend and clock must outlive this. `cluster`: its name in paths.
  BurrowApi(Backend& backend, const Clock& clock, BurrowFacts facts, std::string cluster);

  /// Whether a path is Burrow's.
  static bool Owns(const Request& request);
  Lane LaneOf(const Request& request) const;
  Response Handle(const Request& request);

 private:
  struct Call {
    const Request& request;
    RouteParameters parameters;
    const ClusterSnapshot* snapshot = nullptr;  ///< Never null in routes that need one.
    const std::string& operator[](const std::string& name) const { return parameters.at(name); }
  };
  using Answer = Response (BurrowApi::*)(const Call&);
  struct Route {
    std::string_view method;
    std::string_view pattern;
    Answer answer;
    bool needs_snapshot = true;
  };
  static const std::vector<Route>& Routes();

  Response Alive(const Call& call);
  Response Ready(const Call& call);
  Response Clusters(const Call& call);
  Response Cluster(const Call& call);
  Response Topics(const Call& call);
  Response TopicOffsets(const Call& call);
  Response TopicConsumers(const Call& call);
  Response Consumers(const Call& call);
  Response Consumer(const Call& call);
  Response ConsumerStatus(const Call& call);
  Response ConsumerLag(const Call& call);
  Response Forget(const Call& call);
  Response Config(const Call& call);
  Response Modules(const Call& call);
  Response Module(const Call& call);
  Response LogLevel(const Call& call);

  bool IsOurs(const Call& call) const { return call["cluster"] == cluster_; }
  Response StatusOf(const Call& call, bool all);
  /// {"error":false,"message":..,"<key>":<json>,"request":{..}}; an empty key is left out.
  Response Success(const Call& call, std::string_view message, std::string_view key,
                   std::string_view json, int status = 200) const;
  Response Failure(const Request& request, int status, std::string_view message) const;
  std::string RequestJson(const Request& request) const;
  std::string ClusterModuleJson() const;
  std::string ConfigJson() const;

  Backend& backend_;
  const Clock& clock_;
  const BurrowFacts facts_;
  const std::string cluster_;
};

}  // namespace levelwind::api
