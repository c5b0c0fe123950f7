#include "store/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "store/sqlite.h"
#include "tests/support/temp_dir.h"

namespace levelwind::store {
namespace {

using levelwind::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StepRecord SampleStep(std::int32_t number) {
  StepRecord step;
  step.number = number;
  step.move.kind = MoveKind::kReplica;
  step.move.partition = {"orders", number};
  step.move.topic_id.bytes[3] = 7;
  step.move.before = {1, 2, 3};
  step.move.after = {4, 2, 3};
  step.move.leader_before = 1;
  step.move.bytes = 12345;
  step.move.goal = "leaders";
  step.move.reason = "broker 1 leads all";
  return step;
}

OperationRecord SampleOperation(std::uint64_t number) {
  OperationRecord op;
  op.number = number;
  op.id = "op" + std::to_string(number);
  op.proposal_id = "p7";
  op.cluster_id = "cluster";
  op.author = "cli:root";
  op.reason = "it's \"quoted\"; DROP TABLE steps";
  op.throttle_bytes_per_s = 1000;
  op.created_at = {17};
  return op;
}

std::unique_ptr<Journal> MustOpen(const std::string& dir, const JournalOptions& options = {}) {
  auto journal = Journal::Open(dir, options);
  EXPECT_TRUE(journal.ok()) << (journal.ok() ? "" : journal.error().ToString());
  return journal.ok() ? std::move(journal).value() : nullptr;
}

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777u : 0;
}

void Tamper(const std::string& file, const std::string& sql) {
  auto db = Database::Open(file);
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->Exec(sql.c_str()).ok());
}

TEST(Journal, MakesAPrivateDirectoryAndFile) {
  TempDir temp;
  auto journal = MustOpen(temp / "state");
  ASSERT_NE(journal, nullptr);
  EXPECT_EQ(ModeOf(temp / "state"), 0700u);
  EXPECT_EQ(ModeOf(temp / "state/levelwind.db"), 0600u);
  ASSERT_TRUE(journal->Commit({{SampleOperation(1)}, {}, {}, {}}).ok());
  EXPECT_EQ(ModeOf(temp / "state/levelwind.db-wal"), 0600u);
}

TEST(Journal, AMissingParentIsOneClearLine) {
  TempDir temp;
  auto journal = Journal::Open(temp / "no/such");
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(journal.error().message(), HasSubstr("no/such"));
  EXPECT_THAT(journal.error().message(), HasSubstr("--state-dir"));
  EXPECT_EQ(journal.error().message().find('\n'), std::string::npos);
}

TEST(Journal, AFileInPlaceOfTheDirectoryIsRefused) {
  TempDir temp;
  std::ofstream(temp / "state") << "x";
  auto journal = Journal::Open(temp / "state");
  ASSERT_FALSE(journal.ok());
  EXPECT_THAT(journal.error().message(), HasSubstr("not a directory"));
}

TEST(Journal, ASecondDaemonIsToldWhoHasIt) {
  TempDir temp;
  auto first = MustOpen(temp / "state");
  auto second = Journal::Open(temp / "state");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
  first.reset();
  EXPECT_TRUE(Journal::Open(temp / "state").ok());
}

TEST(Journal, NoOtherConnectionCanReadOrWrite) {
  TempDir temp;
  auto journal = MustOpen(temp / "state");
  ASSERT_TRUE(journal->Commit({{SampleOperation(1)}, {}, {}, {}}).ok());
  auto other = Database::Open(temp / "state/levelwind.db");
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(other->QueryInt("SELECT count(*) FROM operations").ok());
}

