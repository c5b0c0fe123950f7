#include "api/text_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace levelwind::api {
namespace {

std::string Large(char of) { return std::string(1 << 20, of); }

TEST(TextPoolTest, ATextThatNobodyReadsGivesItsMemoryToTheNext) {
  TextPool pool;
  auto first = pool.Share(Large('a'));
  const char* memory = first->data();
  first = nullptr;
  const std::string next = pool.Take();
  EXPECT_TRUE(next.empty());
  EXPECT_GE(next.capacity(), std::size_t{1} << 20);
  EXPECT_EQ(next.data(), memory);
  EXPECT_NE(pool.Take().data(), memory) << "it is given once";
}

TEST(TextPoolTest, ATextThatIsStillReadStaysWhatItIs) {
  TextPool pool;
  auto first = pool.Share(Large('a'));
  const auto reader = first;
  first = nullptr;
  std::string next = pool.Take();
  EXPECT_NE(next.data(), reader->data());
  next = Large('b');
  EXPECT_EQ(*reader, Large('a'));
}

TEST(TextPoolTest, ATextThatGrewMuchTooLargeIsNotKept) {
  TextPool pool;
  std::string text = Large('a');
  text.reserve(std::size_t{4} << 20);
  pool.Share(std::move(text));
  const std::string next = pool.Take();
  EXPECT_GE(next.capacity(), std::size_t{1} << 20) << "there is room for one as long";
  EXPECT_LT(next.capacity(), std::size_t{2} << 20);
}

TEST(TextPoolTest, ATextMayOutliveThePool) {
  std::optional<TextPool> pool(std::in_place);
  auto text = pool->Share(Large('a'));
  pool.reset();
  EXPECT_EQ(text->size(), std::size_t{1} << 20);
  text = nullptr;
}

}  // namespace
}  // namespace levelwind::api
