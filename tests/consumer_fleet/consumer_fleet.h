#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tests/consumer_fleet/member_log.h"
#include "tests/kafka_cluster/subprocess.h"

namespace levelwind::testing {

/// A consumer group whose members are processes of this machine.
struct FleetGroup {
  std::string name, topic;
  std::string protocol = "eager";  ///< eager, cooperative or kip848.
  int work_ms = 10;                ///< That a record takes.
  int batch = 1;                   ///< Records read before any is worked on.
  std::string from = "earliest";
};

/// What the webhook was asked for, and what it made of it.
struct FleetOrder {
  WallTime at;
  int from = 0, to = 0;
  std::string reason;
};

/// Starts and ends members as Levelwind's scaling webhook asks, as an orchestrator would: the
/// youngest go first, with SIGTERM. Signatures are checked and older decisions refused. Members
/// end with this object, or with the program that holds it.
///
/// The public methods: any thread.
class ConsumerFleet {
 public:
  struct Options {
    std::string bootstrap;
    std::string dir;  ///< For logs and the webhook's key. Must exist.
    std::vector<FleetGroup> groups;
    double objective_s = 60;  ///< A record that waited longer is late.
  };
  static Result<std::unique_ptr<ConsumerFleet>> Start(Options options);
  ~ConsumerFleet();
  ConsumerFleet(const ConsumerFleet&) = delete;
  ConsumerFleet& operator=(const ConsumerFleet&) = delete;

  std::string url() const;
  std::string secret_file() const { return options_.dir + "/scale.key"; }

  /// As if an order had come; returns when the processes are started or told to go.
  void Scale(const std::string& group, int members);
  /// Wanted now.
  int members(const std::string& group) const;
  /// Of the webhook: only those that changed something.
  std::vector<FleetOrder> orders(const std::string& group) const;
  /// Of each member there ever was: its events so far.
  std::vector<std::vector<MemberEvent>> Logs(const std::string& group) const;
  /// What members said on standard error.
  std::string Trouble() const;

 private:
  struct Fleet {
    FleetGroup group;
    int wanted = 0, there = 0;
    std::pair<std::uint64_t, std::uint64_t> last;  // epoch and number of the newest order
    std::vector<FleetOrder> orders;
    std::vector<std::string> logs;
    std::vector<Subprocess> processes;  // the keeper's
  };
  struct Server;

  explicit ConsumerFleet(Options options);
  Status Open();
  std::pair<int, std::string> Answer(const std::string& body);
  void Keep(std::stop_token stop);
  bool StepFleet(Fleet& fleet, std::unique_lock<std::mutex>& lock);
  Result<Subprocess> StartMember(const FleetGroup& group, const std::string& log) const;

  const Options options_;
  std::string key_;
  std::unique_ptr<Server> server_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Fleet> fleets_;
  std::vector<Subprocess> leaving_;  // the keeper's
  std::jthread listener_;
  std::jthread keeper_;  // starts all processes: they die with the thread that started them
};

}  // namespace levelwind::testing