TEST(Journal, EverythingComesBackAfterReopening) {
  TempDir temp;
  StepRecord step = SampleStep(1);
  step.state = StepState::kSubmitted;
  step.delivery = Delivery::kAccepted;
  step.seen = true;
  step.attempts = 2;
  step.cancel = CancelCause::kDeadTarget;
  step.note = "note";
  PreimageRecord rate;
  rate.operation = "op3";
  rate.resource = "2";
  rate.key = "leader.rate";
  rate.ours = "50";
  PreimageRecord done = rate;
  done.resource = "3";
  done.before = "";
  done.state = PreimageState::kRestored;
  {
    auto journal = MustOpen(temp / "state");
    OperationRecord op = SampleOperation(3);
    op.state = OperationState::kHolding;
    op.hold_reason = "broker 4 is dead";
    op.cancel_requested = true;
    ASSERT_TRUE(journal->Commit({{op}, {{"op3", step}}, {rate, done}, {}}).ok());
  }
  auto journal = MustOpen(temp / "state");
  auto operations = journal->LoadOperations(10);
  ASSERT_TRUE(operations.ok());
  ASSERT_EQ(operations->size(), 1u);
  const StoredOperation& stored = operations->front();
  EXPECT_EQ(stored.header.reason, "it's \"quoted\"; DROP TABLE steps");
  EXPECT_EQ(stored.header.state, OperationState::kHolding);
  EXPECT_TRUE(stored.header.cancel_requested);
  ASSERT_EQ(stored.steps.size(), 1u);
  const StepRecord& back = stored.steps.front();
  EXPECT_EQ(back.move.partition, step.move.partition);
  EXPECT_EQ(back.move.topic_id, step.move.topic_id);
  EXPECT_EQ(back.move.before, step.move.before);
  EXPECT_EQ(back.move.after, step.move.after);
  EXPECT_TRUE(std::isnan(back.move.bytes_in_per_s)) << "unknown must not become 0 (I17)";
  EXPECT_EQ(back.state, StepState::kSubmitted);
  EXPECT_EQ(back.delivery, Delivery::kAccepted);
  EXPECT_TRUE(back.seen);
  EXPECT_EQ(back.attempts, 2);
  EXPECT_EQ(back.cancel, CancelCause::kDeadTarget);
  auto open = journal->LoadOpenPreimages();
  ASSERT_TRUE(open.ok());
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().before, std::nullopt) << "absent is not empty";
  auto all = journal->LoadPreimages("op3");
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[1].before, "");
}

TEST(Journal, OperationNumbersGoOnAndGenerationsGrow) {
  TempDir temp;
  {
    auto journal = MustOpen(temp / "state");
    EXPECT_EQ(*journal->NextOperationNumber(), 1u);
    EXPECT_EQ(journal->generation(), 1u);
    ASSERT_TRUE(journal->Commit({{SampleOperation(1)}, {}, {}, {}}).ok());
  }
  auto journal = MustOpen(temp / "state");
  EXPECT_EQ(*journal->NextOperationNumber(), 2u);
  EXPECT_EQ(journal->generation(), 2u);
}

TEST(Journal, ABatchIsAllOrNothing) {
  TempDir temp;
  JournalOptions options;
  options.max_bytes = 128 * 1024;
  auto journal = MustOpen(temp / "state", options);
  JournalBatch batch;
  batch.operations.push_back(SampleOperation(1));
  StepRecord big = SampleStep(1);
  big.note.assign(512 * 1024, 'x');
  batch.steps.push_back({"op1", big});
  const Status full = journal->Commit(batch);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(full.error().message(), HasSubstr("free space"));
  EXPECT_EQ(full.error().message().find('\n'), std::string::npos);
  EXPECT_TRUE(journal->LoadOperations(10)->empty());
  EXPECT_EQ(*journal->NextOperationNumber(), 1u);
  ASSERT_TRUE(journal->Commit({{SampleOperation(1)}, {}, {}, {}}).ok()) << "usable afterwards";
  EXPECT_EQ(journal->LoadOperations(10)->size(), 1u);
}

TEST(Journal, ANewerSchemaIsRefusedLoudly) {
  TempDir temp;
  MustOpen(temp / "state").reset();
  Tamper(temp / "state/levelwind.db", "PRAGMA user_version=5");
  auto journal = Journal::Open(temp / "state");
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_THAT(journal.error().message(), HasSubstr("schema version is 5"));
}

// What version 4 brought.
constexpr const char* kBackToThree =
    "ALTER TABLE operations DROP COLUMN throttle_tuned;"
    "ALTER TABLE operations DROP COLUMN throttle_changes;"
    "ALTER TABLE operations DROP COLUMN rate; ALTER TABLE operations DROP COLUMN eta_low;"
    "ALTER TABLE operations DROP COLUMN eta_high; ALTER TABLE steps DROP COLUMN bytes_done;"
    "ALTER TABLE steps DROP COLUMN waiting; ALTER TABLE config_preimages DROP COLUMN previous;"
    "ALTER TABLE config_preimages DROP COLUMN ceiling;"
    "DROP TABLE baselines; PRAGMA user_version=3;";
