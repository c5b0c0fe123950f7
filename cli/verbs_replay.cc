#include <fmt/format.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "config/loader.h"
#include "detectors/watch.h"
#include "planner/snapshot_history.h"

namespace levelwind::cli {
namespace {

/// One anomaly from when it was first found to when it was over.
struct Episode {
  WallTime first, last;
  std::optional<WallTime> told;  ///< When it had stood for as long as its detector wants.
  bool open = true;              ///< Still there at the last look.
  Severity severity = Severity::kInfo;
  std::string message;
};

class Replay {
 public:
  explicit Replay(const detectors::DetectorOptions& options) : watch_(options) {}

  void Look(ClusterSnapshot snapshot) {
    const auto shared = std::make_shared<const ClusterSnapshot>(std::move(snapshot));
    const WallTime now = shared->taken_at;
    const auto reports = watch_.Look(shared, now);
    if (!reports) return;
    if (looks_++ == 0) began_ = now;
    ended_ = now;
    for (auto& [key, list] : episodes_) list.back().open = false;
    for (const DetectorReport& report : *reports) {
      held_[report.detector] = report.held_because;
      for (const Anomaly& anomaly : report.anomalies) Take(anomaly);
    }
  }

  std::string Render() const {
    Table table({{"FOUND"}, {"TOLD"}, {"OVER"}, {"SEVERITY"}, {"TYPE"}, {"SUBJECT"}, {"MESSAGE"}});
    std::vector<std::pair<WallTime, std::vector<std::string>>> rows;
    for (const auto& [key, list] : episodes_) {
      for (const Episode& e : list) {
        rows.push_back({e.first,
                        {FormatTime(e.first), e.told ? FormatTime(*e.told) : "-",
                         e.open ? "-" : FormatTime(e.last), std::string(SeverityName(e.severity)),
                         key.first, key.second, e.message}});
      }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [at, row] : rows) table.Add(std::move(row));
    std::string out = table.Render(true);
    for (const auto& [detector, why] : held_) {
      if (!why.empty()) out += fmt::format("{} held back at the end: {}\n", detector, why);
    }
    return out + fmt::format("{} snapshots from {} to {}: {} found\n", looks_, FormatTime(began_),
                             FormatTime(ended_), rows.size());
  }

  std::size_t looks() const { return looks_; }
  bool found() const { return !episodes_.empty(); }

 private:
  void Take(const Anomaly& anomaly) {
    std::vector<Episode>& list = episodes_[{anomaly.type, anomaly.subject}];
    if (list.empty() || list.back().first != anomaly.first_seen) {
      list.push_back({.first = anomaly.first_seen,
                      .last = {},
                      .told = {},
                      .open = true,
                      .severity = anomaly.severity,
                      .message = {}});
    }
    Episode& episode = list.back();
    episode.last = anomaly.last_seen;
    episode.open = true;
    episode.severity = std::max(episode.severity, anomaly.severity);
    episode.message = anomaly.message;
    if (!episode.told && watch_.IsAlert(anomaly)) episode.told = anomaly.last_seen;
  }

  detectors::Watch watch_;
  std::map<std::pair<std::string, std::string>, std::vector<Episode>> episodes_;
  std::map<std::string, std::string> held_;
  std::size_t looks_ = 0;
  WallTime began_, ended_;
};

}  // namespace

int RunReplay(const ReplayArgs& args, Terminal& terminal) {
  detectors::DetectorOptions options;
  if (!args.config_file.empty()) {
    config::LoadRequest request;
    request.file = args.config_file;
    const config::Loaded loaded = config::LoadConfig(request);
    if (!loaded.problems.empty()) {
      terminal.err << config::FormatProblems(args.config_file, loaded.problems) << "\n";
      return kUsage;
    }
    options = loaded.config.detect;
  }
  std::ifstream file(args.history, std::ios::binary);
  if (!file) {
    terminal.err << fmt::format("levelwind replay: {} cannot be read\n", args.history);
    return kFailed;
  }
  Replay replay(options);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    auto snapshot = planner::ParseHistoryLine(line);
    if (!snapshot.ok()) {
      terminal.err << fmt::format("levelwind replay: {} line {}: {}\n", args.history, number,
                                  snapshot.error().message());
      return kFailed;
    }
    replay.Look(std::move(snapshot).value());
  }
  if (replay.looks() == 0) {
    terminal.err << fmt::format(
        "levelwind replay: {} has no snapshot; levelwind snapshot --follow 30s --out FILE records "
        "one\n",
        args.history);
    return kFailed;
  }
  terminal.out << replay.Render() << std::flush;
  return args.exit_code && replay.found() ? kFinding : kDone;
}

}  // namespace levelwind::cli
