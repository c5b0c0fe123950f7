#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/verbs.h"
#include "model/measure.h"

namespace levelwind::cli {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(500);
/// A daemon that restarts carries on with the operation: wait for it this long.
constexpr auto kRestartPatience = std::chrono::seconds(15);

double NumberOr(const Json& value, double fallback) {
  return value.is_number() ? value.get<double>() : fallback;
}

/// The reason that most steps give for not going on, if it is worth a word: steps that wait for
/// their turn behind others under way are as they should be.
void ReadStalls(const Json& steps, Progress& progress) {
  if (!steps.is_array()) return;
  std::map<std::string, double> waiting, under_way;
  for (const Json& step : steps) {
    const Json& stall = Member(step, "stall");
    if (!stall.is_string() || stall.get<std::string>().empty()) continue;
    const bool pending = Member(step, "state") == "pending";
    ++(pending ? waiting : under_way)[stall.get<std::string>()];
  }
  const bool idle = progress.steps_in_progress == 0;
  const auto& reasons = !under_way.empty() ? under_way : waiting;
  if (progress.terminal || reasons.empty() || (under_way.empty() && !idle)) return;
  const auto most =
      std::ranges::max_element(reasons, {}, [](const auto& reason) { return reason.second; });
  progress.stall = most->first;
  progress.stalled = most->second;
}

Result<Progress> ReadProgress(const std::string& body) {
  const Json answer = Json::parse(body, nullptr, false);
  const Json& operation = Member(answer, "operation");
  if (!operation.is_object()) return DataLoss("the answer has no operation in it");
  Progress progress;
  progress.id = TextCell(Member(operation, "id"));
  progress.state = TextCell(Member(operation, "state"));
  progress.terminal = Member(operation, "terminal") == true;
  const Json& hold = Member(operation, "hold_reason");
  progress.hold_reason = hold.is_string() ? hold.get<std::string>() : "";
  progress.queue_position = NumberOr(Member(operation, "queue_position"), 0);
  const Json& undone_by = Member(operation, "undone_by");
  const Json& not_undone = Member(operation, "rollback_note");
  if (undone_by.is_string()) progress.rollback = "rolled back by " + TextCell(undone_by);
  if (not_undone.is_string()) progress.rollback = TextCell(not_undone);
  progress.steps_total = NumberOr(Member(operation, "steps_total"), 0);
  progress.steps_done = NumberOr(Member(operation, "steps_done"), 0);
  progress.steps_in_progress = NumberOr(Member(operation, "steps_in_progress"), 0);
  progress.steps_failed = NumberOr(Member(operation, "steps_failed"), 0);
  progress.bytes_total = NumberOr(Member(operation, "bytes_total"), 0);
  progress.bytes_done = NumberOr(Member(operation, "bytes_done"), 0);
  progress.bytes_per_s = NumberOr(Member(operation, "bytes_per_second"), kUnknown);
  progress.eta_s = NumberOr(Member(operation, "eta_seconds"), kUnknown);
  progress.eta_low_s = NumberOr(Member(operation, "eta_low_seconds"), kUnknown);
  progress.eta_high_s = NumberOr(Member(operation, "eta_high_seconds"), kUnknown);
  ReadStalls(Member(operation, "steps"), progress);
  return progress;
}

/// The operation that is not over, else the newest.
Result<std::string> PickOperation(ApiClient& client) {
  LW_ASSIGN_OR_RETURN(const std::string body, client.Get("/api/v1/operations"));
  const Json answer = Json::parse(body, nullptr, false);
  const Json& operations = Member(answer, "operations");
  std::string newest;
  for (const Json& operation : operations) {
    const std::string id = TextCell(Member(operation, "id"));
    if (newest.empty()) newest = id;
    if (Member(operation, "terminal") == false) return id;
  }
  if (newest.empty()) {
    return NotFound("there is no operation to watch; 'levelwind apply ID' starts one");
  }
  return newest;
}

class Watcher {
 public:
  Watcher(ApiClient& client, const WatchArgs& args, Terminal& terminal)
      : client_(client), args_(args), terminal_(terminal), start_(terminal.clock.Now()) {}