// What version 3 brought.
constexpr const char* kBackToTwo =
    "ALTER TABLE operations DROP COLUMN pause; ALTER TABLE operations DROP COLUMN pause_note;"
    "ALTER TABLE operations DROP COLUMN undoes; ALTER TABLE operations DROP COLUMN undone_by;"
    "ALTER TABLE operations DROP COLUMN rollback_author;"
    "ALTER TABLE operations DROP COLUMN rollback_reason;"
    "ALTER TABLE operations DROP COLUMN rollback_note;"
    "ALTER TABLE steps DROP COLUMN sent_ms; ALTER TABLE steps DROP COLUMN finished_ms;"
    "PRAGMA user_version=2;";
// What version 2 brought.
constexpr const char* kBackToOne =
    "ALTER TABLE steps DROP COLUMN broker; ALTER TABLE steps DROP COLUMN from_dir;"
    "ALTER TABLE steps DROP COLUMN to_dir; PRAGMA user_version=1";

TEST(Journal, OlderSchemasAreBroughtUpToDate) {
  const std::string three = kBackToThree;
  const std::string two = three + kBackToTwo;
  for (const std::string& older : {three, two, two + kBackToOne}) {
    TempDir temp;
    JournalBatch batch{{SampleOperation(1)}, {}, {}, {}};
    batch.steps.push_back({"op1", SampleStep(1)});
    ASSERT_TRUE(MustOpen(temp / "state")->Commit(batch).ok());
    Tamper(temp / "state/levelwind.db", older);
    for (int opened = 0; opened < 2; ++opened) {
      auto journal = MustOpen(temp / "state");
      ASSERT_NE(journal, nullptr);
      const auto operations = journal->LoadOperations(10);
      ASSERT_TRUE(operations.ok()) << operations.error();
      const StepRecord& step = operations->at(0).steps.at(0);
      EXPECT_EQ(step.move.partition.ToString(), "orders-1");
      EXPECT_EQ(step.move.broker, kNoBroker);
      EXPECT_EQ(step.move.to_dir, "");
      EXPECT_EQ(step.sent_at.unix_ms, 0);
      EXPECT_EQ(operations->at(0).header.pause, PauseCause::kNone);
      EXPECT_FALSE(operations->at(0).header.throttle_tuned);
      EXPECT_FALSE(IsKnown(operations->at(0).header.eta_low_s));
      EXPECT_EQ(step.bytes_done, 0);
      EXPECT_TRUE(operations->at(0).baseline.empty());
      ASSERT_TRUE(journal->Commit(batch).ok()) << "usable in the new form";
    }
  }
}

