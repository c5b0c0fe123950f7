#include "planner/rebalance/judge_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/text.h"
#include "planner/budget/budget.h"
#include "planner/explain/broker_balance.h"
#include "planner/explain/proposal_builder.h"
#include "planner/json_reader.h"
#include "planner/rebalance/planning.h"
#include "planner/rebalance/record_index.h"

namespace levelwind::planner {
namespace {

constexpr std::int64_t kMostInt = std::numeric_limits<std::int32_t>::max();

Status ReadAssignment(JsonReader& json, Assignment& assignment) {
  bool topic = false, partition = false;
  const Status read = json.Object([&](std::string_view key) -> Status {
    if (key == "topic") {
      topic = true;
      return json.String(assignment.partition.topic);
    }
    if (key == "partition") {
      partition = true;
      std::int64_t number = 0;
      LW_RETURN_IF_ERROR(json.Integer(number, 0, kMostInt));
      assignment.partition.partition = static_cast<std::int32_t>(number);
      return Ok();
    }
    if (key != "replicas") return json.Skip();
    return json.Array([&]() -> Status {
      std::int64_t id = 0;
      LW_RETURN_IF_ERROR(json.Integer(id, 0, kMostInt));
      assignment.replicas.push_back(static_cast<BrokerId>(id));
      return Ok();
    });
  });
  LW_RETURN_IF_ERROR(read);
  if (!topic || !partition || assignment.replicas.empty()) {
    return json.Fail("needs topic, partition and replicas");
  }
  return Ok();
}

/// Puts named partitions where the plan wants them.
class Placer {
 public:
  Placer(const ClusterSnapshot& snapshot, const FlatCluster& cluster)
      : snapshot_(snapshot),
        cluster_(cluster),
        records_(snapshot, cluster),
        named_(cluster.partitions.size(), false),
        seats_(PresentSeats(cluster)) {}

  Status Place(const Assignment& assignment) {
    const auto wrong = [&](const std::string& what) {
      return InvalidArgument(
          fmt::format("{}: {}", EscapeControl(assignment.partition.ToString()), what));
    };
    const Partition* found =
        snapshot_.FindPartition(assignment.partition.topic, assignment.partition.partition);
    if (found == nullptr) return wrong("the snapshot has no such partition");
    const std::uint32_t p = records_.Of(*found);
    std::vector<BrokerId> sorted = assignment.replicas;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
      return wrong("a broker is listed twice");
    }
    if (sorted.size() != found->replica_count) {
      return wrong(fmt::format("has {} replicas, the plan {}: a change of the factor is not judged",
                               found->replica_count, sorted.size()));
    }
    if (p == kNoRow) {
      std::vector<BrokerId> now = snapshot_.ReplicaIds(*found);
      if (now == assignment.replicas) return Ok();
      return wrong("cannot be moved: it is being reassigned, offline or excluded");
    }
    if (named_[p]) return wrong("is in the plan twice");
    named_[p] = true;
    for (std::size_t i = 0; i < assignment.replicas.size(); ++i) {
      const BrokerIndex b = IndexOfBroker(cluster_, assignment.replicas[i]);
      if (b == kNoIndex) {
        return wrong(fmt::format("there is no broker {}", assignment.replicas[i]));
      }
      seats_[p][i] = b;
    }
    // As Flatten lists them: the leader, then the followers in the order of brokers.
    Seats& seats = seats_[p];
    std::sort(seats.begin() + 1, seats.begin() + static_cast<std::ptrdiff_t>(sorted.size()));
    return Ok();
  }

  std::vector<Seats> Take() { return std::move(seats_); }

 private:
  const ClusterSnapshot& snapshot_;
  const FlatCluster& cluster_;
  const RecordIndex records_;
  std::vector<bool> named_;
  std::vector<Seats> seats_;
};

}  // namespace

Result<std::vector<Assignment>> ParseReassignmentJson(std::string_view json) {
  JsonReader reader(json);
  std::vector<Assignment> plan;
  bool found = false;
  LW_RETURN_IF_ERROR(reader.Object([&](std::string_view key) -> Status {
    if (key != "partitions") return reader.Skip();
    found = true;
    return reader.Array([&]() { return ReadAssignment(reader, plan.emplace_back()); });
  }));
  LW_RETURN_IF_ERROR(reader.End());
  if (!found) return InvalidArgument("there is no list \"partitions\" in it");
  return plan;
}

Result<Proposal> JudgePlan(const ClusterSnapshot& snapshot, const PlannerOptions& options,
                           const std::vector<Assignment>& plan) {
  LW_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(snapshot, options));
  Placer placer(snapshot, prepared.cluster);
  for (const Assignment& assignment : plan) LW_RETURN_IF_ERROR(placer.Place(assignment));
  const Placement start(prepared.cluster, prepared.bands);
  Placement end = start;
  end.Restore(placer.Take());
  const Schedule schedule = ScheduleAll(snapshot, options, start, end);
  return BuildProposal({snapshot, options, prepared.goals, start, end, schedule, {}});
}

}  // namespace levelwind::planner
