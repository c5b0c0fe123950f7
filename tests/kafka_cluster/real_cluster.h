#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/admin_types.h"
#include "model/ids.h"
#include "tests/kafka_cluster/paths.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

struct RealClusterOptions {
  std::string kafka_version;  ///< Empty: the newest; scripts/setup --old-kafka has the others.
  int brokers = 4;            ///< Ids 1, 2, ...; the first three are KRaft controllers too.
  std::string racks = "r1,r2,r3,r1";
  int log_dirs = 2;
  int join_later = 0;  ///< The last N brokers are left out; StartBroker brings them in, empty.
  std::vector<std::pair<std::string, std::string>> settings;  ///< Broker settings.
  /// More listeners of every broker: name and security protocol.
  std::vector<std::pair<std::string, std::string>> listeners;
  std::vector<std::string> proxied;      ///< Those of them whose clients go through a proxy.
  std::vector<std::string> jvm_options;  ///< "{id}" in them becomes the broker's id.
};

struct RealBroker {
  BrokerId id = kNoBroker;
  std::string host;
  int port = 0;
  int pid = 0;  ///< 0: not running as far as kafka-cluster knows.
  std::string rack;
  std::vector<std::string> log_dirs;
  std::string log_file;
  bool started = false;                   ///< Ever.
  std::map<std::string, int> listeners;   ///< Ports of RealClusterOptions::listeners.
  std::map<std::string, int> advertised;  ///< Where clients of them go: a proxy's port, if proxied.
};

/// A real Kafka cluster on loopback, through scripts/kafka-cluster. It lives in a temporary
/// directory, ends with this object, and its watchdog ends it when the test program dies in any
/// way.
///
/// One thread at a time. Most tests use the one cluster of their program:
///   RealCluster& kafka = RealCluster::Shared();
/// and topic, group and client names of their own.
class RealCluster {
 public:
  enum class KillSignal { kKill, kTerm, kStop, kCont };

  static Result<std::unique_ptr<RealCluster>> Start(const RealClusterOptions& options = {});

  /// The program's own cluster: started by the first call, with that call's options, and stopped at
  /// exit. Ends the program with a message when Kafka cannot be started.
  static RealCluster& Shared(const RealClusterOptions& options = {});

  ~RealCluster();
  RealCluster(const RealCluster&) = delete;
  RealCluster& operator=(const RealCluster&) = delete;

  /// "127.0.0.1:1234,127.0.0.1:1235,...": every broker that was ever started.
  std::string bootstrap() const;
  /// The same for the listener `name`, where its clients go.
  std::string bootstrap(const std::string& listener) const;
  std::vector<std::string> bootstrap_list() const;
  const std::string& dir() const { return dir_; }  ///< cluster.json is in it.
  std::vector<RealBroker> Brokers() const;
  RealBroker Broker(BrokerId id) const;

  /// kKill and kTerm return when the process is gone, kStop when it is stopped.
  Status Kill(BrokerId id, KillSignal signal = KillSignal::kKill);
  /// Starts a broker that was killed or was to join later; returns when all live brokers know it.
  Status StartBroker(BrokerId id);
  /// Continues what is stopped and starts what is down: for the TearDown of a test that hurts
  /// brokers.
  Status StartAll();
  Result<BrokerId> AddBroker(std::string_view rack);
  /// Ends all brokers; the data stays until the destructor runs.
  Status Stop();

  /// Creates a topic through librdkafka (not through the code under test) and waits until every
  /// partition has a leader and its full ISR.
  Status CreateTopic(const kafka::NewTopic& topic) const;

  /// One of Kafka's own tools with --bootstrap-server, e.g. RunTool({"topics", "--list"}).
  Result<CommandResult> RunTool(const std::vector<std::string>& arguments,
                                Duration timeout = std::chrono::seconds(60)) const;
  /// scripts/referee with --bootstrap, e.g. RunReferee({"--check", "level"}).
  Result<CommandResult> RunReferee(const std::vector<std::string>& arguments,
                                   Duration timeout = std::chrono::seconds(60)) const;

 private:
  explicit RealCluster(std::string_view name);
  Result<CommandResult> Verb(std::vector<std::string> arguments) const;

  TempDir home_;
  std::string dir_;
};

/// Runs a script of scripts/ with the given arguments; an Error when it does not exit with 0.
Result<std::string> RunScript(std::vector<std::string> arguments, Duration timeout);

}  // namespace levelwind::testing
