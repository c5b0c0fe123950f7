// levelwind-group-member: one member of a consumer group, which takes some time for each record.
// What befalls it goes to a file, a line per event (member_log.h). SIGTERM: it commits what it has
// done, leaves the group and ends.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace levelwind::testing {
namespace {

using std::chrono::milliseconds;

std::atomic<bool> stop_requested{false};

struct Arguments {
  std::string bootstrap, topic, group, log;
  std::string protocol = "eager";
  int work_ms = 10;
  int batch = 1;
  double objective_s = 60;
  std::string from = "earliest";
};

std::int64_t NowMs() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The events of one process, and its work summed up by the second.
class EventLog {
 public:
  explicit EventLog(const std::string& file) : out_(std::fopen(file.c_str(), "ae")) {}
  bool ok() const { return out_ != nullptr; }

  void Write(std::string_view event) {
    std::fputs(fmt::format("{} {}\n", NowMs(), event).c_str(), out_);
    std::fflush(out_);
  }
  void Partitions(std::string_view event, const rd_kafka_topic_partition_list_t& list) {
    std::string text(event);
    for (int i = 0; i < list.cnt; ++i) text += fmt::format(" {}", list.elems[i].partition);
    Write(text);
    if (event == "assign" && list.cnt > 0) idle_ = true;
  }
  /// A record is taken in hand.
  void Begin() {
    if (std::exchange(idle_, false)) Write("first");
  }
  void Did(double busy_s, bool late) {
    ++records_;
    late_ += late ? 1 : 0;
    busy_s_ += busy_s;
    const std::int64_t second = NowMs() / 1000;
    if (second == second_) return;
    second_ = second;
    Flush();
  }
  void Flush() {
    if (records_ == 0) return;
    Write(fmt::format("did {} {} {:.0f}", records_, late_, busy_s_ * 1000));
    records_ = late_ = 0;
    busy_s_ = 0;
  }

 private:
  std::FILE* const out_;
  std::int64_t second_ = 0, records_ = 0, late_ = 0;
  double busy_s_ = 0;
  bool idle_ = false;  // since partitions came
};

// Called by librdkafka from poll and close, on our only thread.
void OnRebalance(rd_kafka_t* kafka, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                 void* opaque) {
  auto& log = *static_cast<EventLog*>(opaque);
  const std::string_view protocol = rd_kafka_rebalance_protocol(kafka);
  const bool incremental = protocol == "COOPERATIVE";
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    if (incremental) {
      rd_kafka_error_destroy(rd_kafka_incremental_assign(kafka, list));
    } else {
      rd_kafka_assign(kafka, list);
    }
    log.Partitions("assign", *list);
    return;
  }
  log.Partitions(rd_kafka_assignment_lost(kafka) != 0 ? "lost" : "revoke", *list);
  // As a program does that does not want its work done twice.
  if (list->cnt > 0) rd_kafka_commit(kafka, nullptr, 0);
  if (incremental) {
    rd_kafka_error_destroy(rd_kafka_incremental_unassign(kafka, list));
  } else {
    rd_kafka_assign(kafka, nullptr);
  }
}

[[noreturn]] void Die(const std::string& why) {
  std::fputs(("levelwind-group-member: " + why + "\n").c_str(), stderr);
  std::exit(1);
}

rd_kafka_t* Join(const Arguments& arguments, EventLog& log) {
  std::vector<std::pair<const char*, std::string>> settings = {
      {"bootstrap.servers", arguments.bootstrap},
      {"group.id", arguments.group},
      {"client.id", "levelwind-group-member"},
      {"auto.offset.reset", arguments.from},
      {"enable.auto.offset.store", "false"},
      {"auto.commit.interval.ms", "5000"},  // Kafka's default
      {"reconnect.backoff.max.ms", "1000"},
  };
  if (arguments.protocol == "kip848") {
    settings.emplace_back("group.protocol", "consumer");
  } else {
    settings.emplace_back("partition.assignment.strategy",
                          arguments.protocol == "cooperative" ? "cooperative-sticky" : "range");
  }
  char error[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
      Die(error);
    }
  }
  rd_kafka_conf_set_opaque(conf, &log);
  rd_kafka_conf_set_rebalance_cb(conf, OnRebalance);
  rd_kafka_t* const kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (kafka == nullptr) Die(error);
  rd_kafka_poll_set_consumer(kafka);
  rd_kafka_topic_partition_list_t* const topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, arguments.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(kafka, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) Die(rd_kafka_err2str(code));
  return kafka;
}

void Work(rd_kafka_message_t& message, const Arguments& arguments, EventLog& log) {
  log.Begin();
  const auto began = std::chrono::steady_clock::now();
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t made_ms = rd_kafka_message_timestamp(&message, &type);
  std::this_thread::sleep_for(milliseconds(arguments.work_ms));
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double waited_s = static_cast<double>(NowMs() - made_ms) / 1000;
  // Refused when the partition was taken away since it was read: its next owner does it again.
  rd_kafka_error_destroy(rd_kafka_offset_store_message(&message));
  log.Did(took, waited_s > arguments.objective_s);
}

/// Reads up to a batch, then works on it without polling, as the Java client's users do.
void Run(rd_kafka_t* kafka, const Arguments& arguments, EventLog& log) {
  std::vector<std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>> batch;
  while (!stop_requested) {
    batch.clear();
    do {
      rd_kafka_message_t* const message = rd_kafka_consumer_poll(kafka, batch.empty() ? 100 : 0);
      if (message == nullptr) break;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        batch.emplace_back(message, &rd_kafka_message_destroy);
      } else {
        rd_kafka_message_destroy(message);  // librdkafka goes on by itself
      }
    } while (static_cast<int>(batch.size()) < arguments.batch);
    if (batch.empty()) log.Flush();
    for (const auto& message : batch) {
      if (stop_requested) break;
      Work(*message, arguments, log);
    }
  }
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"One member of a consumer group that takes its time for each record."};
  app.add_option("--bootstrap", arguments.bootstrap)->required();
  app.add_option("--topic", arguments.topic)->required();
  app.add_option("--group", arguments.group)->required();
  app.add_option("--log", arguments.log, "where its events go")->required();
  app.add_option("--protocol", arguments.protocol)
      ->check(CLI::IsMember({"eager", "cooperative", "kip848"}));
  app.add_option("--work-ms", arguments.work_ms, "time that a record takes");
  app.add_option("--batch", arguments.batch, "records read before any is worked on");
  app.add_option("--objective", arguments.objective_s, "seconds after which a record is late");
  app.add_option("--from", arguments.from)->check(CLI::IsMember({"earliest", "latest"}));
  CLI11_PARSE(app, argc, argv);
  EventLog log(arguments.log);
  if (!log.ok()) Die("cannot write " + arguments.log);
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_requested = true; };
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  log.Write("start");
  rd_kafka_t* const kafka = Join(arguments, log);
  Run(kafka, arguments, log);
  rd_kafka_consumer_close(kafka);
  rd_kafka_destroy(kafka);
  log.Flush();
  log.Write("end");
  return 0;
}

}  // namespace
}  // namespace levelwind::testing

int main(int argc, char** argv) { return levelwind::testing::Main(argc, argv); }
