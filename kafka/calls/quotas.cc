#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kafka/calls/admins.h"
#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_quotas.h"

namespace levelwind::kafka::calls {

namespace {

template <class Entities>
QuotaEntity TakeEntity(const Entities& entities) {
  QuotaEntity entity;
  for (const auto& part : entities) entity[part.entity_type] = part.entity_name;
  return entity;
}

/// All changes of one entity; a request may name it only once.
struct EntityChanges {
  QuotaEntity entity;
  std::vector<QuotaChange> changes;
};

std::vector<EntityChanges> ByEntity(const std::vector<QuotaChange>& changes) {
  std::vector<EntityChanges> grouped;
  std::map<QuotaEntity, std::size_t> at;
  for (const QuotaChange& change : changes) {
    const auto [it, added] = at.try_emplace(change.entity, grouped.size());
    if (added) grouped.push_back({change.entity, {}});
    grouped[it->second].changes.push_back(change);
  }
  return grouped;
}

AlterClientQuotasRequest RequestFor(std::span<const EntityChanges> entities, bool validate_only) {
  AlterClientQuotasRequest request;
  request.validate_only = validate_only;
  for (const EntityChanges& from : entities) {
    auto& entry = request.entries.emplace_back();
    for (const auto& [kind, name] : from.entity) entry.entity.push_back({kind, name});
    for (const QuotaChange& change : from.changes) {
      entry.ops.push_back({change.key, change.value.value_or(0), !change.value.has_value()});
    }
  }
  return request;
}

Result<std::vector<QuotaOutcome>> AlterChunk(Caller& caller, std::span<const EntityChanges> chunk,
                                             bool validate_only, SteadyTime deadline) {
  auto answer = caller.Any(RequestFor(chunk, validate_only), deadline);
  if (!answer.response.ok()) {
    return WriteError(answer.response.error(), answer.progress, "changing quotas");
  }
  std::map<QuotaEntity, QuotaOutcome> found;
  for (auto& entry : answer.response->entries) {
    QuotaEntity entity = TakeEntity(entry.entity);
    found[entity] = {entity, entry.error_code,
                     std::move(entry.error_message).value_or(std::string())};
  }
  std::vector<QuotaOutcome> result;
  for (const EntityChanges& one : chunk) {
    const auto it = found.find(one.entity);
    result.push_back(it != found.end() ? it->second
                                       : QuotaOutcome{one.entity, kNetworkException,
                                                      "the broker left it out of its answer"});
  }
  return result;
}

}  // namespace

Result<std::vector<ClientQuota>> WireQuotaAdmin::DescribeQuotas(
    const std::vector<QuotaFilter>& filters, bool strict, Duration timeout) {
  DescribeClientQuotasRequest request;
  request.strict = strict;
  for (const QuotaFilter& filter : filters) {
    const bool exact = filter.match == QuotaMatch::kExact;
    request.components.push_back({filter.kind, static_cast<std::int8_t>(filter.match),
                                  exact ? std::optional(filter.name) : std::nullopt});
  }
  auto answer = caller_.Any(std::move(request), caller_.DeadlineIn(timeout));
  if (!answer.response.ok()) return answer.response.error().Wrap("reading quotas");
  if (answer.response->error_code != 0) {
    return TopLevel(answer.response->error_code, answer.response->error_message, "reading quotas");
  }
  std::vector<ClientQuota> quotas;
  if (!answer.response->entries) return quotas;
  for (const auto& entry : *answer.response->entries) {
    ClientQuota& quota = quotas.emplace_back();
    quota.entity = TakeEntity(entry.entity);
    for (const auto& value : entry.values) quota.values[value.key] = value.value;
  }
  return quotas;
}

Result<std::vector<QuotaOutcome>> WireQuotaAdmin::AlterQuotas(
    const std::vector<QuotaChange>& changes, bool validate_only, Duration timeout) {
  for (const QuotaChange& change : changes) {
    if (!change.value || std::isfinite(*change.value)) continue;
    return InvalidArgument(
        fmt::format("quota {} is {}; it must be a finite number", change.key, *change.value));
  }
  const SteadyTime deadline = caller_.DeadlineIn(timeout);
  const std::vector<EntityChanges> grouped = ByEntity(changes);
  return InChunks<QuotaOutcome>(std::span(grouped), [&](std::span<const EntityChanges> chunk) {
    return AlterChunk(caller_, chunk, validate_only, deadline);
  });
}

}  // namespace levelwind::kafka::calls
