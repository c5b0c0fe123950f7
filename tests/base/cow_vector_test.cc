#include "base/cow_vector.h"

#include <gtest/gtest.h>

#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace levelwind {
namespace {

TEST(CowVector, CopiesShareUntilOneIsEdited) {
  CowVector<int> mine{1, 2, 3};
  const CowVector<int> theirs = mine;
  EXPECT_TRUE(theirs.SharesWith(mine));

  mine.Edit()[1] = 20;

  EXPECT_FALSE(theirs.SharesWith(mine));
  EXPECT_EQ(theirs.Get(), (std::vector{1, 2, 3}));
  EXPECT_EQ(mine.Get(), (std::vector{1, 20, 3}));
}

TEST(CowVector, EditsInPlaceWhatNobodyElseHas) {
  CowVector<int> mine{1, 2, 3};
  { const CowVector<int> gone = mine; }
  const int* const before = mine.data();
  mine.Edit()[0] = 7;
  EXPECT_EQ(mine.data(), before);
}

TEST(CowVector, EmptyOnesAreEqualAndEditable) {
  CowVector<int> none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  const CowVector<int> copy = none;
  none.Edit().push_back(4);
  EXPECT_EQ(none.size(), 1U);
  EXPECT_TRUE(copy.empty());
}

TEST(CowVector, AssignsAndMovesWithoutCopyingItems) {
  CowVector<int> a{1, 2};
  const int* const items = a.data();
  CowVector<int> b{9};
  b = std::move(a);
  EXPECT_EQ(b.data(), items);
  const CowVector<int>& self = b;
  b = self;
  EXPECT_EQ(b.data(), items);
  const std::span<const int> view = b;
  EXPECT_EQ(view.size(), 2U);
}

// For the thread sanitizer: a reader lets go of its copy while the owner edits.
TEST(CowVector, ReadersMayDropTheirCopiesWhileTheOwnerEdits) {
  CowVector<int> mine(std::vector<int>(100, 0));
  for (int round = 1; round <= 200; ++round) {
    std::thread reader([copy = mine, round] {
      for (const int item : copy) EXPECT_EQ(item, round - 1);
    });
    for (int& item : mine.Edit()) item = round;
    reader.join();
  }
  EXPECT_EQ(mine[99], 200);
}

}  // namespace
}  // namespace levelwind
