// `whoelse receipt propose-opening` and `export --with-opening`, against a door whose node says
// what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/node.grpc.pb.h"
#include "tests/cli/scripted_door.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kQuestion = "6STF-5YE9-R7M2-Y7WH";

class ScriptedNode final : public v1::Node::Service {
 public:
  grpc::Status ProposeOpening(grpc::ServerContext*, const v1::ProposeOpeningCall* call,
                              v1::JsonReply* reply) override {
    proposed = *call;
    reply->set_json(R"({"id": "7f3a-91c2-04be", "state": "waits for a second person"})");
    return status;
  }
  grpc::Status ExportReceipt(grpc::ServerContext*, const v1::ExportReceiptCall* call,
                             grpc::ServerWriter<v1::FilePart>* writer) override {
    exported = *call;
    v1::FilePart part;
    part.set_part("whoelse receipt v1\n");
    if (status.ok()) writer->Write(part);
    return status;
  }

  grpc::Status status;
  v1::ProposeOpeningCall proposed;
  v1::ExportReceiptCall exported;
};

class ProposeOpeningTest : public testing::Test {
 protected:
  ScriptedNode node_;
  const ScriptedDoor door_{{&node_}};
};

TEST_F(ProposeOpeningTest, SaysWhatHappensNext) {
  const Captured done =
      door_.Call({"receipt", "propose-opening", kQuestion, "--reason", "authority CR-2026-17"});
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_EQ(node_.proposed.number(), kQuestion);
  EXPECT_EQ(node_.proposed.reason(), "authority CR-2026-17");
  EXPECT_THAT(done.out, HasSubstr("Nothing was given out yet"));
  EXPECT_THAT(done.out, HasSubstr("whoelse inbox approve 7f3a-91c2-04be --reason"));
  EXPECT_THAT(done.out, HasSubstr("whoelse receipt export " + kQuestion + " --with-opening"));
}

TEST_F(ProposeOpeningTest, AReasonHasToBeGiven) {
  const Captured done = door_.Call({"receipt", "propose-opening", kQuestion});
  EXPECT_EQ(done.exit, kExitBadInput);
  EXPECT_THAT(done.err, HasSubstr("--reason"));
  EXPECT_EQ(node_.proposed.number(), "");
}

TEST_F(ProposeOpeningTest, WhatTheNodeRefusesIsSaidAndNothingIsWritten) {
  node_.status = {grpc::StatusCode::INVALID_ARGUMENT, "with-opening: is not yours; propose it"};
  const Captured done = door_.Call({"receipt", "export", kQuestion, "--with-opening"});
  EXPECT_EQ(done.exit, kExitBadInput);
  EXPECT_TRUE(node_.exported.with_opening());
  EXPECT_THAT(done.err, HasSubstr("with-opening: is not yours"));
  EXPECT_EQ(done.out, "");
  EXPECT_THAT(done.err, Not(HasSubstr("warning")));
}

}  // namespace
}  // namespace whoelse
