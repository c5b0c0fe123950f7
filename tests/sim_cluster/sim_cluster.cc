#include "tests/sim_cluster/sim_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/file_limit.h"
#include "base/text.h"

namespace levelwind::testing {
namespace {

const SystemClock& RealClock() {
  static const SystemClock clock;
  return clock;
}

SimPartitionView View(const SimState& state, const SimState::Topic& topic,
                      const SimState::Partition& partition) {
  SimPartitionView view;
  view.topic_id = topic.id;
  view.leader = partition.leader;
  view.leader_epoch = partition.leader_epoch;
  view.replicas = partition.replicas;
  view.adding = partition.adding;
  view.removing = partition.removing;
  view.isr = partition.isr;
  view.size_bytes = state.SizeOf(partition);
  view.start_offset = partition.start_offset;
  view.end_offset = state.EndOffset(topic, partition);
  return view;
}

std::string ResourceName(const kafka::ConfigResource& resource) {
  const bool topic = resource.type == kafka::ConfigResourceType::kTopic;
  return (topic ? "topic " : "broker ") + (resource.name.empty() ? "default" : resource.name);
}

}  // namespace

SimCluster::SimCluster(const SimOptions& options, const Clock& clock)
    : clock_(clock), world_(options, clock.Now()) {
  server_ =
      std::make_unique<SimServer>([this](BrokerId broker, std::span<const std::uint8_t> frame) {
        return Handle(broker, frame);
      });
}

Result<std::unique_ptr<SimCluster>> SimCluster::Start(const SimOptions& options) {
  AllowManyFiles();
  const Clock& clock = options.clock == nullptr ? RealClock() : *options.clock;
  std::unique_ptr<SimCluster> sim(new SimCluster(options, clock));
  for (BrokerId id = 1; id <= options.brokers; ++id) {
    LW_ASSIGN_OR_RETURN(const std::uint16_t port, sim->server_->Open(id));
    const std::lock_guard lock(sim->mutex_);
    sim->world_.ports[id] = port;
  }
  return sim;
}

SimCluster::~SimCluster() = default;

void SimCluster::BringUpToDate() const {
  world_.state.Advance(clock_.Now());
  world_.wall = clock_.WallNow();
}

SimReply SimCluster::Handle(BrokerId broker, std::span<const std::uint8_t> frame) {
  const std::optional<kafka::RequestHeader> header = ReadHeader(frame);
  SimFault fault;
  if (header) fault = faults_.Take(header->api, broker);
  return With([&](SimWorld& world) {
    if (header) ++counts_[header->api];
    if (header && world.options.keep_requests) {
      requests_.push_back({clock_.Now(), broker, header->api, header->version,
                           header->client_id.value_or(""), frame.size()});
    }
    return Serve(world, broker, frame, fault);
  });
}

std::vector<std::string> SimCluster::bootstrap_list() const {
  return With([](const SimWorld& world) {
    std::vector<std::string> list;
    for (const auto& [id, port] : world.ports) list.push_back(fmt::format("127.0.0.1:{}", port));
    return list;
  });
}

std::string SimCluster::bootstrap() const { return Join(bootstrap_list(), ","); }

std::uint16_t SimCluster::port(BrokerId broker) const {
  return With([&](const SimWorld& world) { return world.ports.at(broker); });
}

std::vector<BrokerId> SimCluster::brokers() const {
  return With([](const SimWorld& world) {
    std::vector<BrokerId> ids;
    for (const auto& [id, broker] : world.state.brokers()) ids.push_back(id);
    return ids;
  });
}

// ---- what is there
// ---------------------------------------------------------------------------------

std::int16_t SimCluster::AddTopic(const SimTopic& topic) {
  return With([&](SimWorld& world) { return world.state.CreateTopic(topic).error; });
}

std::int16_t SimCluster::AddTopic(const std::string& name, int partitions, int factor,
                                  double partition_bytes) {
  SimTopic topic;
  topic.name = name;
  topic.partition_bytes = partition_bytes;
  return With([&](SimWorld& world) {
    std::vector<BrokerId> ids;
    for (const auto& [id, broker] : world.state.brokers()) ids.push_back(id);
    const std::size_t start = world.state.topics().size();
    for (int p = 0; p < partitions; ++p) {
      auto& replicas = topic.assignments.emplace_back();
      for (int r = 0; r < factor; ++r) {
        replicas.push_back(
            ids[(start + static_cast<std::size_t>(p) + static_cast<std::size_t>(r)) % ids.size()]);
      }
    }
    return world.state.CreateTopic(topic).error;
  });
}

std::int16_t SimCluster::DeleteTopic(const std::string& name) {
  return With([&](SimWorld& world) { return world.state.DeleteTopic(name).error; });
}

std::int16_t SimCluster::RecreateTopic(const std::string& name) {
  return With([&](SimWorld& world) {
    SimTopic again;
    again.name = name;
    again.partition_bytes = 0;
    if (const SimState::Topic* topic = world.state.FindTopic(name); topic != nullptr) {
      again.record_bytes = topic->record_bytes;
      for (const auto& partition : topic->partitions) {
        again.assignments.push_back(partition.replicas);
      }
    }
    if (const auto deleted = world.state.DeleteTopic(name); deleted.error != 0) {
      return deleted.error;
    }
    return world.state.CreateTopic(again).error;
  });
}

void SimCluster::SetRates(const std::vector<SimRate>& rates) {
  With([&](SimWorld& world) {
    for (const SimRate& rate : rates) world.state.SetRate(rate);
  });
}

void SimCluster::SetSize(const TopicPartition& tp, double bytes) {
  With([&](SimWorld& world) { world.state.SetSize(tp, bytes); });
}

void SimCluster::TruncateBefore(const TopicPartition& tp, double offset) {
  With([&](SimWorld& world) { world.state.TruncateBefore(tp, offset); });
}

void SimCluster::Append(const TopicPartition& tp, const std::string& value) {
  With([&](SimWorld& world) { world.records.Append(tp, value, world.wall.unix_ms); });
}

void SimCluster::AddGroup(const SimGroup& group) {
  With([&](SimWorld& world) { world.groups.Put(group, world.state.now()); });
}

void SimCluster::RemoveGroup(const std::string& name) {
  With([&](SimWorld& world) { world.groups.Erase(name); });
}

void SimCluster::Commit(const std::string& group, const SimCommit& commit) {
  With([&](SimWorld& world) { world.groups.SetCommit(group, commit, world.state.now()); });
}

Result<BrokerId> SimCluster::AddBroker(const std::string& rack) {
  const BrokerId id =
      With([](const SimWorld& world) { return world.state.brokers().rbegin()->first + 1; });
  LW_ASSIGN_OR_RETURN(const std::uint16_t port, server_->Open(id));
  With([&](SimWorld& world) {
    world.ports[id] = port;
    world.state.AddBroker(id, rack);
  });
  return id;
}

// ---- what others do
// --------------------------------------------------------------------------------

std::int16_t SimCluster::Reassign(const TopicPartition& tp,
                                  const std::optional<std::vector<BrokerId>>& target) {
  return With([&](SimWorld& world) { return world.state.Reassign(tp, target, true).error; });
}

std::int16_t SimCluster::ElectPreferred(const TopicPartition& tp) {
  return With([&](SimWorld& world) { return world.state.Elect(tp, true).error; });
}

std::int16_t SimCluster::SetConfig(const kafka::ConfigResource& resource, const std::string& key,
                                   const std::optional<std::string>& value) {
  return With([&](SimWorld& world) {
    const auto op = value ? kafka::ConfigOp::kSet : kafka::ConfigOp::kDelete;
    const std::int16_t error = world.state.configs().Apply(resource, key, op, value).error;
    world.state.ConfigsChanged(resource);
    return error;
  });
}

// ---- faults
// ----------------------------------------------------------------------------------------

Status SimCluster::StopBroker(BrokerId broker) {
  With([&](SimWorld& world) { world.state.SetAlive(broker, false); });
  return server_->Down(broker);
}

Status SimCluster::StartBroker(BrokerId broker) {
  LW_RETURN_IF_ERROR(server_->Up(broker));
  With([&](SimWorld& world) { world.state.SetAlive(broker, true); });
  return Ok();
}

void SimCluster::FailLogDir(BrokerId broker, int dir, bool failed) {
  With([&](SimWorld& world) { world.state.SetLogDirFailed(broker, dir, failed); });
}

void SimCluster::ChangeController(BrokerId broker) {
  With([&](SimWorld& world) { world.state.SetController(broker); });
}

void SimCluster::FreezeMetadata(BrokerId broker) {
  With([&](SimWorld& world) { world.frozen[broker] = FullMetadata(world); });
}

void SimCluster::ThawMetadata(BrokerId broker) {
  With([&](SimWorld& world) { world.frozen.erase(broker); });
}

// ---- what a test looks at
// --------------------------------------------------------------------------

SimPartitionView SimCluster::Partition(const TopicPartition& tp) const {
  return With([&](const SimWorld& world) {
    const SimState::Partition* partition = world.state.Find(tp);
    LW_CHECK(partition != nullptr);
    return View(world.state, *world.state.FindTopic(tp.topic), *partition);
  });
}

std::vector<TopicPartition> SimCluster::Moving() const {
  return With([](const SimWorld& world) {
    std::vector<TopicPartition> moving;
    for (const auto& [name, topic] : world.state.topics()) {
      for (std::size_t p = 0; p < topic->partitions.size(); ++p) {
        if (topic->partitions[p].moving()) {
          moving.push_back({name, static_cast<std::int32_t>(p)});
        }
      }
    }
    return moving;
  });
}

std::optional<std::string> SimCluster::Config(const kafka::ConfigResource& resource,
                                              const std::string& key) const {
  return With([&](const SimWorld& world) { return world.state.configs().Get(resource, key); });
}

std::optional<std::string> SimCluster::TopicConfig(const std::string& topic,
                                                   const std::string& key) const {
  return Config({kafka::ConfigResourceType::kTopic, topic}, key);
}

std::optional<std::string> SimCluster::BrokerConfig(BrokerId broker, const std::string& key) const {
  return Config({kafka::ConfigResourceType::kBroker, std::to_string(broker)}, key);
}

std::vector<std::string> SimCluster::Throttles() const {
  return With([](const SimWorld& world) {
    std::vector<std::string> found;
    for (const auto& [resource, entries] : world.state.configs().everything()) {
      for (const auto& [key, value] : entries) {
        if (key.find(".replication.throttled.") == std::string::npos) continue;
        found.push_back(fmt::format("{} {}={}", ResourceName(resource), key, value));
      }
    }
    return found;
  });
}

BrokerId SimCluster::controller() const {
  return With([](const SimWorld& world) { return world.state.controller(); });
}

std::vector<SimEvent> SimCluster::Events() const {
  return With([](const SimWorld& world) { return world.state.events(); });
}

SimCounters SimCluster::Counters() const {
  return With([](const SimWorld& world) { return world.state.counters(); });
}

std::vector<SimRequest> SimCluster::Requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t SimCluster::CountRequests(kafka::ApiKey api) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(api);
  return found == counts_.end() ? 0 : found->second;
}

std::size_t SimCluster::CountRequests() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [api, requests] : counts_) count += requests;
  return count;
}

void SimCluster::ClearRequests() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  counts_.clear();
}

}  // namespace levelwind::testing
