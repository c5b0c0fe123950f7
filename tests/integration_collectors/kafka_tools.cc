#include "tests/integration_collectors/kafka_tools.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace levelwind::testing {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

std::int64_t Number(const std::string& text) { return text == "-" ? -1 : std::stoll(text); }

/// "orders-with-dashes-7".
TopicPartition ParsePartition(const std::string& text) {
  const auto dash = text.rfind('-');
  return {text.substr(0, dash), std::stoi(text.substr(dash + 1))};
}

}  // namespace

Result<LagTable> ToolLags(const RealCluster& kafka) {
  LW_ASSIGN_OR_RETURN(const CommandResult result,
                      kafka.RunTool({"consumer-groups", "--describe", "--all-groups"}));
  if (!result.ok()) return Internal("consumer-groups: " + result.err);
  LagTable table;
  std::vector<std::string> header;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = Words(line);
    if (words.size() < 6) continue;
    if (words.front() == "GROUP") {
      header = words;
      continue;
    }
    const auto field = [&](const std::string& name) -> std::string {
      const auto at = std::find(header.begin(), header.end(), name);
      const auto column = static_cast<std::size_t>(at - header.begin());
      return column < words.size() ? words[column] : "-";
    };
    if (header.empty() || words.size() != header.size()) continue;
    ToolLag lag;
    lag.committed = Number(field("CURRENT-OFFSET"));
    lag.end = Number(field("LOG-END-OFFSET"));
    lag.lag = Number(field("LAG"));
    lag.client_id = field("CLIENT-ID") == "-" ? "" : field("CLIENT-ID");
    table[{field("GROUP"), {field("TOPIC"), std::stoi(field("PARTITION"))}}] = lag;
  }
  if (table.empty()) return Internal("consumer-groups printed no row:\n" + result.out + result.err);
  return table;
}

Result<SizeTable> ToolSizes(const RealCluster& kafka) {
  LW_ASSIGN_OR_RETURN(const CommandResult result, kafka.RunTool({"log-dirs", "--describe"}));
  const auto begin = result.out.find('{');
  if (!result.ok() || begin == std::string::npos) return Internal("log-dirs: " + result.err);
  const auto json = nlohmann::json::parse(result.out.substr(begin), nullptr, false);
  if (json.is_discarded()) return Internal("log-dirs printed no JSON:\n" + result.out);
  SizeTable sizes;
  for (const auto& broker : json.at("brokers")) {
    for (const auto& dir : broker.at("logDirs")) {
      for (const auto& partition : dir.at("partitions")) {
        sizes[{broker.at("broker").get<BrokerId>(), dir.at("logDir").get<std::string>(),
               ParsePartition(partition.at("partition").get<std::string>())}] =
            partition.at("size").get<std::int64_t>();
      }
    }
  }
  return sizes;
}

}  // namespace levelwind::testing
