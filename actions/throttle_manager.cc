#include "actions/throttle_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/log.h"

namespace levelwind::actions {

using kafka::ConfigResource;
using kafka::ConfigResourceType;
using store::PreimageRecord;
using store::PreimageState;

ThrottleManager::ThrottleManager(kafka::AdminClient& admin, Mutator& mutator,
                                 const ExecutorOptions& options)
    : admin_(admin), mutator_(mutator), options_(options) {}

void ThrottleManager::Load(std::vector<PreimageRecord> open) {
  for (PreimageRecord& row : open) {
    RowKey key{row.operation, KeyOf(row)};
    rows_.insert_or_assign(std::move(key), std::move(row));
  }
}

std::vector<std::string> ThrottleManager::OpenRows(const std::string& operation,
                                                   std::size_t limit) const {
  std::vector<std::string> lines;
  for (const auto& [key, row] : rows_) {
    if (!operation.empty() && key.first != operation) continue;
    if (lines.size() >= limit) break;
    lines.push_back(fmt::format("{} of {} {}: {}", row.key,
                                row.scope == store::ConfigScope::kBroker ? "broker" : "topic",
                                row.resource, row.note.empty() ? "not restored yet" : row.note));
  }
  return lines;
}

std::vector<PreimageRecord> ThrottleManager::Debts() const {
  std::vector<PreimageRecord> debts;
  for (const auto& [key, row] : rows_) debts.push_back(row);
  return debts;
}

std::vector<PreimageRecord*> ThrottleManager::OpenRowsOf(const std::string& operation) {
  std::vector<PreimageRecord*> open;
  for (auto& [key, row] : rows_) {
    if (key.first == operation && IsOpen(row.state)) open.push_back(&row);
  }
  return open;
}

void ThrottleManager::SetRow(PreimageRecord& row, PreimageState state, std::string note) {
  if (row.state == state && row.note == note) return;
  if (state == PreimageState::kForeign) {
    LW_WARN("executor", "{}: {} of {} is no longer ours and stays as it is: {}", row.operation,
            row.key, row.resource, note);
  }
  row.state = state;
  row.note = std::move(note);
  dirty_.insert({row.operation, KeyOf(row)});
}

// Writes what changed; rows that are closed and on disk need no memory any more.
Status ThrottleManager::Flush() {
  store::JournalBatch batch;
  for (const RowKey& key : dirty_) batch.preimages.push_back(rows_.at(key));
  LW_RETURN_IF_ERROR(mutator_.Commit(std::move(batch)));
  for (const RowKey& key : dirty_) {
    const auto row = rows_.find(key);
    if (IsOpen(row->second.state)) continue;
    // What is restored while the operation rests is set again when it goes on.
    const bool restored = row->second.state == PreimageState::kRestored;
    if (key.first == ensured_for_ && !restored) closed_.insert(key.second);
    rows_.erase(row);
  }
  dirty_.clear();
  return Ok();
}

Result<ThrottleManager::Answers> ThrottleManager::ReadConfigs(
    const std::set<ConfigResource>& resources) const {
  std::vector<kafka::ConfigQuery> queries;
  for (const ConfigResource& resource : resources) {
    const bool topic = resource.type == ConfigResourceType::kTopic;
    std::vector<std::string> keys = {std::string(topic ? kLeaderReplicas : kLeaderRate),
                                     std::string(topic ? kFollowerReplicas : kFollowerRate)};
    if (!topic) keys.emplace_back(kLogDirRate);
    queries.push_back({resource, std::move(keys)});
  }
  Answers answers;
  if (queries.empty()) return answers;
  LW_ASSIGN_OR_RETURN(auto list, admin_.DescribeConfigs(queries, options_.request_timeout));
  for (kafka::ConfigAnswer& answer : list) {
    ConfigResource resource = answer.resource;
    answers.insert_or_assign(std::move(resource), std::move(answer));
  }
  return answers;
}

}  // namespace levelwind::actions
