#include "api/compat/burrow_api.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "api/asker.h"
#include "api/compat/burrow_json.h"
#include "base/json_writer.h"

namespace levelwind::api {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

std::string NamesJson(const std::vector<std::string_view>& names) {
  JsonWriter json;
  json.BeginArray();
  for (const std::string_view name : names) json.Value(name);
  return json.EndArray().Take();
}

bool ReadsTopic(const BurrowGroup& group, const Topic& topic) {
  return std::ranges::any_of(group.rings(), [&](const BurrowGroup::Ring& ring) {
    const auto index = static_cast<std::uint32_t>(ring.partition);
    return !ring.empty && index >= topic.first_partition &&
           index - topic.first_partition < topic.partition_count;
  });
}

}  // namespace

BurrowApi::BurrowApi(Backend& backend, const Clock& clock, BurrowFacts facts, std::string cluster)
    : backend_(backend), clock_(clock), facts_(std::move(facts)), cluster_(std::move(cluster)) {}

const std::vector<BurrowApi::Route>& BurrowApi::Routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/burrow/admin", &BurrowApi::Alive, false},
      {"GET", "/burrow/admin/ready", &BurrowApi::Ready, false},
      {"GET", "/v3/kafka", &BurrowApi::Clusters, false},
      {"GET", "/v3/kafka/{cluster}", &BurrowApi::Cluster, false},
      {"GET", "/v3/kafka/{cluster}/topic", &BurrowApi::Topics},
      {"GET", "/v3/kafka/{cluster}/topic/{topic}", &BurrowApi::TopicOffsets},
      {"GET", "/v3/kafka/{cluster}/topic/{topic}/consumers", &BurrowApi::TopicConsumers},
      {"GET", "/v3/kafka/{cluster}/consumer", &BurrowApi::Consumers},
      {"GET", "/v3/kafka/{cluster}/consumer/{group}", &BurrowApi::Consumer},
      {"GET", "/v3/kafka/{cluster}/consumer/{group}/status", &BurrowApi::ConsumerStatus},
      {"GET", "/v3/kafka/{cluster}/consumer/{group}/lag", &BurrowApi::ConsumerLag},
      {"DELETE", "/v3/kafka/{cluster}/consumer/{group}", &BurrowApi::Forget, false},
      {"DELETE", "/v3/kafka/{cluster}/consumer/{group}/topic/{topic}", &BurrowApi::Forget, false},
      {"GET", "/v3/config", &BurrowApi::Config, false},
      {"GET", "/v3/config/{kind}", &BurrowApi::Modules, false},
      {"GET", "/v3/config/{kind}/{cluster}", &BurrowApi::Module},
      {"GET", "/v3/admin/loglevel", &BurrowApi::LogLevel, false},
  };
  return kRoutes;
}

bool BurrowApi::Owns(const Request& request) {
  return !request.segments.empty() &&
         (request.segments[0] == "v3" || request.segments[0] == "burrow");
}

Lane BurrowApi::LaneOf(const Request& request) const {
  if (request.method == "DELETE") return Lane::kCommand;
  return request.segments[0] == "burrow" ? Lane::kProbe : Lane::kRead;
}

