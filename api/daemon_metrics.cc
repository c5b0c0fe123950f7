#include "api/daemon_metrics.h"

#include <dirent.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <utility>

#include "api/exposition.h"

namespace levelwind::api {
namespace {

/// Of all that is mapped, and of what is in memory; -1 when /proc is not there.
std::pair<double, double> MemoryBytes() {
  std::ifstream statm("/proc/self/statm");
  double mapped = 0;
  double resident = 0;
  if (!(statm >> mapped >> resident)) return {-1, -1};
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {mapped * page, resident * page};
}

double MostFiles() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : -1;
}

double CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFiles() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return -1;
  double count = -3;  // ".", ".." and the descriptor of this very listing
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

}  // namespace

class DaemonMetrics::Impl {
 public:
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("levelwind_http_requests_total")
                                                          .Help("HTTP requests answered.")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("levelwind_http_request_duration_seconds")
          .Help("Time to make an answer, without the time to read the request and send the answer.")
          .Register(registry);
  prometheus::Gauge& resident = prometheus::BuildGauge()
                                    .Name("process_resident_memory_bytes")
                                    .Help("Resident memory size in bytes.")
                                    .Register(registry)
                                    .Add({});
  prometheus::Gauge& virtual_memory = prometheus::BuildGauge()
                                          .Name("process_virtual_memory_bytes")
                                          .Help("Virtual memory size in bytes.")
                                          .Register(registry)
                                          .Add({});
  prometheus::Counter& cpu = prometheus::BuildCounter()
                                 .Name("process_cpu_seconds_total")
                                 .Help("Total user and system CPU time spent in seconds.")
                                 .Register(registry)
                                 .Add({});
  prometheus::Gauge& files = prometheus::BuildGauge()
                                 .Name("process_open_fds")
                                 .Help("Number of open file descriptors.")
                                 .Register(registry)
                                 .Add({});
  prometheus::Gauge& most_files = prometheus::BuildGauge()
                                      .Name("process_max_fds")
                                      .Help("Maximum number of open file descriptors.")
                                      .Register(registry)
                                      .Add({});
  std::mutex render_mutex;  // the CPU counter is moved forward by one thread at a time
};

DaemonMetrics::DaemonMetrics() : impl_(std::make_unique<Impl>()) {}
DaemonMetrics::~DaemonMetrics() = default;

void DaemonMetrics::CountRequest(const std::string& route, const std::string& method, int status,
                                 Duration took) {
  impl_->requests.Add({{"route", route}, {"method", method}, {"code", std::to_string(status)}})
      .Increment();
  static const prometheus::Histogram::BucketBoundaries kBuckets = {0.001, 0.005, 0.025, 0.1,
                                                                   0.5,   2.5,   10};
  impl_->durations.Add({{"route", route}}, kBuckets).Observe(ToSeconds(took));
}

std::string DaemonMetrics::Render(MetricsText::Format format) const {
  std::lock_guard lock(impl_->render_mutex);
  const auto [virtual_bytes, resident_bytes] = MemoryBytes();
  impl_->virtual_memory.Set(virtual_bytes);
  impl_->resident.Set(resident_bytes);
  impl_->files.Set(OpenFiles());
  impl_->most_files.Set(MostFiles());
  const double cpu = CpuSeconds() - impl_->cpu.Value();
  if (cpu > 0) impl_->cpu.Increment(cpu);
  std::string text = prometheus::TextSerializer().Serialize(impl_->registry.Collect());
  return format == MetricsText::Format::kPrometheus ? text : ToOpenMetrics(text);
}

}  // namespace levelwind::api
