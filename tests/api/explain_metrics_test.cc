// Where loads and capacities come from, as the API tells it.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "tests/api/api_fixture.h"

namespace levelwind::testing {
namespace {

using std::chrono::seconds;

class ExplainMetrics : public ApiFixture {
 protected:
  ClusterSnapshot Copy() { return *backend_.snapshot; }
  void Use(ClusterSnapshot snapshot) {
    backend_.snapshot = std::make_shared<const ClusterSnapshot>(std::move(snapshot));
  }
};

TEST_F(ExplainMetrics, TellsTheSourceAndTheAgeOfEachFigure) {
  ClusterSnapshot snapshot = Copy();
  Partition& partition = snapshot.partitions[0];
  partition.load = {};
  partition.load.bytes_in_per_s = 5000;
  partition.load.in_from = LoadSource::kEndpoint;
  auto sample = std::make_shared<BrokerSample>();
  sample->broker = partition.leader;
  sample->at = snapshot.taken_at_steady - seconds(7);
  sample->topics.push_back({snapshot.topics[0].name, 5000, kUnknown, kUnknown});
  auto facts = std::make_shared<LoadFacts>();
  facts->source = LoadSource::kEndpoint;
  facts->window = seconds(15);
  facts->skipped = 3;
  facts->brokers.push_back(sample);
  snapshot.load_facts.push_back(facts);
  const std::string topic = snapshot.topics[0].name;
  Use(std::move(snapshot));

  const Json whole = GetJson("/api/v1/explain/metrics/" + topic).at("metrics");
  EXPECT_EQ(whole.at("partitions").size(), 2U);
  EXPECT_EQ(whole.at("sources").at(1).at("source"), "endpoint");
  EXPECT_EQ(whole.at("sources").at(1).at("skipped"), 3);

  const Json one = GetJson("/api/v1/explain/metrics/" + topic + "-0").at("metrics");
  ASSERT_EQ(one.at("partitions").size(), 1U);
  const Json in = one.at("partitions").at(0).at("bytes_in_per_second");
  EXPECT_EQ(in.at("value"), 5000);
  EXPECT_EQ(in.at("source"), "endpoint");
  EXPECT_EQ(in.at("age_seconds"), 7);
  const Json out = one.at("partitions").at(0).at("bytes_out_per_second");
  EXPECT_TRUE(out.at("value").is_null());
  EXPECT_EQ(out.at("source"), "unknown");
  EXPECT_FALSE(out.at("why").get<std::string>().empty());
  const Json cpu = one.at("partitions").at(0).at("cpu_percent");
  EXPECT_NE(cpu.at("why").get<std::string>().find("no source tells the cpu"), std::string::npos);
}

TEST_F(ExplainMetrics, SizesHaveASourceAndAReasonToo) {
  ClusterSnapshot snapshot = Copy();
  const Partition& partition = snapshot.partitions[0];
  ASSERT_GE(partition.replica_count, 2);
  snapshot.replicas[partition.first_replica].size_bytes = 5000;
  snapshot.replicas[partition.first_replica + 1].size_bytes = kUnknownCount;
  const BrokerId silent = snapshot.replicas[partition.first_replica + 1].broker;
  SourceStatus& source = snapshot.sources.emplace_back();
  source.name = "log_dirs";
  source.error = "one broker is not authorised";
  source.skipped = 4;
  const std::string target = "/api/v1/explain/metrics/" + snapshot.topics[0].name + "-0";
  Use(std::move(snapshot));
  const Json metrics = GetJson(target).at("metrics");
  const Json one = metrics.at("partitions").at(0);
  EXPECT_EQ(one.at("size").at("value"), 5000);
  EXPECT_EQ(one.at("size").at("source"), "log_dirs");
  const std::string why = one.at("size").at("why");
  EXPECT_NE(why.find("broker " + std::to_string(silent) + " did not tell"), std::string::npos);
  EXPECT_NE(why.find("not authorised"), std::string::npos) << why;
  EXPECT_EQ(one.at("replica_sizes").at(0).at("size_bytes"), 5000);
  EXPECT_TRUE(one.at("replica_sizes").at(1).at("size_bytes").is_null());
  EXPECT_EQ(metrics.at("sources").at(0).at("skipped"), 4) << "nonsense is counted";
}

TEST_F(ExplainMetrics, SaysThatASourceIsSilentOrOld) {
  ClusterSnapshot snapshot = Copy();
  auto facts = std::make_shared<LoadFacts>();
  facts->source = LoadSource::kEndpoint;
  facts->window = seconds(15);
  facts->problem = "1 of 3 brokers did not tell their metrics";
  snapshot.load_facts.push_back(facts);
  const std::string target = "/api/v1/explain/metrics/" + snapshot.topics[0].name + "-0";
  Use(std::move(snapshot));
  const Json in = GetJson(target).at("metrics").at("partitions").at(0).at("bytes_in_per_second");
  EXPECT_NE(in.at("why").get<std::string>().find("endpoint tells nothing of broker"),
            std::string::npos)
      << in;
}

TEST_F(ExplainMetrics, NamesWhatIsNotThere) {
  EXPECT_EQ(Send("GET", "/api/v1/explain/metrics/nothing").status, 404);
  EXPECT_EQ(Send("GET", "/api/v1/explain/metrics/nothing-0").status, 404);
}

TEST_F(ExplainMetrics, CapacitiesComeWithTheirSource) {
  ClusterSnapshot snapshot = Copy();
  snapshot.brokers[0].capacity.disk_bytes = 1000;
  snapshot.brokers[0].capacity.disk_from = CapacitySource::kDiscovered;
  snapshot.brokers[0].peaks.network_in_bytes_per_s = 77;
  snapshot.brokers[0].capacity.cpu_percent = 100;
  snapshot.brokers[0].capacity.cpu_from = CapacitySource::kDefault;
  Use(std::move(snapshot));
  const Json broker = GetJson("/api/v1/brokers").at("brokers").at(0);
  const Json capacity = broker.at("capacity");
  EXPECT_EQ(capacity.at("disk_bytes").at("source"), "discovered");
  EXPECT_EQ(capacity.at("disk_bytes").at("value"), 1000);
  EXPECT_EQ(capacity.at("cpu_percent").at("source"), "default");
  EXPECT_EQ(capacity.at("network_in_bytes_per_second").at("source"), "estimated");
  EXPECT_EQ(capacity.at("network_in_bytes_per_second").at("value"), 77);
  EXPECT_EQ(capacity.at("network_out_bytes_per_second").at("source"), "unknown");
  EXPECT_TRUE(broker.at("metrics").is_null());
}

}  // namespace
}  // namespace levelwind::testing