TEST(Journal, PausesRollbacksAndTimesOfStepsSurvive) {
  TempDir temp;
  JournalBatch batch{{SampleOperation(1)}, {}, {}, {}};
  OperationRecord& op = batch.operations[0];
  op.pause = PauseCause::kGuard;
  op.pause_note = "disk";
  op.undoes = "op0";
  op.undone_by = "op2";
  op.rollback_author = "cli:a";
  op.rollback_reason = "why";
  op.rollback_note = "no";
  StepRecord step = SampleStep(1);
  step.sent_at = {1'000};
  step.finished_at = {2'000};
  batch.steps.push_back({"op1", step});
  ASSERT_TRUE(MustOpen(temp / "state")->Commit(batch).ok());
  auto journal = MustOpen(temp / "state");
  const auto stored = journal->LoadOperation("op1");
  ASSERT_TRUE(stored.ok()) << stored.error();
  EXPECT_EQ(stored->header.pause, PauseCause::kGuard);
  EXPECT_EQ(stored->header.pause_note, "disk");
  EXPECT_EQ(stored->header.undoes, "op0");
  EXPECT_EQ(stored->header.undone_by, "op2");
  EXPECT_EQ(stored->header.rollback_author, "cli:a");
  EXPECT_EQ(stored->header.rollback_reason, "why");
  EXPECT_EQ(stored->header.rollback_note, "no");
  ASSERT_EQ(stored->steps.size(), 1u);
  EXPECT_EQ(stored->steps[0].sent_at.unix_ms, 1'000);
  EXPECT_EQ(stored->steps[0].finished_at.unix_ms, 2'000);
  EXPECT_EQ(journal->LoadOperation("op9").error().code(), ErrorCode::kNotFound);
}

TEST(Journal, WhatWasWrongAtAcceptanceSurvivesUntilItIsWell) {
  TempDir temp;
  JournalBatch batch{{SampleOperation(1), SampleOperation(2)}, {}, {}, {}};
  const BaselineRecord dead{"op1", BaselineKind::kDeadBroker, {}, 3, true};
  BaselineRecord behind{"op1", BaselineKind::kOutOfSync, {"orders", 7}, 2, true};
  batch.baseline = {dead, behind};
  auto journal = MustOpen(temp / "state");
  ASSERT_TRUE(journal->Commit(batch).ok());
  EXPECT_THAT(journal->LoadOperation("op1")->baseline, ElementsAre(dead, behind));
  EXPECT_THAT(journal->LoadOperation("op2")->baseline, IsEmpty());
  behind.open = false;
  batch = {};
  batch.baseline = {behind};
  ASSERT_TRUE(journal->Commit(batch).ok());
  journal.reset();
  journal = MustOpen(temp / "state");
  EXPECT_THAT(journal->LoadOperations(10)->at(0).baseline, ElementsAre(dead));
}

TEST(Journal, ProgressAndTunedThrottlesSurvive) {
  TempDir temp;
  JournalBatch batch{{SampleOperation(1)}, {}, {}, {}};
  OperationRecord& op = batch.operations[0];
  op.throttle_tuned = true;
  op.throttle_changes = 3;
  op.bytes_per_s = 12.5;
  op.eta_low_s = 60;
  op.eta_high_s = kUnknown;
  StepRecord step = SampleStep(1);
  step.bytes_done = 77;
  step.waiting = "nothing was copied";
  batch.steps.push_back({"op1", step});
  PreimageRecord row;
  row.operation = "op1";
  row.resource = "1";
  row.key = "rate";
  row.ours = "20";
  row.previous = "10";
  row.ceiling = 30;
  batch.preimages.push_back(row);
  ASSERT_TRUE(MustOpen(temp / "state")->Commit(batch).ok());
  auto journal = MustOpen(temp / "state");
  const auto stored = journal->LoadOperation("op1");
  ASSERT_TRUE(stored.ok()) << stored.error();
  EXPECT_TRUE(stored->header.throttle_tuned);
  EXPECT_EQ(stored->header.throttle_changes, 3);
  EXPECT_EQ(stored->header.bytes_per_s, 12.5);
  EXPECT_EQ(stored->header.eta_low_s, 60);
  EXPECT_FALSE(IsKnown(stored->header.eta_high_s));
  EXPECT_EQ(stored->steps.at(0).bytes_done, 77);
  EXPECT_EQ(stored->steps.at(0).waiting, "nothing was copied");
  EXPECT_EQ(journal->LoadOpenPreimages()->at(0).previous, "10");
  EXPECT_EQ(journal->LoadOpenPreimages()->at(0).ceiling, 30);
}

TEST(Journal, LogDirMovesSurvive) {
  TempDir temp;
  StepRecord step = SampleStep(1);
  step.move.kind = MoveKind::kLogDir;
  step.move.after = step.move.before;
  step.move.broker = 2;
  step.move.from_dir = "/data/a'";
  step.move.to_dir = "/data/b";
  JournalBatch batch{{SampleOperation(1)}, {}, {}, {}};
  batch.steps.push_back({"op1", step});
  Proposal proposal;
  proposal.id = "p1";
  proposal.moves = {step.move};
  proposal.log_dir_moves = 1;
  proposal.log_dirs = {{{2, "/data/b"}, kUnknown, 5, 7}};
  {
    auto journal = MustOpen(temp / "state");
    ASSERT_TRUE(journal->Commit(batch).ok());
    ASSERT_TRUE(journal->SaveProposal(proposal).ok());
  }
  auto journal = MustOpen(temp / "state");
  const auto proposals = journal->LoadProposals(10);
  ASSERT_EQ(proposals->size(), 1u);
  const Proposal& read = *proposals->front();
  EXPECT_EQ(read.log_dir_moves, 1);
  ASSERT_EQ(read.log_dirs.size(), 1u);
  EXPECT_EQ(read.log_dirs[0].dir, (LogDirName{2, "/data/b"}));
  EXPECT_FALSE(IsKnown(read.log_dirs[0].capacity_bytes));
  EXPECT_EQ(read.log_dirs[0].bytes_after, 7);
  const auto operations = journal->LoadOperations(10);
  for (const Move& move : {operations->at(0).steps.at(0).move, read.moves.at(0)}) {
    EXPECT_EQ(move.kind, MoveKind::kLogDir);
    EXPECT_EQ(move.broker, 2);
    EXPECT_EQ(move.from_dir, "/data/a'");
    EXPECT_EQ(move.to_dir, "/data/b");
  }
}

TEST(Journal, AForeignDatabaseIsNotTouched) {
  TempDir temp;
  ASSERT_EQ(::mkdir((temp / "state").c_str(), 0700), 0);
  Tamper(temp / "state/levelwind.db", "CREATE TABLE theirs(x)");
  auto journal = Journal::Open(temp / "state");
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), ErrorCode::kDataLoss);
}

TEST(Journal, DamageIsFound) {
  TempDir temp;
  {
    auto journal = MustOpen(temp / "state");
    JournalBatch batch;
    batch.operations.push_back(SampleOperation(1));
    for (int i = 1; i <= 500; ++i) batch.steps.push_back({"op1", SampleStep(i)});
    ASSERT_TRUE(journal->Commit(batch).ok());
  }
  const std::string file = temp / "state/levelwind.db";
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  for (off_t page = 4096; page < info.st_size; page += 4096) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(page);
    out << std::string(64, '\x5a');
  }
  auto journal = Journal::Open(temp / "state");
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), ErrorCode::kDataLoss) << journal.error();
}

