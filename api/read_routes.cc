#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "api/api.h"
#include "api/exposition.h"
#include "api/request_target.h"
#include "api/views.h"
#include "base/text.h"
#include "model/proposal_json.h"

namespace levelwind::api {
namespace {

constexpr std::size_t kListLimit = 100;

/// A query parameter that is a number of things.
Result<std::size_t> QueryCount(const Request& request, const std::string& key,
                               std::size_t otherwise) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return otherwise;
  std::size_t count = 0;
  if (ParseNumber(found->second, count)) return count;
  return InvalidArgument(
      fmt::format("{}: '{}' is not a number of groups", key, EscapeControl(found->second)));
}

std::string ProposalListJson(const std::vector<ProposalPtr>& proposals) {
  JsonWriter json;
  json.BeginArray();
  for (std::size_t i = 0; i < std::min(proposals.size(), kListLimit); ++i) {
    json.Raw(ProposalViewJson(*proposals[i], false));
  }
  return json.EndArray().Take();
}

std::string OperationListJson(const ExecutorViewPtr& executor) {
  JsonWriter json;
  json.BeginArray();
  if (executor) {
    for (std::size_t i = 0; i < std::min(executor->operations.size(), kListLimit); ++i) {
      json.Raw(OperationJson(executor->operations[i], false));
    }
  }
  return json.EndArray().Take();
}

}  // namespace

void Api::WriteHead(JsonWriter& json, const ClusterSnapshot* snapshot) const {
  if (snapshot == nullptr) {
    json.FieldNull("snapshot");
    return;
  }
  const Duration age = clock_.Now() - snapshot->taken_at_steady;
  json.Field("cluster_id", snapshot->cluster_id);
  json.Key("snapshot")
      .BeginObject()
      .Field("sequence", snapshot->sequence)
      .Field("taken_at", FormatTime(snapshot->taken_at))
      .Field("age_seconds", ToSeconds(age))
      .Field("stale", age > options_.stale_after)
      .Field("confidence", snapshot->confidence.label)
      .Field("sizes_known", snapshot->confidence.sizes)
      .Field("rates_known", snapshot->confidence.rates)
      .EndObject();
}

Response Api::FromSnapshot(const ClusterSnapshot& snapshot, std::string_view key,
                           std::string_view value) const {
  JsonWriter json;
  json.BeginObject();
  WriteHead(json, &snapshot);
  return JsonResponse(200, json.Key(key).Raw(value).EndObject().Take());
}

Response Api::Enveloped(std::string_view key, std::string_view value) const {
  const SnapshotPtr snapshot = backend_.Snapshot();
  JsonWriter json;
  json.BeginObject();
  WriteHead(json, snapshot.get());
  return JsonResponse(200, json.Key(key).Raw(value).EndObject().Take());
}

Response Api::NotReady() const {
  const std::string problem = backend_.Info().problem;
  Response response = ErrorResponse(
      Unavailable(problem.empty() ? "the cluster was not looked at yet; try again in a second"
                                  : "the cluster could not be looked at yet: " + problem));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response Api::Index(const Call&) {
  std::string text = fmt::format("Levelwind {}\n\n", backend_.Info().version);
  for (const Route& route : Routes()) {
    text += fmt::format("{:<5}{:<40}{}\n", route.method, route.pattern, route.help);
  }
  if (options_.burrow.on)
    text += "     /v3/... and /burrow/...                  Burrow's HTTP API\n";
  text += "\nPOST takes JSON and needs the header X-Levelwind-Author: who asks, for the audit.\n";
  return TextResponse(200, "text/plain; charset=utf-8", std::move(text));
}

Response Api::Healthy(const Call&) {
  return TextResponse(200, "text/plain; charset=utf-8", "healthy\n");
}

Response Api::Ready(const Call&) {
  if (backend_.Snapshot() != nullptr) {
    return TextResponse(200, "text/plain; charset=utf-8", "ready\n");
  }
  const std::string problem = backend_.Info().problem;
  return TextResponse(503, "text/plain; charset=utf-8",
                      problem.empty() ? "not ready: looking at the cluster for the first time\n"
                                      : "not ready: " + EscapeControl(problem) + "\n");
}

Response Api::Metrics(const Call& call) {
  Exposition exposition = ChooseExposition(call.request.accept);
  const MetricsText::Format format = exposition.format;
  Response response;
  response.content_type = std::move(exposition.content_type);
  response.headers.emplace_back("Vary", "Accept");
  const auto add = [&](std::string text) {
    response.body.push_back(std::make_shared<const std::string>(std::move(text)));
  };
  const SnapshotMetricsCache::Texts texts = snapshot_metrics_.Get(backend_.Snapshot(), format);
  response.body.push_back(texts.gauges);
  response.body.push_back(texts.counters);
  add(RenderActivityMetrics(backend_, clock_, options_.metrics.options, format));
  add(own_metrics_.Render(format));
  if (format == MetricsText::Format::kOpenMetrics) add("# EOF\n");
  return response;
}

Response Api::Brokers(const Call&) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  return FromSnapshot(*snapshot, "brokers", BrokersJson(*snapshot));
}