  int Run(const std::string& id) {
    for (;;) {
      auto body = client_.Get("/api/v1/operations/" + UrlSegment(id));
      const auto progress = body.ok() ? ReadProgress(*body) : Result<Progress>(body.error());
      if (progress.ok()) {
        last_answer_ = terminal_.clock.Now();
        Show(*progress);
        if (progress->terminal) return Finish(*progress, *body);
      } else if (!MayComeBack(progress.error())) {
        EndLine();
        return Fail(progress.error(), terminal_);
      }
      if (args_.timeout && terminal_.clock.Now() - start_ >= *args_.timeout) {
        EndLine();
        return Fail(
            DeadlineExceeded(fmt::format(
                "{} goes on; this only stopped watching it ('levelwind watch {}')", id, id)),
            terminal_);
      }
      terminal_.pause(kPollInterval);
    }
  }

 private:
  bool MayComeBack(const Error& error) const {
    return last_answer_ && error.code() == ErrorCode::kUnavailable &&
           terminal_.clock.Now() - *last_answer_ < kRestartPatience;
  }

  void Show(const Progress& progress) {
    if (args_.client.format == Format::kJson) return;
    if (terminal_.out_is_tty) {
      terminal_.out << "\r" << progress.id << "  " << ProgressLine(progress) << "\x1b[K"
                    << std::flush;
      line_open_ = true;
    } else if (pacer_.Due(progress, terminal_.clock.Now())) {
      terminal_.out << progress.id << "  " << ProgressLine(progress) << std::endl;
    }
  }

  void EndLine() {
    if (line_open_) terminal_.out << '\n';
    line_open_ = false;
  }

  int Finish(const Progress& progress, const std::string& body) {
    EndLine();
    if (args_.client.format == Format::kJson) {
      terminal_.out << body;
    } else {
      const bool good = progress.state == "completed";
      terminal_.out << progress.id << ' '
                    << Paint(terminal_, good ? Tone::kGood : Tone::kBad, progress.state)
                    << fmt::format(": {:.0f} of {:.0f} steps done, {:.0f} failed, {} copied",
                                   progress.steps_done, progress.steps_total, progress.steps_failed,
                                   HumanBytes(progress.bytes_done))
                    << (progress.hold_reason.empty() ? ""
                                                     : "; " + EscapeControl(progress.hold_reason))
                    << (progress.rollback.empty() ? "" : "; " + EscapeControl(progress.rollback))
                    << std::endl;
    }
    return progress.state == "completed" ? kDone : kFailed;
  }

