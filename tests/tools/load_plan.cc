#include "tests/tools/load_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace levelwind::load {
namespace {

using Json = nlohmann::json;

template <class T>
bool ParseNumber(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Status CheckKeys(const Json& object, const std::string& where,
                 std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return InvalidArgument(where + " must be an object");
  for (const auto& [key, unused] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known)
      names += (names.empty() ? "" : ", ") + std::string(name);
    return InvalidArgument(fmt::format("{} has no key '{}'; there are {}", where, key, names));
  }
  return Ok();
}

Result<std::int64_t> Bytes(const Json& object, const char* key, std::int64_t fallback) {
  if (!object.contains(key)) return fallback;
  const Json& value = object[key];
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return ParseBytes(value.get<std::string>());
}

Result<Rate> RateOf(const Json& object, const char* key) {
  if (!object.contains(key)) return Rate{};
  return ParseRate(object[key].get<std::string>());
}

Result<kafka::NewTopic> ParseTopic(const Json& object) {
  LW_RETURN_IF_ERROR(CheckKeys(
      object, "topics[]", {"name", "partitions", "replication_factor", "assignments", "configs"}));
  kafka::NewTopic topic;
  topic.name = object.at("name").get<std::string>();
  topic.partitions = object.value("partitions", -1);
  topic.replication_factor = object.value("replication_factor", std::int16_t{-1});
  if (object.contains("assignments")) {
    topic.assignments = object["assignments"].get<std::vector<std::vector<BrokerId>>>();
  }
  if (object.contains("configs")) {
    for (const auto& [key, value] : object["configs"].items()) {
      topic.configs.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return topic;
}

Result<ProduceSpec> ParseProduce(const Json& object, const std::string& where) {
  LW_RETURN_IF_ERROR(
      CheckKeys(object, where, {"topic", "rate", "bytes", "size", "weights", "keys", "chains"}));
  ProduceSpec spec;
  spec.topic = object.at("topic").get<std::string>();
  LW_ASSIGN_OR_RETURN(spec.rate, RateOf(object, "rate"));
  LW_ASSIGN_OR_RETURN(spec.total_bytes, Bytes(object, "bytes", 0));
  LW_ASSIGN_OR_RETURN(const std::int64_t size, Bytes(object, "size", spec.record_bytes));
  if (size < 1 || size > 1'000'000) {
    return InvalidArgument(fmt::format("{}: size {} is not within 1 to 1000000", where, size));
  }
  spec.record_bytes = static_cast<std::int32_t>(size);
  if (object.contains("weights")) {
    const Json& weights = object["weights"];
    if (weights.is_string()) {
      LW_ASSIGN_OR_RETURN(spec.weights, ParseWeights(weights.get<std::string>()));
    } else {
      // A list: the weight of partition 0, 1, ...
      for (std::size_t p = 0; p < weights.size(); ++p) {
        spec.weights[static_cast<std::int32_t>(p)] = weights[p].get<double>();
      }
    }
  }
  spec.keys = object.value("keys", true);
  spec.chains = object.value("chains", false);
  return spec;
}

Result<ConsumeSpec> ParseConsume(const Json& object) {
  LW_RETURN_IF_ERROR(
      CheckKeys(object, "consume[]",
                {"group", "topic", "max_rate", "members", "protocol", "assignor", "from"}));
  ConsumeSpec spec;
  spec.group = object.at("group").get<std::string>();
  spec.topic = object.at("topic").get<std::string>();
  LW_ASSIGN_OR_RETURN(const Rate rate, RateOf(object, "max_rate"));
  if (rate.bytes_per_s > 0) return InvalidArgument("consume[]: max_rate is in records per second");
  spec.max_records_per_s = rate.records_per_s;
  spec.members = object.value("members", 1);
  const std::string protocol = object.value("protocol", "classic");
  if (protocol != "classic" && protocol != "consumer") {
    return InvalidArgument(
        fmt::format("consume[]: protocol '{}' is neither classic nor consumer", protocol));
  }
  spec.kip848 = protocol == "consumer";
  spec.assignor = object.value("assignor", "");
  const std::string from = object.value("from", "earliest");
  if (from != "earliest" && from != "latest") {
    return InvalidArgument(
        fmt::format("consume[]: from '{}' is neither earliest nor latest", from));
  }
  spec.from_latest = from == "latest";
  return spec;
}

Result<LoadPlan> ParseDocument(const Json& document) {
  LW_RETURN_IF_ERROR(
      CheckKeys(document, "the load file", {"topics", "fill", "produce", "consume"}));
  LoadPlan plan;
  for (const Json& item : document.value("topics", Json::array())) {
    LW_ASSIGN_OR_RETURN(kafka::NewTopic topic, ParseTopic(item));
    plan.topics.push_back(std::move(topic));
  }
  for (const Json& item : document.value("fill", Json::array())) {
    LW_ASSIGN_OR_RETURN(ProduceSpec spec, ParseProduce(item, "fill[]"));
    if (spec.total_bytes <= 0) return InvalidArgument("fill[] needs bytes");
    plan.fill.push_back(std::move(spec));
  }
  for (const Json& item : document.value("produce", Json::array())) {
    LW_ASSIGN_OR_RETURN(ProduceSpec spec, ParseProduce(item, "produce[]"));
    plan.produce.push_back(std::move(spec));
  }
  for (const Json& item : document.value("consume", Json::array())) {
    LW_ASSIGN_OR_RETURN(ConsumeSpec spec, ParseConsume(item));
    plan.consume.push_back(std::move(spec));
  }
  return plan;
}

}  // namespace

Result<Rate> ParseRate(std::string_view text) {
  Rate rate;
  if (text == "max") return rate;
  if (!text.ends_with("/s")) {
    return InvalidArgument(
        fmt::format("rate '{}' must end in /s, as 200/s (records) or 2MiB/s, or be max", text));
  }
  const std::string_view amount = text.substr(0, text.size() - 2);
  if (ParseNumber(amount, rate.records_per_s)) {
    if (rate.records_per_s > 0) return rate;
    return InvalidArgument(fmt::format("rate '{}' must be positive", text));
  }
  LW_ASSIGN_OR_RETURN(const std::int64_t bytes, ParseBytes(amount));
  if (bytes <= 0) return InvalidArgument(fmt::format("rate '{}' must be positive", text));
  rate.records_per_s = 0;
  rate.bytes_per_s = static_cast<double>(bytes);
  return rate;
}

Result<std::map<std::int32_t, double>> ParseWeights(std::string_view text) {
  std::map<std::int32_t, double> weights;
  double total = 0;
  for (const std::string_view part : Split(text, ',')) {
    const std::size_t equals = part.find('=');
    std::int32_t partition = -1;
    double weight = -1;
    if (equals == std::string_view::npos || !ParseNumber(part.substr(0, equals), partition) ||
        !ParseNumber(part.substr(equals + 1), weight) || partition < 0 || weight < 0) {
      return InvalidArgument(fmt::format("weights '{}': '{}' is not PARTITION=WEIGHT", text, part));
    }
    if (!weights.emplace(partition, weight).second) {
      return InvalidArgument(fmt::format("weights '{}': partition {} twice", text, partition));
    }
    total += weight;
  }
  if (total <= 0) return InvalidArgument(fmt::format("weights '{}' are all zero", text));
  return weights;
}

Result<LoadPlan> ParseLoadPlan(std::string_view json) {
  try {
    return ParseDocument(Json::parse(json));
  } catch (const std::exception& failure) {
    return InvalidArgument(fmt::format("the load file: {}", failure.what()));
  }
}

}  // namespace levelwind::load
