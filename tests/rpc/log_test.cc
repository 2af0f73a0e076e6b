#include "rpc/log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

// The log takes no text that is not a literal, an error of ours or marked as configured.
static_assert(!std::is_constructible_v<LogValue, std::string>);
static_assert(!std::is_constructible_v<LogValue, std::string_view>);
static_assert(!std::is_constructible_v<LogWord, std::string>);

TEST(LogTest, ALineIsOneJsonObject) {
  const CapturedLog log(NewClock(1'800'000'000));
  Log(LogLevel::kAlarm, "second_stream",
      {{LogField::kAgency, 12u},
       {LogField::kPin, TlsPin()},
       {LogField::kReason, "newest wins"},
       {LogField::kCode, ServiceError::kReplaced},
       {LogField::kError, absl::NotFoundError("no such file")},
       {LogField::kAddress, LogValue::Configured("[::1]:7443")}});
  EXPECT_EQ(log.text(),
            "{\"time\":\"2027-01-15T08:00:00.999Z\",\"level\":\"alarm\",\"event\":\"second_stream\","
            "\"agency\":12,\"pin\":\"" + std::string(64, '0') + "\",\"reason\":\"newest wins\","
            "\"code\":\"REPLACED\",\"error\":\"NOT_FOUND: no such file\",\"address\":\"[::1]:7443\"}\n");
}

TEST(LogTest, NoValueEndsTheStringOrTheLine) {
  const CapturedLog log(NewClock(kNowS));
  Log(LogLevel::kInfo, "start", {{LogField::kPath, LogValue::Configured("a\"b\\c\nd\x7f")}});
  EXPECT_THAT(log.text(), HasSubstr("\"path\":\"a\\\"b\\\\c d \"}\n"));
}

TEST(LogTest, LinesOfManyThreadsStayWhole) {
  const CapturedLog log(NewClock(kNowS));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) Log(LogLevel::kInfo, "tick", {{LogField::kCount, 7}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = log.text();
  const std::string line = text.substr(0, text.find('\n') + 1);
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += line;
  EXPECT_EQ(text, expected);
}

TEST(LogTest, OfGrpcOnlyErrorsAndNotTheirText) {
  const CapturedLog log(NewClock(kNowS));
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);
  gpr_log(GPR_INFO, "subchannel connected");
  gpr_log(GPR_ERROR, "No match found for server name: coordinator.");
  EXPECT_EQ(log.text(), "");
  gpr_log(GPR_ERROR, "bad metadata: peer text 9990000018");
  EXPECT_THAT(log.text(), HasSubstr("\"event\":\"grpc\",\"path\":\"log_test.cc\",\"code\":"));
  EXPECT_THAT(log.text(), Not(HasSubstr("peer text")));
}

}  // namespace
}  // namespace whoelse
