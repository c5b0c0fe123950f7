#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string_view>

#include "base/clock.h"

namespace levelwind::testing {

/// Calls `predicate` until it returns true, every 20 ms at first and every 200 ms later on.
///   ASSERT_TRUE(WaitFor([&] { return ...; }, std::chrono::seconds(10), "the leader to move"));
::testing::AssertionResult WaitFor(const std::function<bool()>& predicate, Duration timeout,
                                   std::string_view what);

}  // namespace levelwind::testing
