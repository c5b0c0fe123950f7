#include "actions/scaling/offset_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "kafka/admin_types.h"

namespace levelwind::actions {
namespace {

constexpr std::size_t kMostPartitions = 1000;  // of one request, as GroupAdmin takes them

std::string Quoted(const std::string& group) {
  return fmt::format("group '{}'", EscapeControl(group));
}

/// A group as its coordinator lists it; kNotFound: no broker does.
Result<kafka::GroupListing> FindListing(kafka::AdminClient& admin, const std::string& group,
                                        Duration timeout) {
  LW_ASSIGN_OR_RETURN(const auto listings, admin.ListGroups(timeout));
  const auto found = std::ranges::find(listings.groups, group, &kafka::GroupListing::name);
  if (found != listings.groups.end()) return *found;
  if (!listings.unreachable.empty()) {
    return Unavailable(fmt::format("{} is not listed, but {} brokers did not answer", Quoted(group),
                                   listings.unreachable.size()));
  }
  return NotFound(Quoted(group) + " does not exist");
}

Result<kafka::GroupDescription> Describe(kafka::AdminClient& admin, const std::string& group,
                                         Duration timeout) {
  LW_ASSIGN_OR_RETURN(const kafka::GroupListing listing, FindListing(admin, group, timeout));
  LW_ASSIGN_OR_RETURN(std::vector<kafka::GroupDescription> groups,
                      admin.DescribeGroups({listing}, timeout));
  if (groups.size() != 1 || groups.front().error != 0) {
    return Unavailable(
        fmt::format("{} cannot be described: {}", Quoted(group),
                    groups.empty() ? "no answer" : kafka::KafkaErrorName(groups.front().error)));
  }
  return std::move(groups.front());
}

/// A group's commits, or an error if but one of them is not known.
Result<std::map<TopicPartition, std::int64_t>> Committed(kafka::AdminClient& admin,
                                                         const std::string& group,
                                                         Duration timeout) {
  LW_ASSIGN_OR_RETURN(const auto answers, admin.FetchGroupOffsets({group}, timeout));
  if (answers.size() != 1 || answers.front().error != 0) {
    return Unavailable(
        fmt::format("the offsets of {} cannot be read: {}", Quoted(group),
                    answers.empty() ? "no answer" : kafka::KafkaErrorName(answers.front().error)));
  }
  std::map<TopicPartition, std::int64_t> offsets;
  for (const kafka::CommittedOffset& one : answers.front().offsets) {
    if (one.error != 0) {
      return Unavailable(fmt::format("the offset of {} for {} cannot be read: {}",
                                     one.partition.ToString(), Quoted(group),
                                     kafka::KafkaErrorName(one.error)));
    }
    if (one.offset >= 0) offsets[one.partition] = one.offset;
  }
  return offsets;
}

std::string ResetText(const std::vector<kafka::OffsetReset>& resets) {
  std::string text;
  for (const kafka::OffsetReset& reset : resets) {
    if (text.size() > 800) return text + ", ...";
    if (!text.empty()) text += ", ";
    text += fmt::format("{} to {}", reset.partition.ToString(), reset.offset);
  }
  return text;
}

}  // namespace

Status OffsetGuard::Save(const std::string& group) {
  LW_ASSIGN_OR_RETURN(const auto offsets, Committed(admin_, group, timeout_));
  if (offsets.empty()) return Ok();
  LW_ASSIGN_OR_RETURN(const kafka::ClusterMetadata cluster, admin_.DescribeCluster(timeout_));
  std::map<std::string, Uuid> ids;
  for (const kafka::TopicInfo& topic : cluster.topics) ids[topic.name] = topic.id;
  store::SavedOffsets saved{group, clock_.WallNow(), {}};
  for (const auto& [partition, offset] : offsets) {
    const auto id = ids.find(partition.topic);
    const bool named = id != ids.end() && !id->second.is_none();
    saved.offsets.push_back({partition, named ? id->second.ToString() : "", offset});
  }
  return record_.Save(saved);
}

Status OffsetGuard::CheckEmpty(const std::string& group) {
  const auto described = Describe(admin_, group, timeout_);
  if (!described.ok()) {
    // All of it expired, and the group with it: a commit makes it anew.
    return described.error().code() == ErrorCode::kNotFound ? Ok() : Status(described.error());
  }
  if (described->members.empty()) return Ok();
  return FailedPrecondition(
      fmt::format("{} has {} members; offsets are put back only while it has "
                  "none, since theirs count",
                  Quoted(group), described->members.size()));
}

Result<std::vector<kafka::OffsetAnswer>> OffsetGuard::Bounds(
    const std::vector<store::SavedOffset>& offsets, std::int64_t which) {
  std::vector<kafka::OffsetQuery> queries;
  for (const store::SavedOffset& one : offsets) {
    kafka::OffsetQuery query;
    query.partition = one.partition;
    query.timestamp = which;
    queries.push_back(std::move(query));
  }
  return admin_.ListOffsets(queries, timeout_);
}

Result<OffsetGuard::Want> OffsetGuard::Choose(const store::SavedOffsets& saved) {
  Want want;
  LW_ASSIGN_OR_RETURN(const auto committed, Committed(admin_, saved.group, timeout_));
  LW_ASSIGN_OR_RETURN(const kafka::ClusterMetadata cluster, admin_.DescribeCluster(timeout_));
  std::map<std::string, Uuid> ids;
  for (const kafka::TopicInfo& topic : cluster.topics) ids[topic.name] = topic.id;
  std::vector<store::SavedOffset> lost;
  for (const store::SavedOffset& one : saved.offsets) {
    const auto id = ids.find(one.partition.topic);
    if (committed.contains(one.partition)) {
      ++want.restored.kept;
    } else if (id == ids.end()) {
      want.restored.skipped.push_back(one.partition.ToString() + ": the topic is gone");
    } else if (!one.topic_id.empty() && id->second.ToString() != one.topic_id) {
      want.restored.skipped.push_back(one.partition.ToString() +
                                      ": the topic was deleted and made anew");
    } else {
      lost.push_back(one);
    }
  }
  if (lost.empty()) return want;
  LW_ASSIGN_OR_RETURN(const auto begins, Bounds(lost, kafka::kEarliestOffset));
  LW_ASSIGN_OR_RETURN(const auto ends, Bounds(lost, kafka::kLatestOffset));
  std::map<TopicPartition, std::int64_t> begin, end;
  for (const auto& one : begins) {
    if (one.error == 0) begin[one.partition] = one.offset;
  }
  for (const auto& one : ends) {
    if (one.error == 0) end[one.partition] = one.offset;
  }
  for (const store::SavedOffset& one : lost) {
    if (!begin.contains(one.partition) || !end.contains(one.partition)) {
      return Unavailable(
          fmt::format("where {} begins and ends is not known now", one.partition.ToString()));
    }
    if (one.offset > end[one.partition]) {
      want.restored.skipped.push_back(fmt::format("{}: it ends at {}, before {}",
                                                  one.partition.ToString(), end[one.partition],
                                                  one.offset));
      continue;
    }
    kafka::OffsetReset reset;
    reset.partition = one.partition;
    reset.offset = std::max(one.offset, begin[one.partition]);
    reset.metadata = "put back by levelwind";
    want.resets.push_back(std::move(reset));
  }
  return want;
}

Result<OffsetGuard::Restored> OffsetGuard::Restore(const std::string& group) {
  LW_ASSIGN_OR_RETURN(const auto saved, record_.Load(group));
  if (!saved) return NotFound("no offsets of " + Quoted(group) + " were saved");
  LW_RETURN_IF_ERROR(CheckEmpty(group));
  LW_ASSIGN_OR_RETURN(Want want, Choose(*saved));
  for (std::size_t from = 0; from < want.resets.size(); from += kMostPartitions) {
    const std::size_t to = std::min(want.resets.size(), from + kMostPartitions);
    const std::vector<kafka::OffsetReset> part(
        want.resets.begin() + static_cast<std::ptrdiff_t>(from),
        want.resets.begin() + static_cast<std::ptrdiff_t>(to));
    LW_ASSIGN_OR_RETURN(store::AuditRecord row,
                        log_.Intend("autoscale/" + EscapeControl(group), "OffsetCommit",
                                    Quoted(group) + ": " + ResetText(part)));
    const auto answer = groups_.CommitOffsets(group, part, timeout_);
    std::string outcome = "ok", refusal;
    if (!answer.ok()) {
      refusal = answer.error().ToString();
    } else {
      for (const kafka::PartitionOutcome& one : *answer) {
        if (one.error == 0) {
          want.restored.put_back.push_back(one.partition);
        } else if (refusal.empty()) {
          refusal =
              fmt::format("{} {}", one.partition.ToString(), kafka::KafkaErrorName(one.error));
        }
      }
    }
    log_.Done(std::move(row), refusal.empty() ? outcome : refusal);
    if (!answer.ok()) return answer.error().Wrap("putting back the offsets of " + Quoted(group));
    if (!refusal.empty()) {
      return FailedPrecondition(
          fmt::format("offsets of {} could not be put back ({}); does it have "
                      "members by now?",
                      Quoted(group), refusal));
    }
  }
  return std::move(want.restored);
}

std::vector<kafka::MemberToRemove> OrphanedStaticMembers(const kafka::GroupDescription& group,
                                                         const ScalingTarget& target,
                                                         std::int64_t replicas) {
  std::vector<kafka::MemberToRemove> gone;
  if (target.kind != "statefulset" || replicas < 0) return gone;
  const std::string stem = target.name + "-";
  for (const kafka::GroupMember& member : group.members) {
    const std::string_view id = member.instance_id;
    const std::size_t digits = id.find_last_not_of("0123456789") + 1;
    // "orders-7" or "prefix.orders-7", and a number that fits.
    if (digits == id.size() || id.size() - digits > 9 || digits == 0) continue;
    const std::string_view head = id.substr(0, digits);
    if (!head.ends_with(stem)) continue;
    const std::string_view before = head.substr(0, head.size() - stem.size());
    const bool whole =
        before.empty() || std::string_view("._:/").find(before.back()) != std::string_view::npos;
    if (!whole || std::stoll(std::string(id.substr(digits))) < replicas) continue;
    kafka::MemberToRemove remove;
    remove.instance_id = member.instance_id;
    gone.push_back(std::move(remove));
  }
  return gone;
}

Result<std::size_t> RemoveOrphanedMembers(kafka::AdminClient& admin, kafka::GroupAdmin& groups,
                                          ActionLog& log, const ScalingDecision& decision,
                                          std::int64_t replicas, Duration timeout) {
  LW_ASSIGN_OR_RETURN(const kafka::GroupDescription group,
                      Describe(admin, decision.group, timeout));
  if (!group.type.empty() && group.type != "classic") return std::size_t{0};
  const auto gone = OrphanedStaticMembers(group, decision.target, replicas);
  if (gone.empty()) return std::size_t{0};
  std::string names;
  for (const kafka::MemberToRemove& one : gone) {
    if (!names.empty()) names += ", ";
    names += EscapeControl(one.instance_id.value_or(""));
  }
  LW_ASSIGN_OR_RETURN(store::AuditRecord row,
                      log.Intend(ScalingOperation(decision.group, decision.number), "LeaveGroup",
                                 Quoted(decision.group) + ": " + names));
  const auto answer = groups.RemoveMembers(decision.group, gone, "scaled in by levelwind", timeout);
  std::size_t left = 0;
  std::string refusal;
  if (answer.ok()) {
    for (const kafka::MemberOutcome& one : *answer) {
      if (one.error == 0) {
        ++left;
      } else if (refusal.empty()) {
        refusal = fmt::format("{} {}", EscapeControl(one.instance_id.value_or(one.member_id)),
                              kafka::KafkaErrorName(one.error));
      }
    }
  }
  log.Done(std::move(row), !answer.ok()      ? answer.error().ToString()
                           : refusal.empty() ? "ok"
                                             : refusal);
  if (!answer.ok()) return answer.error();
  return left;
}

}  // namespace levelwind::actions