  ApiClient& client_;
  const WatchArgs& args_;
  Terminal& terminal_;
  const SteadyTime start_;
  std::optional<SteadyTime> last_answer_;
  LinePacer pacer_;
  bool line_open_ = false;
};

int Watch(ApiClient& client, const WatchArgs& args, const std::string& id, Terminal& terminal) {
  return Watcher(client, args, terminal).Run(id);
}

const char* PathOf(Steer steer) {
  switch (steer) {
    case Steer::kCancel:
      return "cancel";
    case Steer::kPause:
      return "pause";
    case Steer::kResume:
      return "resume";
    case Steer::kRollback:
      break;
  }
  return "rollback";
}

/// What is said when it was taken; {0} is the operation.
const char* TalkOf(Steer steer) {
  if (steer == Steer::kCancel) {
    return "stopping {0} as soon as it is safe; see it with: levelwind watch {0}";
  }
  if (steer == Steer::kPause) {
    return "{0} starts no new step; what was begun ends. It goes on with: levelwind resume {0}";
  }
  return "{0} goes on; see it with: levelwind watch {0}";
}

void SayRollback(const std::string& id, const Json& answer, Terminal& terminal) {
  const Json& undo = Member(answer, "operation");
  if (!undo.is_string()) {
    terminal.err << fmt::format(
                        "{0} is cancelled first and rolled back then; see it with: levelwind "
                        "watch {0}",
                        id)
                 << std::endl;
    return;
  }
  const std::string name = TextCell(undo);
  terminal.out << name << std::endl;
  terminal.err << fmt::format("{} rolls back {}; follow it with: levelwind watch {}", name, id,
                              name)
               << std::endl;
}

/// Whether a person agreed, or the exit code that says why not.
std::optional<int> Confirm(ApiClient& client, const ApplyArgs& args, Terminal& terminal) {
  if (args.yes) return std::nullopt;
  if (!terminal.in_is_tty || !terminal.err_is_tty) {
    return Fail(Error(ErrorCode::kPermissionDenied,
                      fmt::format("nobody can be asked here; to carry out {} without a question "
                                  "add --yes",
                                  args.proposal)),
                terminal);
  }
  const auto body = client.Get("/api/v1/proposals/" + UrlSegment(args.proposal));
  if (!body.ok()) return Fail(body.error(), terminal);
  const Json answer = Json::parse(*body, nullptr, false);
  terminal.err << EscapeControl(TextCell(Member(Member(answer, "proposal"), "summary"))) << '\n'
               << "Type " << args.proposal << " to carry it out: " << std::flush;
  std::string typed;
  std::getline(terminal.in, typed);
  if (typed == args.proposal) return std::nullopt;
  return Fail(Error(ErrorCode::kPermissionDenied, "not confirmed; nothing was changed"), terminal);
}

}  // namespace

int RunWatch(const WatchArgs& args, Terminal& terminal) {
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  std::string id = args.operation;
  if (id.empty()) {
    auto picked = PickOperation(*client);
    if (!picked.ok()) return Fail(picked.error(), terminal);
    id = *std::move(picked);
  }
  return Watch(*client, args, id, terminal);
}

int RunApply(const ApplyArgs& args, Terminal& terminal) {
  auto client = ApiClient::Open(args.client.api, args.client.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  if (const auto refused = Confirm(*client, args, terminal)) return *refused;
  const auto body = client->Post("/api/v1/proposals/" + UrlSegment(args.proposal) + "/apply",
                                 ReasonBody(args.reason));
  if (!body.ok()) return Fail(body.error(), terminal);
  const Json answer = Json::parse(*body, nullptr, false);
  const std::string id = TextCell(Member(answer, "operation"));
  if (args.wait) {
    terminal.err << "started " << id << " for " << args.proposal << std::endl;
    return Watch(*client, {args.client, id, args.timeout}, id, terminal);
  }
  if (args.client.format == Format::kJson) return PrintText(body, terminal);
  terminal.out << id << std::endl;
  terminal.err << "started; follow it with: levelwind watch " << id << std::endl;
  return kDone;
}

int RunSteer(const ClientArgs& args, Steer steer, const std::string& operation,
             const std::string& reason, Terminal& terminal) {
  auto client = ApiClient::Open(args.api, args.author);
  if (!client.ok()) return Fail(client.error(), terminal);
  std::string id = operation;
  if (id.empty()) {
    auto picked = PickOperation(*client);
    if (!picked.ok()) return Fail(picked.error(), terminal);
    id = *std::move(picked);
  }
  const auto body = client->Post(
      fmt::format("/api/v1/operations/{}/{}", UrlSegment(id), PathOf(steer)), ReasonBody(reason));
  if (!body.ok()) return Fail(body.error(), terminal);
  if (args.format == Format::kJson) return PrintText(body, terminal);
  if (steer == Steer::kRollback) {
    SayRollback(id, Json::parse(*body, nullptr, false), terminal);
  } else {
    terminal.err << fmt::format(fmt::runtime(TalkOf(steer)), id) << std::endl;
  }
  return kDone;
}

}  // namespace levelwind::cli
