#include "tests/integration_relief/relief.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stop_token>

#include "base/clock.h"
#include "kafka/protocol/writer.h"
#include "kafka/records/crc32c.h"

namespace levelwind::testing {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::string& Why() {
  static std::string why;
  return why;
}

/// A mount namespace of this process's own; of a user who is not root, in a user namespace.
bool OwnMounts() {
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  if (uid == 0) return ::unshare(CLONE_NEWNS) == 0;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << fmt::format("0 {} 1", uid);
  std::ofstream("/proc/self/gid_map") << fmt::format("0 {} 1", gid);
  return true;
}

/// A file system of kSmallDir bytes over `dir`, with what a broker's empty log dir has in it. Seen
/// by this process and its children only, so that nothing of it is left behind.
bool MountOver(const std::string& dir, std::int64_t bytes) {
  namespace fs = std::filesystem;
  const fs::path aside = dir + ".format";
  fs::copy(dir, aside);
  const std::string options = fmt::format("size={}", bytes);
  if (::mount("tmpfs", dir.c_str(), "tmpfs", 0, options.c_str()) != 0) return false;
  fs::copy(aside, dir, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  return true;
}

/// The small file systems must be gone before the cluster's directory can be.
class Unmount : public ::testing::Environment {
 public:
  explicit Unmount(std::vector<std::string> dirs) : dirs_(std::move(dirs)) {}
  void TearDown() override {
    for (const std::string& dir : dirs_) ::umount2(dir.c_str(), MNT_DETACH);
  }

 private:
  std::vector<std::string> dirs_;
};

RealCluster& Cluster(std::int64_t small_dir) {
  static RealCluster& cluster = [&]() -> RealCluster& {
    const bool own =
        OwnMounts() && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!own) Why() = fmt::format("no mount namespace of its own: {}", std::strerror(errno));
    RealClusterOptions options;
    options.join_later = 1;
    options.settings = {{"log.initial.task.delay.ms", "5000"}};
    RealCluster& made = RealCluster::Shared(options);
    std::vector<std::string> mounted;
    for (const std::string& dir : made.Broker(4).log_dirs) {
      if (!Why().empty()) break;
      if (MountOver(dir, small_dir)) {
        mounted.push_back(dir);
      } else {
        Why() = fmt::format("no tmpfs can be mounted: {}", std::strerror(errno));
      }
    }
    ::testing::AddGlobalTestEnvironment(new Unmount(mounted));
    const Status joined = made.StartBroker(4);
    EXPECT_TRUE(joined.ok()) << joined.error();
    return made;
  }();
  return cluster;
}

}  // namespace

const std::string& WhyNoSmallDirs() { return Why(); }

Load::Load(const std::string& bootstrap, std::map<TopicPartition, double> rates,
           std::function<std::string(std::uint64_t)> key)
    : rates_(std::move(rates)), key_(std::move(key)) {
  kafka::ProducerOptions options;
  options.bootstrap = bootstrap;
  options.linger = 20ms;
  auto producer = kafka::Producer::Create(options);
  if (!producer.ok()) {
    ADD_FAILURE() << producer.error();
    return;
  }
  producer_ = std::move(producer).value();
  thread_ = std::jthread([this](std::stop_token stop) {
    constexpr std::size_t kBytes = 10'000;
    std::string value(kBytes, 'x');
    std::map<TopicPartition, double> owed;
    auto last = std::chrono::steady_clock::now();
    for (std::uint64_t n = 0; !stop.stop_requested();) {
      producer_->Poll(20ms);
      const auto now = std::chrono::steady_clock::now();
      const double seconds = std::chrono::duration<double>(now - last).count();
      last = now;
      for (const auto& [partition, rate] : rates_) {
        double& bytes = owed[partition];
        for (bytes += rate * seconds; bytes >= kBytes; bytes -= kBytes) {
          std::memcpy(value.data(), &++n, sizeof(n));
          std::optional<std::string> own;
          if (key_) own = key_(n);
          (void)producer_->Send(partition.topic, partition.partition, own, value);
        }
      }
    }
    (void)producer_->Flush(5s);
  });
}

Relief::Relief() : kafka_(Cluster(kSmallDir)) {}

void Relief::TearDown() {
  daemon_.reset();
  if (!failed_dir_.empty() || disk_ != nullptr) {
    const auto signal = disk_ ? RealCluster::KillSignal::kKill : RealCluster::KillSignal::kTerm;
    EXPECT_TRUE(kafka_.Kill(kFailing, signal).ok());
    if (disk_ == nullptr) std::filesystem::rename(failed_dir_ + ".gone", failed_dir_);
    disk_.reset();
  }
  const Status all = kafka_.StartAll();
  EXPECT_TRUE(all.ok()) << all.error();
}

