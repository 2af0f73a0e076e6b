#include "node/alarm_gate.h"

#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

constexpr TimeMs kHour = 3'600'000;

// A relay that misbehaves with every message must not fill the disk, and hides no other's alarm.
TEST(AlarmGate, OneAnHourOfALogAndKindAndTheOthersAreCounted) {
  AlarmGate gate;
  const auto admits = [&](CoordinatorId log, AlarmKind kind, TimeMs now) {
    Alarm alarm{log, kind, 5, {}};
    return gate.Admits(alarm, now) ? std::optional(alarm.repeated) : std::nullopt;
  };
  EXPECT_EQ(admits(kRelay, AlarmKind::kLogBehind, kNow), 0u);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(admits(kRelay, AlarmKind::kLogBehind, kNow + 1));
  EXPECT_EQ(admits(kRelay, AlarmKind::kFrameWithheld, kNow + 1), 0u);
  EXPECT_EQ(admits(kOtherRelay, AlarmKind::kLogBehind, kNow + 1), 0u);
  EXPECT_FALSE(admits(kRelay, AlarmKind::kLogBehind, kNow + kHour - 1));
  EXPECT_EQ(admits(kRelay, AlarmKind::kLogBehind, kNow + kHour), 1001u);
  EXPECT_FALSE(admits(kRelay, AlarmKind::kLogBehind, kNow + kHour + 1));
}

}  // namespace
}  // namespace whoelse
