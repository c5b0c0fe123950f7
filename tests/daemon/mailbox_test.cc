#include "daemon/mailbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace levelwind::daemon {
namespace {

using namespace std::chrono_literals;

TEST(Mailbox, RunsOnTheOwnersThreadAndAnswers) {
  Mailbox mailbox(4);
  std::jthread owner([&](std::stop_token stop) {
    while (!stop.stop_requested()) mailbox.RunPending(stop, 1s);
  });
  const auto caller = std::this_thread::get_id();
  const auto answer = mailbox.Call<bool>(
      [&]() -> Result<bool> { return std::this_thread::get_id() != caller; }, 10s, "the question");
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(*answer);
}

TEST(Mailbox, AFullOneRefusesAndSaysSo) {
  Mailbox mailbox(1);
  const auto first = mailbox.Call<int>([]() -> Result<int> { return 1; }, 1ms, "first");
  EXPECT_EQ(first.error().code(), ErrorCode::kDeadlineExceeded);  // nobody runs it
  const auto second = mailbox.Call<int>([]() -> Result<int> { return 1; }, 1ms, "second");
  EXPECT_EQ(second.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_NE(second.error().message().find("second"), std::string::npos);
}

TEST(Reply, ADroppedCommandIsAnswered) {
  auto reply = std::make_shared<Reply<int>>();
  { Reply<int>::Sender dropped(reply); }
  EXPECT_EQ(reply->Wait(1s, "work").error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace levelwind::daemon