void Relief::Serve(std::vector<std::pair<std::string, std::string>> settings) {
  daemon_.reset();
  directories_.push_back(std::make_unique<TempDir>("relief"));
  Daemon::Options options = OperatingDaemon(kafka_.bootstrap(), directories_.back()->path());
  std::map<std::string, std::string> all = {{"HEAL_CLEAR_AFTER", "5s"},
                                            {"HEAL_COOL_DOWN", "5s"},
                                            {"HEAL_GRACE", "3s"},
                                            {"HEAL_GRACES", "disk_failure=3s,disk_filling=3s"},
                                            {"HEAL_RETRY_AFTER", "10s"},
                                            {"COLLECT_METADATA_INTERVAL", "1s"},
                                            {"EXECUTE_GUARD_DISK_LIMIT", "0"}};
  for (auto& [key, value] : settings) all[key] = value;
  for (const auto& [key, value] : all) options.env.emplace_back("LEVELWIND_" + key, value);
  daemon_.emplace(std::move(options));
  const Status started = daemon_->Start();
  ASSERT_TRUE(started.ok()) << started.error();
  ASSERT_TRUE(WaitFor([&] { return GetJson(*daemon_, "/api/v1/partitions").ok(); }, 60s,
                      "the daemon to see the cluster"));
}

void Relief::MakeTopic(const std::string& name, std::vector<std::vector<BrokerId>> assignments) {
  kafka::NewTopic topic;
  topic.name = name;
  topic.assignments = std::move(assignments);
  const Status made = kafka_.CreateTopic(topic);
  ASSERT_TRUE(made.ok()) << made.error();
}

void Relief::Announce(const std::string& type, int type_id, BrokerId broker) {
  const std::int64_t now = SystemClock().WallNow().unix_ms;
  kafka::Writer bytes;
  bytes.Int8(static_cast<std::int8_t>(type_id));
  bytes.Int8(0);
  bytes.Int64(now);
  bytes.Int32(broker);
  bytes.Int16(1);
  bytes.Int32(broker);
  const json plan = {
      {"planType", type},
      {"version", 0},
      {"crc", kafka::Crc32c(bytes.bytes())},
      {"content",
       {{"_brokers", {broker}}, {"_timeMs", now}, {"_brokerId", broker}, {"_planVersion", 0}}}};
  kafka::ProducerOptions options;
  options.bootstrap = kafka_.bootstrap();
  const auto producer = kafka::Producer::Create(options);
  ASSERT_TRUE(producer.ok()) << producer.error();
  ASSERT_TRUE((*producer)->Send("__MaintenanceEvent", 0, std::nullopt, plan.dump()).ok());
  const Status sent = (*producer)->Flush(30s);
  ASSERT_TRUE(sent.ok()) << sent.error();
}

/// Kafka notices it with the next checkpoint of the high watermarks.
void Relief::FailDir() {
  failed_dir_ = kafka_.Broker(kFailing).log_dirs.at(1);
  std::filesystem::rename(failed_dir_, failed_dir_ + ".gone");
}

Status Relief::GiveDirADisk() {
  if (!WhyNoSmallDirs().empty()) return FailedPrecondition(WhyNoSmallDirs());
  const std::string dir = kafka_.Broker(kFailing).log_dirs.at(1);
  LW_RETURN_IF_ERROR(kafka_.Kill(kFailing, RealCluster::KillSignal::kTerm));
  auto disk = FailingDisk::Over(dir, kafka_.dir() + "/failing-disk");
  LW_RETURN_IF_ERROR(kafka_.StartBroker(kFailing));
  if (!disk.ok()) return disk.error();
  disk_ = *std::move(disk);
  return Ok();
}

json Relief::Record(const std::string& type, const std::string& subject) {
  const auto answer = GetJson(*daemon_, "/api/v1/anomalies");
  if (!answer.ok()) return nullptr;
  for (const json& record :
       answer->value("healing", json::object()).value("records", json::array())) {
    const std::string about = record.value("subject", "");
    if (record.value("type", "") == type && about.find(subject) != std::string::npos) return record;
  }
  return nullptr;
}

std::string Relief::StateOf(const std::string& type, const std::string& subject) {
  const json record = Record(type, subject);
  return record.is_null() ? "" : record.value("state", "") + " " + record.value("code", "");
}

json Relief::Whole(const json& record) {
  const auto one = GetJson(*daemon_, "/api/v1/anomalies/" + record.value("id", ""));
  return one.ok() ? one->at("anomaly") : json::object();
}

std::size_t Relief::Operations() {
  const auto answer = GetJson(*daemon_, "/api/v1/operations");
  return answer.ok() ? answer->value("operations", json::array()).size() : 0;
}

std::vector<std::vector<BrokerId>> Relief::ReplicasOf(const std::string& topic) {
  std::vector<std::vector<BrokerId>> all;
  const auto answer = GetJson(*daemon_, "/api/v1/partitions?topic=" + topic);
  if (!answer.ok()) return all;
  for (const json& partition : answer->at("partitions")) {
    std::vector<BrokerId>& replicas = all.emplace_back();
    for (const json& replica : partition.at("replicas")) {
      replicas.push_back((replica.is_object() ? replica.at("broker") : replica).get<BrokerId>());
    }
  }
  return all;
}

}  // namespace levelwind::testing
