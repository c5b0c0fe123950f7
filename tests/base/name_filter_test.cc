#include "base/name_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace levelwind {
namespace {

NameFilter Filter(const std::vector<std::string>& allow, const std::vector<std::string>& deny) {
  auto filter = NameFilter::Create(allow, deny);
  EXPECT_TRUE(filter.ok());
  return filter.ok() ? *filter : NameFilter();
}

TEST(NameFilter, WantsEverythingWithoutPatterns) {
  EXPECT_TRUE(NameFilter().Wants("a"));
  EXPECT_TRUE(Filter({}, {}).Wants(""));
}

TEST(NameFilter, APatternFitsTheWholeNameUnlessItStandsBetweenSlashes) {
  EXPECT_TRUE(Filter({"orders-.*"}, {}).Wants("orders-eu"));
  EXPECT_FALSE(Filter({"orders-.*"}, {}).Wants("old-orders-eu"));
  EXPECT_TRUE(Filter({"/orders/"}, {}).Wants("old-orders-eu"));
  EXPECT_FALSE(Filter({"a|b"}, {}).Wants("ab")) << "an alternative is as whole as the pattern";
  EXPECT_TRUE(Filter({"/.*/"}, {}).Wants("anything\nat all"));
  EXPECT_TRUE(Filter({"/"}, {}).Wants("/")) << "one slash is a name";
}

TEST(NameFilter, DenyWins) {
  const NameFilter filter = Filter({"orders-.*"}, {"/-test$/"});
  EXPECT_TRUE(filter.Wants("orders-eu"));
  EXPECT_FALSE(filter.Wants("orders-test"));
  EXPECT_FALSE(filter.Wants("users"));
  EXPECT_TRUE(Filter({}, {"__.*"}).Wants("orders"));
  EXPECT_FALSE(Filter({}, {"__.*"}).Wants("__consumer_offsets"));
}

TEST(NameFilter, InvalidUtf8IsAReplacementCharacter) {
  EXPECT_TRUE(Filter({"a.b"}, {})
                  .Wants("a\xff"
                         "b"));
}

// A backtracking matcher takes for ever over the first, and all of the stack over the second.
TEST(NameFilter, HostileNamesCostLittle) {
  EXPECT_FALSE(Filter({"(a*)*b"}, {}).Wants(std::string(5000, 'a')));
  EXPECT_TRUE(Filter({"/.*z/"}, {}).Wants(std::string(1'000'000, 'a') + "z"));
}

TEST(NameFilter, SaysWhichPatternIsNone) {
  const auto broken = NameFilter::Create({"fine"}, {"orders-("});
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().message().find("'orders-('"), std::string::npos)
      << broken.error().message();
}

}  // namespace
}  // namespace levelwind