TEST(Journal, B4_ACopyOfAnEarlierDayIsToldFromTheOneThatWasThereLast) {
  TempDir temp;
  const std::string file = temp / "state/levelwind.db", copy = temp / "copy";
  MustOpen(temp / "state").reset();
  std::filesystem::copy_file(file, copy);
  {
    // Opened once only since: what tells is the newest request.
    auto journal = MustOpen(temp / "state");
    journal.reset();
    std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
    journal = MustOpen(temp / "state");
    JournalBatch batch;
    batch.audit.push_back({journal->generation(), 1, {}, "op1", "a", "ElectLeaders", "t-0", "ok"});
    ASSERT_TRUE(journal->Commit(batch).ok());
  }
  std::filesystem::copy_file(file, temp / "newest");
  for (const bool deleted : {false, true}) {
    std::filesystem::remove(file);
    if (!deleted) std::filesystem::copy_file(copy, file);
    const auto refused = Journal::Open(temp / "state");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::kDataLoss);
    EXPECT_THAT(refused.error().message(), HasSubstr("older than the one that was here last"));
  }
  std::filesystem::copy_file(temp / "newest", file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(MustOpen(temp / "state")->generation(), 4u) << "the newest is put back";
  std::filesystem::remove(file);
  std::filesystem::remove(temp / "state/levelwind.newest");
  EXPECT_EQ(MustOpen(temp / "state")->generation(), 1u) << "on purpose";
}

TEST(Journal, B4_ADamagedNoteOfTheNewestPositionIsSaid) {
  TempDir temp;
  MustOpen(temp / "state").reset();
  std::ofstream(temp / "state/levelwind.newest") << "what";
  const auto refused = Journal::Open(temp / "state");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("levelwind.newest: it is damaged"));
}

TEST(Journal, PruningKeepsWhatIsOpen) {
  TempDir temp;
  {
    auto journal = MustOpen(temp / "state");
    JournalBatch batch;
    for (std::uint64_t n = 1; n <= 5; ++n) {
      OperationRecord op = SampleOperation(n);
      op.state = n == 2 ? OperationState::kRunning : OperationState::kCompleted;
      if (n != 2) op.finished_at = {99};
      batch.operations.push_back(op);
      batch.steps.push_back({op.id, SampleStep(1)});
      batch.audit.push_back({1, n, {5}, op.id, "me", "ElectLeaders", "orders-1", "ok"});
    }
    PreimageRecord debt;
    debt.operation = "op1";
    debt.resource = "4";
    debt.key = "rate";
    batch.preimages.push_back(debt);
    ASSERT_TRUE(journal->Commit(batch).ok());
  }
  JournalOptions options;
  options.keep_operations = 1;
  options.keep_audit_rows = 2;
  auto journal = MustOpen(temp / "state", options);
  std::vector<std::string> ids;
  const auto operations = journal->LoadOperations(10);
  for (const StoredOperation& op : *operations) ids.push_back(op.header.id);
  EXPECT_THAT(ids, ::testing::ElementsAre("op1", "op2", "op5"));
  EXPECT_EQ(journal->LoadOpenPreimages()->size(), 1u);
  const auto audit = journal->LoadAudit(100);
  ASSERT_EQ(audit->size(), 3u);
  EXPECT_EQ(audit->front().operation, "op5");
}

