// Asking and the node's state through its door, whose node says what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "proto/node.grpc.pb.h"
#include "tests/cli/scripted_door.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::ordered_json;

constexpr const char* kNumber = "999 000 0018";

class ScriptedNode final : public v1::Node::Service {
 public:
  grpc::Status Ask(grpc::ServerContext*, const v1::NodeAskCall* call,
                   grpc::ServerWriter<v1::NodeAskReply>* writer) override {
    asked = *call;
    if (!status.ok()) return status;
    v1::NodeAskReply reply;
    reply.mutable_progress()->set_agencies(2);
    reply.mutable_progress()->set_answered(1);
    writer->Write(reply);
    reply.set_answer_json(json);
    writer->Write(reply);
    return grpc::Status::OK;
  }
  grpc::Status Status(grpc::ServerContext*, const v1::StatusCall*, v1::JsonReply* reply) override {
    return Say(reply);
  }

  grpc::Status status;   // what every call ends with
  std::string json;
  v1::NodeAskCall asked;

 private:
  grpc::Status Say(v1::JsonReply* reply) {
    reply->set_json(json);
    return status;
  }
};

Json Report(bool all_answered) {
  const Json line = {{"kind", "duty"}, {"phone", "01632 960001"}, {"hours", "24 hours"},
                     {"open_now", true}};
  Json agencies = Json::array();
  agencies.push_back({{"agency", 1001}, {"name", "Hilltop School"}, {"status", "nothing_disclosed"},
                      {"reason", nullptr}, {"as_of", "2026-03-02T10:00:00Z"},
                      {"lines", {line}}, {"involvements", Json::array()}});
  agencies.push_back({{"agency", 1002}, {"name", "Meadow Lane"},
                      {"status", all_answered ? "nothing_disclosed" : "no_answer"},
                      {"reason", all_answered ? Json(nullptr) : Json("not connected")},
                      {"as_of", all_answered ? Json("2026-03-02T10:00:00Z") : Json(nullptr)},
                      {"lines", {line}}, {"involvements", Json::array()}});
  return {{"receipt", "ABCD-EFGH-JKMN-PQRS"}, {"receipt_state", "PENDING"},
          {"all_answered", all_answered},
          {"may_be_incomplete", true}, {"asked", 2}, {"answered", all_answered ? 2 : 1},
          {"contacts", 0}, {"lead_professional", {{"state", "none_disclosed"}}},
          {"agencies", agencies}, {"timings_ms", {{"all", 612.5}}}, {"notices", Json::array()}};
}

class DoorTest : public testing::Test {
 protected:
  Captured Call(std::vector<std::string> arguments, const std::string& input = "",
                bool draws = false) {
    return door_.Call(std::move(arguments), input, draws);
  }
  Captured Ask(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"ask", "--nhs-number", "-", "--born", "2015-03-02",
                                          "--purpose", "section-47", "--case", "C-1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Call(arguments, std::string(kNumber) + "\n");
  }

  ScriptedNode node_;
  ScriptedDoor door_{{&node_}};
};

TEST_F(DoorTest, AskGivesEverythingToTheNodeAndPrintsItsReport) {
  node_.json = Report(true).dump(2);
  const Captured asked = Ask({"--role", "safeguarding lead", "--upn", "A123456789012",
                              "--reason", "self-harm", "--contact-was-wrong",
                              "--i-do-not-know-them", "--power", "ca1989-s47(9)", "--article6",
                              "6(1)(c)", "--article9", "9(2)(g)"});
  EXPECT_EQ(asked.exit, kExitOk) << asked.err;
  EXPECT_EQ(node_.asked.nhs_number(), kNumber);
  EXPECT_EQ(node_.asked.born(), "2015-03-02");
  EXPECT_EQ(node_.asked.purpose(), "section-47");
  EXPECT_EQ(node_.asked.case_reference(), "C-1");
  EXPECT_EQ(node_.asked.role(), "safeguarding lead");
  EXPECT_TRUE(node_.asked.does_not_know_them());
  EXPECT_EQ(node_.asked.power(), "ca1989-s47(9)");
  EXPECT_EQ(node_.asked.article6(), "6(1)(c)");
  EXPECT_EQ(node_.asked.article9(), "9(2)(g)");
  EXPECT_EQ(node_.asked.upn(), "A123456789012");
  EXPECT_EQ(node_.asked.reason(), "self-harm");
  EXPECT_TRUE(node_.asked.contact_was_wrong());
  EXPECT_FALSE(node_.asked.shield_notice());
  EXPECT_THAT(asked.out, HasSubstr("2 of 2 agencies answered."));
  EXPECT_THAT(asked.out, HasSubstr("Receipt ABCD-EFGH-JKMN-PQRS"));
  EXPECT_THAT(asked.err, IsEmpty());
}

TEST_F(DoorTest, JsonIsTheNodesOwnWordForWord) {
  node_.json = Report(true).dump(2);
  EXPECT_EQ(Ask({"--json"}).out, node_.json + "\n");
}