Response BurrowApi::Handle(const Request& request) {
  if (!facts_.on) {
    return Failure(request, 404, "Burrow's API is off; set compat.burrow: true to have it");
  }
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const SnapshotPtr snapshot = backend_.Snapshot();
  Call call{request, {}, snapshot.get()};
  std::string allowed;
  for (const Route& route : Routes()) {
    if (!FitsPattern(route.pattern, request.segments, &call.parameters)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    const bool can = snapshot != nullptr && snapshot->burrow != nullptr;
    if (route.needs_snapshot && !can) {
      return Failure(request, 503, "the cluster was not looked at yet; try again in a second");
    }
    return (this->*route.answer)(call);
  }
  if (!allowed.empty()) {
    Response response = TextResponse(405, std::string(kPlain), "Method Not Allowed\n");
    response.headers.emplace_back("Allow", allowed);
    return response;
  }
  return TextResponse(404, "text/plain",
                      "{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n");
}

std::string BurrowApi::RequestJson(const Request& request) const {
  JsonWriter json;
  json.BeginObject().Field("url", request.path).Field("host", facts_.host).EndObject();
  return json.Take();
}

Response BurrowApi::Success(const Call& call, std::string_view message, std::string_view key,
                            std::string_view value, int status) const {
  JsonWriter json;
  json.BeginObject().Field("error", false).Field("message", message);
  if (!key.empty()) json.Key(key).Raw(value);
  json.Key("request").Raw(RequestJson(call.request)).EndObject();
  return TextResponse(status, "application/json", json.Take());
}

Response BurrowApi::Failure(const Request& request, int status, std::string_view message) const {
  JsonWriter json;
  json.BeginObject().Field("error", true).Field("message", message);
  json.Key("request").Raw(RequestJson(request)).EndObject();
  return TextResponse(status, "application/json", json.Take());
}

Response BurrowApi::Alive(const Call&) { return TextResponse(200, std::string(kPlain), "GOOD"); }

Response BurrowApi::Ready(const Call& call) {
  const bool ready = call.snapshot != nullptr;
  return TextResponse(ready ? 200 : 503, std::string(kPlain), ready ? "READY" : "STARTING");
}

Response BurrowApi::Clusters(const Call& call) {
  return Success(call, "cluster list returned", "clusters", NamesJson({cluster_}));
}

Response BurrowApi::Cluster(const Call& call) {
  if (!IsOurs(call)) return Failure(call.request, 404, "cluster module not found");
  return Success(call, "cluster module detail returned", "module", ClusterModuleJson());
}

Response BurrowApi::Topics(const Call& call) {
  if (!IsOurs(call)) return Failure(call.request, 404, "cluster not found");
  std::vector<std::string_view> names;
  for (const Topic& topic : call.snapshot->topics) names.emplace_back(topic.name);
  return Success(call, "topic list returned", "topics", NamesJson(names));
}

Response BurrowApi::TopicOffsets(const Call& call) {
  const Topic* topic = IsOurs(call) ? call.snapshot->FindTopic(call["topic"]) : nullptr;
  if (topic == nullptr) return Failure(call.request, 404, "cluster or topic not found");
  JsonWriter json;
  json.BeginArray();
  for (const Partition& partition : call.snapshot->PartitionsOf(*topic)) {
    if (IsKnown(partition.log_end_offset)) json.Value(partition.log_end_offset);
  }
  return Success(call, "topic offsets returned", "offsets", json.EndArray().Take());
}

Response BurrowApi::TopicConsumers(const Call& call) {
  if (!IsOurs(call)) return Failure(call.request, 404, "cluster not found");
  std::vector<std::string_view> names;
  const BurrowHistory& history = *call.snapshot->burrow;
  if (const Topic* topic = call.snapshot->FindTopic(call["topic"])) {
    for (const auto& group : history.groups) {
      const bool reads = history.IsAlive(*group, clock_.WallNow()) && ReadsTopic(*group, *topic);
      if (reads) names.emplace_back(group->name());
    }
  }
  return Success(call, "consumers of topic returned", "consumers", NamesJson(names));
}

Response BurrowApi::Consumers(const Call& call) {
  if (!IsOurs(call)) return Failure(call.request, 404, "cluster not found");
  std::vector<std::string_view> names;
  const BurrowHistory& history = *call.snapshot->burrow;
  for (const auto& group : history.groups) {
    if (history.IsAlive(*group, clock_.WallNow())) names.emplace_back(group->name());
  }
  return Success(call, "consumer list returned", "consumers", NamesJson(names));
}

Response BurrowApi::Consumer(const Call& call) {
  const BurrowGroup* group =
      IsOurs(call) ? call.snapshot->burrow->Find(call["group"], clock_.WallNow()) : nullptr;
  if (group == nullptr) return Failure(call.request, 404, "cluster or consumer not found");
  return Success(call, "consumer detail returned", "topics",
                 BurrowConsumerJson(*call.snapshot, *group));
}

Response BurrowApi::StatusOf(const Call& call, bool all) {
  constexpr std::string_view kMessage = "consumer status returned";
  const WallTime now = clock_.WallNow();
  const BurrowGroup* group =
      IsOurs(call) ? call.snapshot->burrow->Find(call["group"], now) : nullptr;
  if (group == nullptr) {  // no error in Burrow's eyes, although the status is 404
    return Success(call, kMessage, "status", BurrowNotFoundJson(call["cluster"], call["group"]),
                   404);
  }
  return Success(call, kMessage, "status",
                 BurrowStatusJson(*call.snapshot, cluster_, *group, all, now));
}

Response BurrowApi::ConsumerStatus(const Call& call) { return StatusOf(call, false); }
Response BurrowApi::ConsumerLag(const Call& call) { return StatusOf(call, true); }

Response BurrowApi::Forget(const Call& call) {
  if (const Status author = CheckAuthor(call.request); !author.ok()) {
    return Failure(call.request, 400, author.error().message());
  }
  if (IsOurs(call)) {
    const auto topic = call.parameters.find("topic");
    const std::string name = topic == call.parameters.end() ? "" : topic->second;
    const Status forgot = backend_.ForgetCommits({call.request.author, ""}, call["group"], name);
    if (!forgot.ok()) return Failure(call.request, 500, forgot.error().message());
  }
  return Success(call, "consumer group removed", "", "");
}

}  // namespace levelwind::api