TEST(Journal, ATenThousandStepJournalOpensAndLoadsInTime) {
  TempDir temp;
  {
    auto journal = MustOpen(temp / "state");
    JournalBatch batch;
    batch.operations.push_back(SampleOperation(1));
    for (int i = 1; i <= 10000; ++i) batch.steps.push_back({"op1", SampleStep(i)});
    ASSERT_TRUE(journal->Commit(batch).ok());
  }
  const auto start = std::chrono::steady_clock::now();
  auto journal = MustOpen(temp / "state");
  const auto operations = journal->LoadOperations(10);
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_EQ(operations->front().steps.size(), 10000u);
  EXPECT_LT(took, std::chrono::seconds(3));
  RecordProperty("load_ms",
                 static_cast<int>(std::chrono::duration<double, std::milli>(took).count()));
}

TEST(Journal, ProposalsSurviveWithEveryField) {
  TempDir temp;
  Proposal proposal;
  proposal.id = "p7";
  proposal.cluster_id = "cluster";
  proposal.snapshot_sequence = 9;
  proposal.seed = ~std::uint64_t{0};
  proposal.confidence.label = "sizes and counts";
  proposal.moves = {SampleStep(1).move};
  proposal.goals = {{"racks", true, 1.5, 0, 3, 0, "note", false}};
  proposal.brokers.resize(1);
  proposal.brokers[0].broker = 4;
  proposal.brokers[0].leaders_after = 12;
  proposal.bytes_to_move = 12345;
  proposal.bound_method = "dual";
  proposal.bound_gap = 0.034;
  proposal.makespan_s = 90;
  proposal.provision = {{"disk", "under", 2, "add brokers"}};
  proposal.brokers[0].bytes_out_after = 7;
  proposal.score_before = 61.5;
  proposal.asked_for = "level the cluster";
  proposal.summary = "bad utf8 \xff stays readable";
  proposal.notes = {"one", "two"};
  {
    auto journal = MustOpen(temp / "state");
    EXPECT_EQ(*journal->NextProposalNumber(), 1u);
    ASSERT_TRUE(journal->SaveProposal(proposal).ok());
  }
  JournalOptions options;
  options.keep_proposals = 1;
  auto journal = MustOpen(temp / "state", options);
  EXPECT_EQ(*journal->NextProposalNumber(), 8u);
  auto stored = journal->LoadProposals(10);
  ASSERT_TRUE(stored.ok()) << stored.error();
  ASSERT_EQ(stored->size(), 1u);
  const Proposal& back = *stored->front();
  EXPECT_EQ(back.id, "p7");
  EXPECT_EQ(back.seed, ~std::uint64_t{0});
  EXPECT_EQ(back.asked_for, "level the cluster");
  EXPECT_EQ(back.moves.front().after, proposal.moves.front().after);
  EXPECT_EQ(back.moves.front().topic_id, proposal.moves.front().topic_id);
  EXPECT_TRUE(std::isnan(back.moves.front().bytes_in_per_s));
  EXPECT_TRUE(std::isnan(back.brokers.front().leader_bytes_in_before));
  EXPECT_EQ(back.brokers.front().leaders_after, 12);
  EXPECT_EQ(back.goals.front().violations_before, 3);
  EXPECT_FALSE(back.goals.front().judged);
  EXPECT_EQ(back.bytes_lower_bound, kUnknownCount);
  EXPECT_EQ(back.bound_method, "dual");
  EXPECT_EQ(back.bound_gap, 0.034);
  EXPECT_EQ(back.makespan_s, 90);
  EXPECT_TRUE(std::isnan(back.makespan_bound_s));
  ASSERT_EQ(back.provision.size(), 1u);
  EXPECT_EQ(back.provision[0].brokers, 2);
  EXPECT_EQ(back.brokers[0].bytes_out_after, 7);
  EXPECT_THAT(back.summary, HasSubstr("stays readable"));
  EXPECT_EQ(back.notes, proposal.notes);

  proposal.id = "p8";
  ASSERT_TRUE(journal->SaveProposal(proposal).ok());
  EXPECT_EQ(journal->LoadProposals(10)->front()->id, "p8") << "only the newest is kept";
  proposal.id = "draft";
  EXPECT_FALSE(journal->SaveProposal(proposal).ok());
}

}  // namespace
}  // namespace levelwind::store
