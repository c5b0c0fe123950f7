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
  EXPECT_LT(pool.Take().capacity(), std::size_t{1} << 20) << "it is given once";
}

TEST(TextPoolTest, ATextThatIsStillReadStaysWhatItIs) {
  TextPool pool;
  auto first = pool.Share(Large('a'));
  const auto reader = first;
  first = nullptr;
  std::string next = pool.Take();
  EXPECT_LT(next.capacity(), std::size_t{1} << 20);
  next = Large('b');
  EXPECT_EQ(*reader, Large('a'));
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
