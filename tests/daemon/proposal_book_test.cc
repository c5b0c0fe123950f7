#include "daemon/proposal_book.h"

#include <gtest/gtest.h>

namespace levelwind::daemon {
namespace {

Proposal WithMove(std::int32_t partition) {
  Proposal proposal;
  Move move;
  move.partition = {"orders", partition};
  move.before = {1, 2};
  move.after = {2, 1};
  proposal.moves.push_back(move);
  return proposal;
}

TEST(ProposalBook, NumbersOnAndKeepsTheNewest) {
  ProposalBook book(2, 7, nullptr);
  EXPECT_EQ((*book.Add(WithMove(0)))->id, "p7");
  EXPECT_EQ((*book.Add(WithMove(1)))->id, "p8");
  EXPECT_EQ((*book.Add(WithMove(2)))->id, "p9");
  EXPECT_EQ(book.All().size(), 2u);
  EXPECT_EQ(book.Newest()->id, "p9");
  EXPECT_TRUE(book.Find("p8").ok());
  const auto gone = book.Find("p7");
  ASSERT_FALSE(gone.ok());
  EXPECT_NE(gone.error().message().find("p9"), std::string::npos);
}

TEST(ProposalBook, TheSameMovesAreTheSameProposal) {
  ProposalBook book(5, 1, nullptr);
  EXPECT_EQ(*book.Add(WithMove(0)), *book.Add(WithMove(0)));
  EXPECT_EQ((*book.Add(WithMove(1)))->id, "p2");
}

TEST(ProposalBook, TheSameMovesForAnotherRequestAreAnotherProposal) {
  ProposalBook book(5, 1, nullptr);
  ASSERT_TRUE(book.Add(WithMove(0)).ok());
  Proposal asked = WithMove(0);
  asked.asked_for = "only leaders";
  EXPECT_EQ((*book.Add(asked))->id, "p2");
}

TEST(ProposalBook, WhatCannotBeStoredIsNotShown) {
  ProposalBook book(5, 1, [](const Proposal&) -> Status { return Unavailable("disk full"); });
  EXPECT_FALSE(book.Add(WithMove(0)).ok());
  EXPECT_EQ(book.Newest(), nullptr);
}

TEST(ProposalBook, AnotherLogDirIsAnotherPlan) {
  ProposalBook book(5, 1, nullptr);
  Proposal plan = WithMove(0);
  plan.moves[0].kind = MoveKind::kLogDir;
  plan.moves[0].after = plan.moves[0].before;
  plan.moves[0].broker = 1;
  plan.moves[0].to_dir = "/b";
  EXPECT_EQ((*book.Add(plan))->id, "p1");
  EXPECT_EQ((*book.Add(plan))->id, "p1");
  plan.moves[0].to_dir = "/c";
  EXPECT_EQ((*book.Add(plan))->id, "p2");
  plan.moves[0].broker = 2;
  EXPECT_EQ((*book.Add(plan))->id, "p3");
}

}  // namespace
}  // namespace levelwind::daemon