Response Api::Topics(const Call&) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  return FromSnapshot(*snapshot, "topics", TopicsJson(*snapshot));
}

Response Api::Partitions(const Call& call) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  const Topic* topic = nullptr;
  if (const auto wanted = call.request.query.find("topic"); wanted != call.request.query.end()) {
    topic = snapshot->FindTopic(wanted->second);
    if (topic == nullptr) {
      return ErrorResponse(
          NotFound(fmt::format("there is no topic '{}'", EscapeControl(wanted->second))));
    }
  }
  return FromSnapshot(*snapshot, "partitions", PartitionsJson(*snapshot, topic));
}

Response Api::Groups(const Call& call) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  const Result<std::size_t> from = QueryCount(call.request, "from", 0);
  const Result<std::size_t> limit = QueryCount(call.request, "limit", snapshot->groups.size());
  if (!from.ok()) return ErrorResponse(from.error());
  if (!limit.ok()) return ErrorResponse(limit.error());
  return FromSnapshot(*snapshot, "groups", GroupsJson(*snapshot, *from, *limit));
}

Response Api::Group(const Call& call) {
  const SnapshotPtr snapshot = backend_.Snapshot();
  if (snapshot == nullptr) return NotReady();
  const ConsumerGroup* group = snapshot->FindGroup(call["name"]);
  if (group == nullptr) {
    return ErrorResponse(
        NotFound(fmt::format("there is no consumer group '{}'; 'levelwind groups' lists all",
                             EscapeControl(call["name"]))));
  }
  return FromSnapshot(*snapshot, "group", GroupJson(*snapshot, *group));
}

Response Api::Proposals(const Call&) {
  return Enveloped("proposals", ProposalListJson(backend_.Proposals()));
}

Response Api::OneProposal(const Call& call) {
  auto proposal = backend_.FindProposal(call["id"]);
  if (!proposal.ok()) return ErrorResponse(proposal.error());
  const auto format = call.request.query.find("format");
  if (format == call.request.query.end()) {
    return Enveloped("proposal", ProposalViewJson(**proposal));
  }
  if (format->second == "reassign") {
    return TextResponse(200, "application/json", ToReassignmentJson(**proposal));
  }
  return ErrorResponse(InvalidArgument("format: only 'reassign' is known"));
}

Response Api::WhyNot(const Call& call) {
  if (backend_.Snapshot() == nullptr) return NotReady();
  const std::string& text = call["broker"];
  BrokerId broker = kNoBroker;
  if (!ParseNumber(text, broker) || broker < 0) {
    return ErrorResponse(
        InvalidArgument(fmt::format("'{}' is not the id of a broker", EscapeControl(text))));
  }
  const Result<std::string> answer = backend_.WhyNot(call["partition"], broker);
  return answer.ok() ? Enveloped("why_not", *answer) : ErrorResponse(answer.error());
}

Response Api::Operations(const Call&) {
  return Enveloped("operations", OperationListJson(backend_.Executor()));
}

Response Api::OneOperation(const Call& call) {
  if (const ExecutorViewPtr executor = backend_.Executor()) {
    for (const OperationView& operation : executor->operations) {
      if (operation.id == call["id"]) {
        return Enveloped("operation", OperationJson(operation, true));
      }
    }
  }
  return ErrorResponse(NotFound(fmt::format(
      "there is no operation '{}'; 'levelwind history' lists all", EscapeControl(call["id"]))));
}

}  // namespace levelwind::api
