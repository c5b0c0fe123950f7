#include "store/scaling_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace levelwind::store {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<ScalingRecord> Open(const std::string& directory, std::size_t keep = 10) {
  ScalingRecordOptions options;
  options.directory = directory;
  options.keep_groups = keep;
  auto record = ScalingRecord::Open(options);
  EXPECT_TRUE(record.ok()) << (record.ok() ? "" : record.error().message());
  return record.ok() ? *std::move(record) : nullptr;
}

TEST(ScalingRecord, KeepsOffsetsOverRestartsWhateverBytesNamesHave) {
  const testing::TempDir directory;
  const std::string odd("a\0b\xff'", 5);
  const SavedOffsets saved{odd, {1000}, {{{"orders", 0}, "id1", 5}, {{"orders", 10}, "", 0}}};
  ASSERT_TRUE(Open(directory.path())->Save(saved).ok());
  const auto loaded = Open(directory.path())->Load(odd);
  ASSERT_TRUE(loaded.ok());
  ASSERT_TRUE(loaded->has_value());
  EXPECT_EQ((*loaded)->at.unix_ms, 1000);
  EXPECT_EQ((*loaded)->offsets, saved.offsets);
  EXPECT_FALSE(Open(directory.path())->Load("a")->has_value());
}

TEST(ScalingRecord, ALaterCopyTakesTheEarliersPlace) {
  const testing::TempDir directory;
  const auto record = Open(directory.path());
  ASSERT_TRUE(record->Save({"g", {1000}, {{{"a", 0}, "", 5}, {{"b", 0}, "", 6}}}).ok());
  ASSERT_TRUE(record->Save({"g", {2000}, {{{"a", 0}, "", 7}}}).ok());
  EXPECT_EQ((*record->Load("g"))->offsets.size(), 1U);
  ASSERT_TRUE(record->Forget("g").ok());
  EXPECT_FALSE(record->Load("g")->has_value());
}

TEST(ScalingRecord, TheOldestGo) {
  const testing::TempDir directory;
  const auto record = Open(directory.path(), 3);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(record->Save({"g" + std::to_string(i), {1000 + i}, {{{"a", 0}, "", i}}}).ok());
  }
  EXPECT_FALSE(record->Load("g1")->has_value());
  EXPECT_EQ((*record->Load("g2"))->offsets.at(0).offset, 2);
}

TEST(ScalingRecord, WithoutADirectoryNothingIsSaved) {
  const auto record = Open("");
  EXPECT_EQ(record->Save({"g", {1}, {}}).error().code(), ErrorCode::kFailedPrecondition);
  EXPECT_FALSE(record->Load("g")->has_value());
  EXPECT_TRUE(record->Forget("g").ok());
}

TEST(ScalingRecord, AnotherProgramsFileIsLeftAlone) {
  const testing::TempDir directory;
  std::ofstream(directory.path() + "/scaling.db") << "these are not the pages of a database at all";
  ScalingRecordOptions options;
  options.directory = directory.path();
  const auto record = ScalingRecord::Open(options);
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.error().message(), HasSubstr("scaling.db"));
}

}  // namespace
}  // namespace levelwind::store
