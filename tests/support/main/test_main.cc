// The main of every test program: GoogleTest's own, and where LEVELWIND_TRACE_DIR asks for a trace
// file (base/log.cc), each test begins with a line in it. So a program without one did not log at
// all, which tests/checks/canary.py takes for a failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"

namespace levelwind::testing {
namespace {

class TraceTests : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo& test) override {
    LW_LOG(LogLevel::kTrace, "test", "{}.{}", test.test_suite_name(), test.name());
  }
};

}  // namespace
}  // namespace levelwind::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  // GoogleTest owns it.
  ::testing::UnitTest::GetInstance()->listeners().Append(new levelwind::testing::TraceTests());
  return RUN_ALL_TESTS();
}
