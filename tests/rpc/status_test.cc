#include "rpc/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace whoelse {
namespace {

using grpc::StatusCode;

TEST(StatusTest, EveryServiceErrorComesBackAsItself) {
  for (size_t i = 1; i <= kServiceErrorNames.size(); ++i) {
    const auto error = static_cast<ServiceError>(i);
    const grpc::Status status = ToGrpc(error);
    EXPECT_FALSE(status.ok()) << Name(error);
    EXPECT_EQ(status.error_message(), Name(error));
    EXPECT_EQ(status.error_details(), "");
    EXPECT_EQ(FromGrpc(status), error) << Name(error);
    EXPECT_FALSE(Unreachable(status)) << Name(error);
  }
}

TEST(StatusTest, CodesSayWhatKindOfFailureItIs) {
  EXPECT_EQ(ToGrpc(ServiceError::kNotAMember).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ToGrpc(ServiceError::kQuota).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ToGrpc(ServiceError::kBusy).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ToGrpc(ServiceError::kNotReady).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ToGrpc(ServiceError::kRosterVersion).error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ToGrpc(ServiceError::kSize).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ToGrpc(ServiceError::kInternal).error_code(), StatusCode::INTERNAL);
}

TEST(StatusTest, WhateverElseAPeerSaysIsOneGenericError) {
  EXPECT_EQ(FromGrpc(grpc::Status(StatusCode::UNKNOWN, "<b>call me on 01632 960001</b>")),
            ServiceError::kInternal);
  EXPECT_EQ(FromGrpc(grpc::Status(StatusCode::RESOURCE_EXHAUSTED, "quota")),
            ServiceError::kInternal);
  // A name with another error's code is not of the set.
  EXPECT_EQ(FromGrpc(grpc::Status(StatusCode::OUT_OF_RANGE, "QUOTA")), ServiceError::kInternal);
  EXPECT_EQ(FromGrpc(grpc::Status(StatusCode::CANCELLED, "")), ServiceError::kInternal);
}

TEST(StatusTest, UnreachableIsWhenThePeerItselfSaidNothing) {
  EXPECT_TRUE(Unreachable(grpc::Status(StatusCode::UNAVAILABLE, "Socket closed")));
  EXPECT_TRUE(Unreachable(grpc::Status(StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded")));
  EXPECT_FALSE(Unreachable(grpc::Status(StatusCode::UNAVAILABLE, "BUSY")));
  EXPECT_FALSE(Unreachable(grpc::Status(StatusCode::INTERNAL, "INTERNAL")));
}

TEST(StatusTest, TheDoorKeepsCodeAndText) {
  const absl::Status error = absl::FailedPreconditionError("no roster yet");
  EXPECT_EQ(FromDoor(ToDoor(error)), error);
  EXPECT_TRUE(ToDoor(absl::OkStatus()).ok());
  EXPECT_TRUE(FromDoor(grpc::Status::OK).ok());
}

}  // namespace
}  // namespace whoelse
