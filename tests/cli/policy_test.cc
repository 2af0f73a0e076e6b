// `whoelse policy`, against a door whose node says what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "node/policy_explain.h"
#include "proto/node.grpc.pb.h"
#include "tests/cli/scripted_door.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

class ScriptedPolicy final : public v1::Policy::Service {
 public:
  grpc::Status ShowPolicy(grpc::ServerContext*, const v1::ShowPolicyCall* call,
                          v1::JsonReply* reply) override {
    shown = *call;
    reply->set_json(json);
    return grpc::Status::OK;
  }
  grpc::Status ExplainPolicy(grpc::ServerContext*, const v1::ExplainPolicyCall* call,
                             v1::JsonReply* reply) override {
    explained = *call;
    reply->set_json(json);
    return grpc::Status::OK;
  }

  grpc::Status LetPolicyThrough(grpc::ServerContext*, const v1::LetPolicyThroughCall* call,
                                v1::JsonReply* reply) override {
    let_through = *call;
    reply->set_json(json);
    return grpc::Status::OK;
  }

  std::string json;
  v1::LetPolicyThroughCall let_through;
  v1::ShowPolicyCall shown;
  v1::ExplainPolicyCall explained;
};

class PolicyCommandTest : public testing::Test {
 protected:
  ScriptedPolicy policy_;
  ScriptedDoor door_{{&policy_}};
};

TEST_F(PolicyCommandTest, ThePolicyInForceIsShown) {
  const Adoption adoption{"Board", "DPIA-1", *Date::Parse("2026-03-02"), *Date::Parse("2027-03-01")};
  const Date today = *Date::Parse("2026-03-11");
  PolicyInForce in_force({adoption, PolicyTable()}, today);
  PolicyTable looser;
  looser.cells[kRowCovert][kColumnSection47] = Outcome::kContact;
  in_force.Adopt({adoption, looser}, today);
  policy_.json = PolicyJson(in_force, today, "line 3: is wrong").dump(2);
  const Captured shown = door_.Call({"policy", "show"});
  EXPECT_EQ(shown.exit, kExitOk) << shown.err;
  for (const char* part :
       {"Adopted by Board after DPIA-1 on 2026-03-02; to be reviewed by 2027-03-01.",
        "The file is wrong and does not count:\nline 3: is wrong",
        "about a parent or carer, the adult agreed  duty_line",
        "not before 2026-04-01", "covert, section-47: urgent until then, then contact"}) {
    EXPECT_THAT(shown.out, HasSubstr(part));
  }
  EXPECT_EQ(door_.Call({"policy", "show", "--json"}).out, policy_.json + "\n");
  policy_.json = PolicyJson(PolicyInForce({}, today), today, "").dump();
  EXPECT_THAT(door_.Call({"policy", "show"}).out, HasSubstr("Nobody adopted a policy here"));
  policy_.json = "{}";
  EXPECT_EQ(door_.Call({"policy", "show"}).exit, kExitFailed);
  EXPECT_EQ(policy_.shown.organisation(), "");
  door_.Call({"policy", "show", "--organisation", "100123"});
  EXPECT_EQ(policy_.shown.organisation(), "100123");
}

TEST_F(PolicyCommandTest, WhatWaitsIsLetThrough) {
  policy_.json = R"({"hash": "81f7"})";
  const Captured let = door_.Call({"policy", "let-through", "--reason", "the board decided it"});
  EXPECT_EQ(let.exit, kExitOk) << let.err;
  EXPECT_EQ(policy_.let_through.reason(), "the board decided it");
  EXPECT_THAT(let.out, HasSubstr("from the next question on. Hash 81f7"));
}

TEST_F(PolicyCommandTest, ACaseIsExplained) {
  const auto explained = ExplainJson({"Counselling", "concern", "", {"outside-s16la"}}, PolicyTable(),
                                     {}, *Date::Parse("2026-03-11"));
  policy_.json = std::get<Json>(explained).dump();
  const Captured shown =
      door_.Call({"policy", "explain", "--service", "Counselling", "--purpose", "concern", "--consent",
            "young-person-agreed", "--flags", "outside-s16la,new", "--organisation", "100123"});
  EXPECT_EQ(shown.exit, kExitOk) << shown.err;
  EXPECT_EQ(policy_.explained.organisation(), "100123");
  EXPECT_EQ(policy_.explained.service(), "Counselling");
  EXPECT_EQ(policy_.explained.purpose(), "concern");
  EXPECT_EQ(policy_.explained.consent(), "young-person-agreed");
  ASSERT_EQ(policy_.explained.flags_size(), 2);
  EXPECT_EQ(policy_.explained.flags(1), "new");
  EXPECT_THAT(shown.out, HasSubstr("Outcome: brokered, by: sensitive, not asked\n"));
  EXPECT_THAT(shown.out, HasSubstr("class sensitive, and not in the node's map"));
  EXPECT_THAT(shown.out, HasSubstr("asker outside s16LA                        duty_line\n"));
  EXPECT_THAT(shown.out, HasSubstr("A record may keep a stricter class"));
}

}  // namespace
}  // namespace whoelse