TEST_F(DoorTest, ExitCodesOfAskSayWhatHappened) {
  node_.json = Report(false).dump();
  EXPECT_EQ(Ask().exit, kExitUnanswered);
  EXPECT_EQ(Ask({"--json"}).exit, kExitUnanswered);

  node_.status = {grpc::StatusCode::INVALID_ARGUMENT, "born: lies in the future; give another"};
  const Captured bad = Ask();
  EXPECT_EQ(bad.exit, kExitBadInput);
  EXPECT_THAT(bad.err, HasSubstr("born: lies in the future; give another"));
  EXPECT_THAT(bad.err, HasSubstr("Nothing was sent."));
  EXPECT_THAT(bad.out, IsEmpty());

  node_.status = {grpc::StatusCode::RESOURCE_EXHAUSTED, "QUOTA"};
  const Captured quota = Ask();
  EXPECT_EQ(quota.exit, kExitQuota);
  EXPECT_THAT(quota.err, HasSubstr("midnight UTC"));

  // A coordinator's word is not about what was typed.
  node_.status = {grpc::StatusCode::INVALID_ARGUMENT, "SIZE"};
  EXPECT_EQ(Ask().exit, kExitFailed);
  node_.status = {grpc::StatusCode::UNAVAILABLE, "NOT_READY"};
  const Captured busy = Ask();
  EXPECT_EQ(busy.exit, kExitFailed);
  EXPECT_THAT(busy.err, HasSubstr("ask again in a minute"));
  node_.status = {grpc::StatusCode::INTERNAL, "disk"};
  EXPECT_EQ(Ask().exit, kExitFailed);
}

TEST_F(DoorTest, ANumberOnTheCommandLineWorksWithAWarning) {
  node_.json = Report(true).dump();
  const Captured asked = Call({"ask", "--nhs-number", kNumber, "--purpose", "emergency"});
  EXPECT_EQ(asked.exit, kExitOk);
  EXPECT_EQ(node_.asked.nhs_number(), kNumber);
  EXPECT_THAT(asked.err, HasSubstr("warning: a number on the command line"));
  EXPECT_THAT(asked.err, Not(HasSubstr(kNumber)));
}

TEST_F(DoorTest, NoNumberOnStandardInputSendsNothing) {
  const Captured refused = Call({"ask", "--nhs-number", "-", "--purpose", "concern"}, "");
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_EQ(node_.asked.purpose(), "");
}

TEST_F(DoorTest, WhoAsksAtATerminalIsToldThatItIsLogged) {
  node_.json = Report(true).dump();
  const Captured asked = Call({"ask", "--nhs-number", "-", "--purpose", "concern"}, kNumber, true);
  EXPECT_THAT(asked.err, HasSubstr("Your question is logged for good"));
}

TEST_F(DoorTest, ShieldSaysWhoTookItAndNothingAboutWhoHolds) {
  node_.json = Report(false).dump();
  const Captured sent = Call({"shield", "--nhs-number", "-"}, kNumber);
  EXPECT_EQ(sent.exit, kExitUnanswered);
  EXPECT_TRUE(node_.asked.shield_notice());
  EXPECT_THAT(sent.out, HasSubstr("1 of 2 agencies took it"));
  EXPECT_THAT(sent.out, HasSubstr("Meadow Lane: no answer. Ring it"));
  EXPECT_THAT(sent.out, Not(HasSubstr("Hilltop")));
  EXPECT_THAT(sent.out, HasSubstr("Receipt ABCD"));
}

TEST_F(DoorTest, AnAnswerOfAnotherVersionIsAnErrorNotACrash) {
  for (const char* odd : {"{", "[]", "{}", "{\"all_answered\": 1, \"agencies\": []}"}) {
    node_.json = odd;
    const Captured asked = Ask();
    EXPECT_EQ(asked.exit, kExitFailed) << odd;
    EXPECT_THAT(asked.err, HasSubstr("different versions"));
  }
}

TEST_F(DoorTest, StatusWithAlarmsHasItsOwnExitCode) {
  node_.json = R"({"agency": 1001, "alarms": []})";
  const Captured well = Call({"status"});
  EXPECT_EQ(well.exit, kExitOk);
  EXPECT_EQ(well.out, "agency  1001\nalarms  -\n");
  node_.json = R"({"agency": 1001, "alarms": [{"kind": "log", "log": "a"}]})";
  EXPECT_EQ(Call({"status"}).exit, kExitAlarm);
  EXPECT_EQ(Call({"status", "--json"}).exit, kExitAlarm);
}

TEST_F(DoorTest, TheDoorIsTakenFromTheEnvironment) {
  node_.json = R"({"alarms": []})";
  setenv("WHOELSE_DOOR", door_.path().c_str(), 1);
  EXPECT_EQ(Whoelse({"status"}).exit, kExitOk);
  unsetenv("WHOELSE_DOOR");
}

}  // namespace
}  // namespace whoelse
