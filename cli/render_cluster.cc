#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/render.h"
#include "cli/table.h"

namespace levelwind::cli {
namespace {

constexpr auto kRight = Table::Align::kRight;
constexpr auto kLeft = Table::Align::kLeft;

std::string HealthSentence(const Json& cluster) {
  std::vector<std::string> troubles;
  const auto trouble = [&](const char* key, std::string_view text) {
    const Json& value = Member(cluster, key);
    if (value.is_number() && value.get<double>() > 0) {
      troubles.push_back(fmt::format("{} {}", CountCell(value), text));
    }
  };
  trouble("offline", "partitions offline");
  trouble("under_replicated", "under-replicated");
  trouble("not_preferred", "not led by their preferred leader");
  trouble("reassigning", "being reassigned");
  return troubles.empty() ? "all partitions online and in sync" : Join(troubles, ", ");
}

void AppendFindings(const Json& findings, std::string& out) {
  for (const Json& anomaly : Member(findings, "anomalies")) {
    out += fmt::format("  {}: {}\n", TextCell(Member(anomaly, "severity")),
                       EscapeControl(TextCell(Member(anomaly, "message"))));
  }
}

void AppendSources(const Json& sources, std::string& out) {
  for (const Json& source : sources) {
    if (Member(source, "ok") == true) continue;
    out += fmt::format("collector {}: {}\n", TextCell(Member(source, "collector")),
                       EscapeControl(TextCell(Member(source, "error"))));
  }
}

std::string Status(const Json& answer) {
  std::string out =
      fmt::format("Levelwind {}, {} mode, up {}\n", TextCell(Member(answer, "version")),
                  TextCell(Member(answer, "mode")), DurationCell(Member(answer, "uptime_seconds")));
  const Json& cluster = Member(answer, "cluster");
  if (!cluster.is_object()) {
    const std::string problem = TextCell(Member(answer, "problem"));
    return out + "cluster not seen yet" +
           (problem.empty() ? "\n" : ": " + EscapeControl(problem) + "\n");
  }
  out += fmt::format(
      "cluster {} ({}): {} of {} brokers serving, {} topics, {} partitions, {} groups\n",
      EscapeControl(TextCell(Member(answer, "cluster_name"))),
      EscapeControl(TextCell(Member(answer, "cluster_id"))),
      CountCell(Member(cluster, "brokers_serving")), CountCell(Member(cluster, "brokers")),
      CountCell(Member(cluster, "topics")), CountCell(Member(cluster, "partitions")),
      CountCell(Member(cluster, "groups")));
  out += AgeLine(answer);
  out += "health: " + HealthSentence(cluster) + "\n";
  out += fmt::format("lag: {} messages in all groups\n", CountCell(Member(cluster, "lag")));
  out += fmt::format("known: {}\n", TextCell(Member(Member(answer, "snapshot"), "confidence")));
  AppendSources(Member(answer, "collectors"), out);
  for (const Json& limit : Member(answer, "kafka_limits")) {
    out += "older Kafka: " + EscapeControl(TextCell(limit)) + "\n";
  }
  const Json& executor = Member(answer, "executor");
  if (executor.is_object()) {
    out += "executor: " + EscapeControl(TextCell(Member(executor, "status"))) + "\n";
  }
  const Json& anomalies = Member(Member(answer, "findings"), "anomalies");
  out += anomalies.is_array()
             ? fmt::format("findings: {}\n", anomalies.empty() ? std::string("none")
                                                               : std::to_string(anomalies.size()))
             : "findings: not looked yet\n";
  AppendFindings(Member(answer, "findings"), out);
  const Json& proposal = Member(answer, "newest_proposal");
  if (proposal.is_object()) {
    out += fmt::format("newest proposal {}: {}\n", TextCell(Member(proposal, "id")),
                       EscapeControl(TextCell(Member(proposal, "summary"))));
  }
  return out;
}

std::string Brokers(const Json& answer, const RenderOptions& options) {
  Table table({{"BROKER", kRight},
               {"RACK", kLeft},
               {"STATE", kLeft},
               {"LEADERS", kRight},
               {"REPLICAS", kRight},
               {"DISK", kRight},
               {"LEADER RATE", kRight},
               {"SHARE", kRight},
               {"HOST", kLeft}});
  for (const Json& broker : answer.at("brokers")) {
    const std::string rack = TextCell(Member(broker, "rack"));
    table.Add({CountCell(Member(broker, "id")), rack.empty() ? "-" : rack,
               TextCell(Member(broker, "state")), CountCell(Member(broker, "leaders")),
               CountCell(Member(broker, "replicas")), BytesCell(Member(broker, "disk_bytes")),
               RateCell(Member(broker, "leader_bytes_in_per_second")),
               PercentCell(Member(broker, "leader_share")),
               fmt::format("{}:{}", TextCell(Member(broker, "host")),
                           CountCell(Member(broker, "port")))});
  }
  return AgeLine(answer) + table.Render(options.headers);
}

std::string Topics(const Json& answer, const RenderOptions& options) {
  Table table({{"TOPIC", kLeft},
               {"PARTITIONS", kRight},
               {"REPLICATION", kRight},
               {"SIZE", kRight},
               {"RATE", kRight},
               {"MESSAGES/S", kRight}});
  for (const Json& topic : answer.at("topics")) {
    table.Add({TextCell(Member(topic, "topic")), CountCell(Member(topic, "partitions")),
               CountCell(Member(topic, "replication_factor")), BytesCell(Member(topic, "bytes")),
               RateCell(Member(topic, "bytes_in_per_second")),
               CountCell(Member(topic, "messages_in_per_second"))});
  }
  return AgeLine(answer) + table.Render(options.headers);
}

std::string Anomalies(const Json& answer, const RenderOptions& options) {
  const Json& findings = answer.at("findings");
  std::string out = AgeLine(answer);
  if (const Json& healing = Member(answer, "healing"); healing.is_object()) {
    out += fmt::format("healing: {}\n", EscapeControl(TextCell(Member(healing, "status"))));
  }
  Table table({{"ID", kLeft},
               {"SEVERITY", kLeft},
               {"TYPE", kLeft},
               {"SUBJECT", kLeft},
               {"STATE", kLeft},
               {"WHAT", kLeft},
               {"NEXT", kLeft}});
  for (const Json& anomaly : Member(findings, "anomalies")) {
    const Json& id = Member(anomaly, "id");
    const Json& state = Member(anomaly, "state");
    table.Add({id.is_null() ? "-" : TextCell(id), TextCell(Member(anomaly, "severity")),
               TextCell(Member(anomaly, "type")), TextCell(Member(anomaly, "subject")),
               state.is_null() ? "-" : TextCell(state), TextCell(Member(anomaly, "message")),
               TextCell(Member(anomaly, "next_step"))});
  }
  out += table.empty() ? "nothing found\n" : table.Render(options.headers);
  for (const Json& detector : Member(findings, "detectors")) {
    const std::string held = TextCell(Member(detector, "held_because"));
    if (!held.empty()) {
      out += fmt::format("{}: no verdict: {}\n", TextCell(Member(detector, "detector")),
                         EscapeControl(held));
    }
  }
  return out;
}

}  // namespace

Result<std::string> RenderStatus(const std::string& body) { return Rendered(body, Status); }
Result<std::string> RenderBrokers(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Brokers(json, options); });
}
Result<std::string> RenderTopics(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Topics(json, options); });
}
Result<std::string> RenderAnomalies(const std::string& body, const RenderOptions& options) {
  return Rendered(body, [&](const Json& json) { return Anomalies(json, options); });
}

}  // namespace levelwind::cli
