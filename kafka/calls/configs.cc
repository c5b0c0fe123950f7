#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "kafka/calls/calls.h"
#include "kafka/calls/items.h"
#include "kafka/errors.h"
#include "kafka/protocol/messages_configs.h"

namespace levelwind::kafka::calls {

namespace {

/// The broker whose own settings a resource means; empty for topics and for "all brokers".
std::optional<BrokerId> OwnBroker(const ConfigResource& resource) {
  if (resource.type != ConfigResourceType::kBroker || resource.name.empty()) return std::nullopt;
  BrokerId id = kNoBroker;
  const char* end = resource.name.data() + resource.name.size();
  const auto [at, error] = std::from_chars(resource.name.data(), end, id);
  if (error != std::errc() || at != end || id < 0) return std::nullopt;
  return id;
}

ConfigAnswer Take(DescribeConfigsResponse::Result&& from) {
  ConfigAnswer to;
  to.resource = {static_cast<ConfigResourceType>(from.resource_type),
                 std::move(from.resource_name)};
  to.error = from.error_code;
  to.error_message = std::move(from.error_message).value_or(std::string());
  to.entries.reserve(from.configs.size());
  for (auto& config : from.configs) {
    const bool known = config.config_source >= 0 && config.config_source <= 5;
    to.entries.push_back(
        {std::move(config.name), std::move(config.value),
         known ? static_cast<ConfigSource>(config.config_source) : ConfigSource::kUnknown,
         config.read_only, config.is_sensitive});
  }
  return to;
}

DescribeConfigsRequest::Resource Give(const ConfigQuery& query) {
  DescribeConfigsRequest::Resource resource;
  resource.resource_type = static_cast<std::int8_t>(query.resource.type);
  resource.resource_name = query.resource.name;
  if (query.keys.empty()) {
    resource.configuration_keys.reset();  // all
  } else {
    resource.configuration_keys = query.keys;
  }
  return resource;
}

/// Splits items into those for one broker each and the rest, which any broker (or the controller)
/// takes.
template <class Item>
struct Split {
  std::map<BrokerId, std::vector<Item>> own;
  std::vector<Item> rest;
};

template <class Item, class ResourceOf>
Split<Item> SplitByBroker(const Router& router, const std::vector<Item>& items,
                          ResourceOf resource_of) {
  Split<Item> split;
  for (const Item& item : items) {
    const std::optional<BrokerId> broker = OwnBroker(resource_of(item));
    // Only the broker itself knows its settings; the others can at least say why they do not.
    if (broker && router.EndpointOf(*broker)) {
      split.own[*broker].push_back(item);
    } else {
      split.rest.push_back(item);
    }
  }
  return split;
}

}  // namespace

Result<std::vector<ConfigAnswer>> DescribeConfigs(Caller& caller,
                                                  const std::vector<ConfigQuery>& queries,
                                                  SteadyTime deadline) {
  if (queries.empty()) return std::vector<ConfigAnswer>();
  if (!caller.router().knows_cluster()) LW_RETURN_IF_ERROR(caller.Refresh({}, deadline));
  const auto split =
      SplitByBroker(caller.router(), queries, [](const auto& q) { return q.resource; });
  std::map<ConfigResource, ConfigAnswer> found;
  const auto take = [&](Answer<DescribeConfigsResponse>&& answer,
                        const std::vector<ConfigQuery>& asked) {
    if (answer.response.ok()) {
      for (auto& result : answer.response->results) {
        ConfigAnswer one = Take(std::move(result));
        found.insert_or_assign(one.resource, std::move(one));
      }
      return;
    }
    const Error& error = answer.response.error();
    for (const ConfigQuery& query : asked) {
      found[query.resource] = {query.resource, CodeFor(error), error.message(), {}};
    }
  };

  std::vector<std::pair<BrokerId, DescribeConfigsRequest>> requests;
  for (const auto& [broker, items] : split.own) {
    DescribeConfigsRequest request;
    for (const ConfigQuery& query : items) request.resources.push_back(Give(query));
    requests.emplace_back(broker, std::move(request));
  }
  auto answers = caller.Brokers(std::move(requests), deadline);
  std::size_t next = 0;
  for (const auto& [broker, items] : split.own) take(std::move(answers[next++]), items);
  if (!split.rest.empty()) {
    DescribeConfigsRequest request;
    for (const ConfigQuery& query : split.rest) request.resources.push_back(Give(query));
    auto answer = caller.Any(std::move(request), deadline);
    if (!answer.response.ok() && split.own.empty()) return answer.response.error();
    take(std::move(answer), split.rest);
  }

  std::vector<ConfigAnswer> result;
  result.reserve(queries.size());
  for (const ConfigQuery& query : queries) {
    const auto it = found.find(query.resource);
    result.push_back(it != found.end()
                         ? it->second
                         : ConfigAnswer{query.resource,
                                        kNetworkException,
                                        "the broker left the resource out of its answer",
                                        {}});
  }
  return result;
}

namespace {

/// All changes of one resource; a request may name it only once.
struct ResourceChanges {
  ConfigResource resource;
  std::vector<ConfigChange> changes;
};

std::vector<ResourceChanges> GroupByResource(const std::vector<ConfigChange>& changes) {
  std::vector<ResourceChanges> grouped;
  std::map<ConfigResource, std::size_t> at;
  for (const ConfigChange& change : changes) {
    const auto [it, added] = at.try_emplace(change.resource, grouped.size());
    if (added) grouped.push_back({change.resource, {}});
    grouped[it->second].changes.push_back(change);
  }
  return grouped;
}

IncrementalAlterConfigsRequest RequestFor(const std::vector<ResourceChanges>& resources) {
  IncrementalAlterConfigsRequest request;
  for (const ResourceChanges& from : resources) {
    auto& to = request.resources.emplace_back();
    to.resource_type = static_cast<std::int8_t>(from.resource.type);
    to.resource_name = from.resource.name;
    for (const ConfigChange& change : from.changes) {
      auto& config = to.configs.emplace_back();
      config.name = change.key;
      config.config_operation = static_cast<std::int8_t>(change.op);
      if (change.op == ConfigOp::kDelete) {
        config.value.reset();
      } else {
        config.value = change.value;
      }
    }
  }
  return request;
}

std::int16_t NotControllerIn(const IncrementalAlterConfigsResponse& response) {
  for (const auto& resource : response.responses) {
    if (resource.error_code == kNotController) return kNotController;
  }
  return 0;
}

using Outcomes = std::map<ConfigResource, ConfigChangeOutcome>;

void Take(Answer<IncrementalAlterConfigsResponse>&& answer,
          const std::vector<ResourceChanges>& asked, Outcomes& out) {
  if (!answer.response.ok()) {
    const Error error = WriteError(answer.response.error(), answer.progress, "changing configs");
    for (const ResourceChanges& one : asked) {
      out[one.resource] = {one.resource, CodeFor(error), error.message()};
    }
    return;
  }
  for (auto& one : answer.response->responses) {
    const ConfigResource resource{static_cast<ConfigResourceType>(one.resource_type),
                                  std::move(one.resource_name)};
    out[resource] = {resource, one.error_code,
                     std::move(one.error_message).value_or(std::string())};
  }
}

}  // namespace

Result<std::vector<ConfigChangeOutcome>> AlterConfigs(Caller& caller,
                                                      const std::vector<ConfigChange>& changes,
                                                      SteadyTime deadline) {
  if (changes.empty()) return std::vector<ConfigChangeOutcome>();
  if (!caller.router().knows_cluster()) LW_RETURN_IF_ERROR(caller.Refresh({}, deadline));
  const std::vector<ResourceChanges> grouped = GroupByResource(changes);
  auto split =
      SplitByBroker(caller.router(), grouped, [](const auto& one) { return one.resource; });
  Outcomes found;
  std::vector<std::pair<BrokerId, IncrementalAlterConfigsRequest>> requests;
  for (const auto& [broker, items] : split.own) requests.emplace_back(broker, RequestFor(items));
  auto answers = caller.Brokers(std::move(requests), deadline);
  std::size_t next = 0;
  for (auto& [broker, items] : split.own) {
    auto& answer = answers[next++];
    const bool unreachable = !answer.response.ok() && answer.progress == Progress::kNotSent &&
                             answer.response.error().retriable();
    if (unreachable) {
      split.rest.insert(split.rest.end(), items.begin(), items.end());
    } else {
      if (!answer.response.ok() && grouped.size() == items.size()) {
        return WriteError(answer.response.error(), answer.progress, "changing configs");
      }
      Take(std::move(answer), items, found);
    }
  }
  for (std::size_t first = 0; first < split.rest.size(); first += kMostPerRequest) {
    const auto begin = split.rest.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t size = std::min(kMostPerRequest, split.rest.size() - first);
    const std::vector<ResourceChanges> chunk(begin, begin + static_cast<std::ptrdiff_t>(size));
    auto answer = caller.Controller(RequestFor(chunk), deadline, &NotControllerIn);
    if (!answer.response.ok() && found.empty()) {
      return WriteError(answer.response.error(), answer.progress, "changing configs");
    }
    Take(std::move(answer), chunk, found);
  }
  std::vector<ConfigChangeOutcome> result;
  result.reserve(grouped.size());
  for (const ResourceChanges& one : grouped) {
    const auto it = found.find(one.resource);
    result.push_back(it != found.end() ? it->second
                                       : ConfigChangeOutcome{one.resource, kNetworkException,
                                                             "the broker did not answer for it"});
  }
  return result;
}

}  // namespace levelwind::kafka::calls
