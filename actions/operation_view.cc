#include "actions/operation_view.h"

#include <algorithm>

namespace levelwind::actions {
namespace {

// Of all finished operations together.
constexpr std::size_t kMaxHistorySteps = 20'000;

OperationView HeaderView(const store::OperationRecord& header) {
  OperationView view;
  view.id = header.id;
  view.proposal_id = header.proposal_id;
  view.author = header.author;
  view.reason = header.reason;
  view.state = header.state;
  view.hold_reason = header.hold_reason;
  view.created_at = header.created_at;
  view.updated_at = header.updated_at;
  view.finished_at = header.finished_at;
  view.throttle_bytes_per_s =
      header.throttle_bytes_per_s > 0 ? header.throttle_bytes_per_s : kUnknownCount;
  view.throttle_tuned = header.throttle_tuned;
  view.throttle_changes = header.throttle_changes;
  view.undoes = header.undoes;
  view.undone_by = header.undone_by;
  view.rollback_note = header.rollback_note;
  return view;
}

StepView OneStep(const store::StepRecord& step) {
  StepView view;
  view.number = step.number;
  view.kind = step.move.kind;
  view.partition = step.move.partition;
  view.before = step.move.before;
  view.after = step.move.after;
  view.broker = step.move.broker;
  view.from_dir = step.move.from_dir;
  view.to_dir = step.move.to_dir;
  view.state = step.state;
  view.note = step.note;
  return view;
}

void CountStep(OperationView& view, const StepView& step) {
  ++view.steps_total;
  switch (step.state) {
    case StepState::kDone:
      ++view.steps_done;
      break;
    case StepState::kSubmitted:
    case StepState::kInProgress:
    case StepState::kElecting:
      ++view.steps_in_progress;
      break;
    case StepState::kYielded:
    case StepState::kVoided:
    case StepState::kFailed:
      ++view.steps_failed;
      break;
    case StepState::kPending:
    case StepState::kCancelled:
      break;
  }
  view.bytes_total += step.bytes_total;
  view.bytes_done += step.bytes_done;
}

// As the journal has it: after a restart until the first look, and for what is over.
void ShowStored(OperationView& view, const store::OperationRecord& header) {
  view.bytes_per_s = header.bytes_per_s;
  view.eta_low_s = header.eta_low_s;
  view.eta_high_s = header.eta_high_s;
}

void CountReplicas(OperationView& view, const store::StepRecord& step) {
  const bool within = step.move.kind == MoveKind::kLogDir;
  const auto copies = within ? 1 : static_cast<std::int32_t>(step.move.Added().size());
  view.replicas_total += copies;
  const bool there = step.state == StepState::kDone || step.state == StepState::kElecting;
  if (there) view.replicas_done += copies;
}

}  // namespace

OperationView MakeView(const OperationRun& run, const Forecast& forecast) {
  OperationView view = HeaderView(run.header());
  view.steps.reserve(run.steps().size());
  for (std::size_t i = 0; i < run.steps().size(); ++i) {
    StepView step = OneStep(run.steps()[i]);
    const StepRuntime& runtime = run.runtime(i);
    step.bytes_total = runtime.bytes_total;
    step.bytes_done = std::min(runtime.bytes_done, runtime.bytes_total);
    step.stall = IsTerminal(step.state) ? run.steps()[i].waiting : runtime.waiting_for;
    if (!runtime.waiting_for.empty()) step.note = runtime.waiting_for;
    CountStep(view, step);
    CountReplicas(view, run.steps()[i]);
    view.steps.push_back(std::move(step));
  }
  ShowStored(view, run.header());
  if (IsKnown(forecast.bytes_per_s)) {
    view.bytes_per_s = forecast.bytes_per_s;
    view.eta_s = forecast.eta_s;
    view.eta_low_s = forecast.eta_low_s;
    view.eta_high_s = forecast.eta_high_s;
  }
  return view;
}

OperationView MakeView(const store::StoredOperation& stored) {
  OperationView view = HeaderView(stored.header);
  ShowStored(view, stored.header);
  view.steps.reserve(stored.steps.size());
  for (const store::StepRecord& record : stored.steps) {
    StepView step = OneStep(record);
    if (record.move.kind != MoveKind::kLeader) {
      const bool done = record.state == StepState::kDone;
      step.bytes_total = std::max<std::int64_t>(0, record.move.bytes);
      step.bytes_done = done ? step.bytes_total : std::min(record.bytes_done, step.bytes_total);
    }
    step.stall = record.waiting;
    CountStep(view, step);
    CountReplicas(view, record);
    view.steps.push_back(std::move(step));
  }
  return view;
}

void TrimHistory(std::deque<OperationView>& finished, std::size_t operations) {
  while (finished.size() > operations) finished.pop_back();
  std::size_t steps = 0;
  for (OperationView& view : finished) {
    steps += view.steps.size();
    if (steps > kMaxHistorySteps) {
      view.steps.clear();
      view.steps.shrink_to_fit();
    }
  }
}

}  // namespace levelwind::actions
