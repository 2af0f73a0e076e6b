// The lead officer's commands, inbox and sealed ledger, against a door whose node says what the test
// wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cli/lead_key.h"
#include "crypto/seal.h"
#include "nlohmann/json.hpp"
#include "node/noted.h"
#include "proto/node.grpc.pb.h"
#include "tests/cli/scripted_door.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

class ScriptedInbox final : public v1::Inbox::Service {
 public:
  grpc::Status ListItems(grpc::ServerContext*, const v1::ListItemsCall* call,
                         v1::JsonReply* reply) override {
    listed = *call;
    return Say(reply);
  }
  grpc::Status ShowItem(grpc::ServerContext*, const v1::ShowItemCall* call,
                        v1::JsonReply* reply) override {
    shown = *call;
    return Say(reply);
  }
  grpc::Status DecideItem(grpc::ServerContext*, const v1::DecideItemCall* call,
                          v1::JsonReply* reply) override {
    decided = *call;
    return Say(reply);
  }
  grpc::Status CountItems(grpc::ServerContext*, const v1::CountItemsCall*,
                          v1::JsonReply* reply) override {
    return Say(reply);
  }
  grpc::Status ProposeLift(grpc::ServerContext*, const v1::ProposeLiftCall* call,
                           v1::JsonReply* reply) override {
    proposed = *call;
    return Say(reply);
  }
  grpc::Status ReadSealed(grpc::ServerContext*, const v1::ReadSealedCall* call,
                          grpc::ServerWriter<v1::SealedPart>* writer) override {
    sealed_since_ms = call->since_ms();
    for (const v1::SealedPart& part : sealed) writer->Write(part);
    return status;
  }

  grpc::Status status;
  std::string json;
  std::vector<v1::SealedPart> sealed;
  uint64_t sealed_since_ms = 0;
  v1::ListItemsCall listed;
  v1::ShowItemCall shown;
  v1::DecideItemCall decided;
  v1::ProposeLiftCall proposed;

 private:
  grpc::Status Say(v1::JsonReply* reply) {
    reply->set_json(json);
    return status;
  }
};

class InboxDoorTest : public testing::Test {
 protected:
  Captured Call(std::vector<std::string> arguments, const std::string& input = "") {
    return door_.Call(std::move(arguments), input);
  }

  TestFolder folder_;
  ScriptedInbox inbox_;
  ScriptedDoor door_{{&inbox_}};
};

TEST_F(InboxDoorTest, TheInboxIsListed) {
  inbox_.json = R"({"items": [], "more": false, "notices": []})";
  EXPECT_EQ(Call({"inbox", "list"}).out, "The inbox is empty.\n");
  EXPECT_EQ(Call({"inbox", "list", "--done"}).out, "Nothing was decided yet.\n");
  EXPECT_TRUE(inbox_.listed.done());
  inbox_.json = R"({"items": [{"id": "7f3a-91c2-04be", "kind": "urgent"}], "more": true,
                    "notices": ["calendar.years: the bank holidays end"]})";
  const Captured listed = Call({"inbox", "list", "--limit", "1"});
  EXPECT_EQ(listed.out, "id              kind\n7f3a-91c2-04be  urgent\nThere are more: --limit\n");
  EXPECT_EQ(listed.err, "whoelse: calendar.years: the bank holidays end\n");
  EXPECT_EQ(inbox_.listed.limit(), 1u);
  EXPECT_EQ(Call({"inbox", "list", "--json"}).out, inbox_.json + "\n");
}

TEST_F(InboxDoorTest, AnItemIsShownAndDecided) {
  inbox_.json = R"({"id": "7f3a-91c2-04be", "state": "done"})";
  EXPECT_THAT(Call({"inbox", "show", "7f3a-91c2-04be"}).out, HasSubstr("state  done"));
  EXPECT_EQ(inbox_.shown.id(), "7f3a-91c2-04be");
  struct { std::vector<std::string> typed; const char *verb, *outcome, *reason; } const cases[] = {
      {{"done", "7f3a-91c2-04be", "--outcome", "contacted"}, "done", "contacted", ""},
      {{"done", "7f3a-91c2-04be", "--outcome", "withheld", "--reason", "why"}, "done", "withheld", "why"},
      {{"approve", "7f3a-91c2-04be"}, "approve", "", ""},
      {{"refuse", "7f3a-91c2-04be", "--reason", "why"}, "refuse", "", "why"}};
  for (const auto& c : cases) {
    std::vector<std::string> arguments = c.typed;
    arguments.insert(arguments.begin(), "inbox");
    const Captured decided = Call(arguments);
    EXPECT_EQ(decided.exit, kExitOk) << decided.err;
    EXPECT_EQ(decided.out, "7f3a-91c2-04be: done\n");
    EXPECT_EQ(inbox_.decided.id(), "7f3a-91c2-04be");
    EXPECT_EQ(inbox_.decided.verb(), c.verb);
    EXPECT_EQ(inbox_.decided.outcome(), c.outcome);
    EXPECT_EQ(inbox_.decided.reason(), c.reason);
    arguments.push_back("--json");
    EXPECT_EQ(Call(arguments).out, inbox_.json + "\n");
  }
  inbox_.status = {grpc::StatusCode::INVALID_ARGUMENT, "user: asked this; leave it to another"};
  const Captured refused = Call({"inbox", "approve", "7f3a-91c2-04be"});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_THAT(refused.err, HasSubstr("user: asked this; leave it to another"));
  EXPECT_THAT(refused.out, IsEmpty());
}

TEST_F(InboxDoorTest, ALiftSaysWhatTheSecondPersonTypes) {
  inbox_.json = R"({"id": "7f3a-91c2-04be", "choices": [
      {"command": "approve", "needs_two_people": false},
      {"command": "refuse", "needs_two_people": true}]})";
  const Captured shield = Call({"inbox", "lift", "--record", "7", "--reason", "why"});
  EXPECT_EQ(shield.exit, kExitOk) << shield.err;
  EXPECT_THAT(shield.out, HasSubstr("whoelse inbox refuse 7f3a-91c2-04be --reason WHY"));
  EXPECT_EQ(inbox_.proposed.what(), "shield");
  EXPECT_EQ(inbox_.proposed.record(), 7u);
  inbox_.json = R"({"id": "7f3a-91c2-04be", "choices": [
      {"command": "approve", "needs_two_people": true},
      {"command": "refuse", "needs_two_people": false}]})";
  EXPECT_THAT(Call({"inbox", "lift", "--what", "class", "--record", "7", "--reason", "why"}).out,
              HasSubstr("whoelse inbox approve 7f3a-91c2-04be --reason WHY"));
  EXPECT_EQ(inbox_.proposed.what(), "class");
}

TEST_F(InboxDoorTest, TheInboxIsCounted) {
  inbox_.json = R"({"counts": []})";
  EXPECT_EQ(Call({"inbox", "counts"}).out, "Nothing to count yet.\n");
  inbox_.json = R"({"counts": [{"month": "2026-11", "kind": "urgent", "overdue": 1}]})";
  EXPECT_EQ(Call({"inbox", "counts"}).out, "month    kind    overdue\n2026-11  urgent  1\n");
  EXPECT_EQ(Call({"inbox", "counts", "--json"}).out, inbox_.json + "\n");
}

// A lead officer's ledger: the node has it sealed, and the key is on this side only.
class LedgerOpenTest : public InboxDoorTest {
 protected:
  LedgerOpenTest() {
    for (const char* name : {"alice", "bob"}) {
      const Captured made = Whoelse({"lead-key", "make-own", File(name), "--json"});
      EXPECT_EQ(made.exit, kExitOk) << made.err;
      public_[name] = Json::parse(made.out)["key"].get<std::string>();
    }
    for (const char* name : {"first", "second"}) {
      const Captured made = Whoelse({"lead-key", "new", File(name), "--holder",
                                     "alice=" + public_["alice"]});
      EXPECT_EQ(made.exit, kExitOk) << made.err;
    }
    inbox_.sealed.resize(2);
    (*inbox_.sealed[0].mutable_agencies())[1003] = "Northbridge Council";
    Put("first", kMidnight - 1'000, 7);
    Put("second", kMidnight + 1'000, 8);
    inbox_.sealed[1].add_sealed(
        ToString(SealTo(LeadKeyOf("second"), Bytes(kNotedSize))));   // a question that opened nothing
  }
  std::string File(const std::string& name) const { return folder_ / (name + ".key"); }
  static constexpr TimeMs kMidnight = 1'795'305'600'000;   // 2026-11-22
  X25519PublicKey LeadKeyOf(const char* name) { return ReadLeadKeyFile(File(name))->key(); }
  void Put(const char* key, TimeMs received, RecordId record, size_t records = 1) {
    Noted noted;
    noted.received_ms = received;
    noted.frame_hash.data()[0] = static_cast<uint8_t>(record);
    noted.agency = 1003;
    noted.purpose = Purpose::kSection47;
    noted.power = Power::kCa1989S47;
    for (; records > 0; --records) noted.decisions.push_back({record++, Outcome::kContact, 0});
    inbox_.sealed[1].add_sealed(ToString(SealTo(LeadKeyOf(key), noted.Encode())));
  }
  Json Opened(std::vector<std::string> more) {
    more.insert(more.begin(), {"ledger", "open", "--json", "--own", File("alice")});
    const Captured opened = Call(more);
    EXPECT_EQ(opened.exit, kExitOk) << opened.err;
    return Json::parse(opened.out);
  }
  std::map<std::string, std::string> public_;
};

TEST_F(LedgerOpenTest, EveryKeyThatIsGivenOpensItsPart) {
  const Json both = Opened({"--lead-key", File("first"), "--lead-key", File("second")});
  ASSERT_EQ(both["entries"].size(), 2u);
  EXPECT_EQ(both["sealed_to_another_key"], 0);
  EXPECT_EQ(both["entries"][0]["received_ms"], kMidnight + 1'000);   // newest first
  EXPECT_EQ(both["entries"][0]["agency"], "Northbridge Council");
  EXPECT_EQ(both["entries"][0]["purpose"], "section-47");
  EXPECT_EQ(both["entries"][1]["decisions"][0]["record"], 7);
  const Json newer = Opened({"--lead-key", File("second"), "--since", "2026-11-22"});
  ASSERT_EQ(newer["entries"].size(), 1u);
  EXPECT_EQ(newer["sealed_to_another_key"], 1);
  EXPECT_EQ(inbox_.sealed_since_ms, kMidnight);
  EXPECT_EQ(Opened({"--lead-key", File("second"), "--record", "7"})["entries"].size(), 0u);
}

// An entry names twenty at most: without it a question about the others would not be found by them.
TEST_F(LedgerOpenTest, WhatMayConcernTheRecordIsShownAndSaysSo) {
  Put("second", kMidnight + 2'000, 100, 21);
  const std::vector<std::string> keys = {"--lead-key", File("first"), "--lead-key", File("second")};
  const auto about = [&](const char* record) {
    std::vector<std::string> arguments = keys;
    arguments.insert(arguments.end(), {"--record", record});
    return Opened(arguments)["entries"];
  };
  const Json named = about("100");
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0]["decisions"].size(), 20u);
  EXPECT_FALSE(named[0].contains("may_concern_record"));
  const Json cut = about("120");
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0]["may_concern_record"], 120);
  const Json other = about("7");
  ASSERT_EQ(other.size(), 2u);
  EXPECT_EQ(other[0]["may_concern_record"], 7);
  EXPECT_FALSE(other[1].contains("may_concern_record"));
  const Captured shown = Call({"ledger", "open", "--own", File("alice"), "--lead-key",
                               File("second"), "--record", "120"});
  EXPECT_THAT(shown.err, HasSubstr("1 of these may concern record 120"));
  EXPECT_THAT(shown.err, HasSubstr("whoelse looked --record 120"));
}

// Or a night without a question would be read off a list that ends in the afternoon.
TEST_F(LedgerOpenTest, SaysUntilWhenItIsComplete) {
  inbox_.sealed[0].set_agency(1001);
  inbox_.sealed[0].set_through_ms(kMidnight + 9 * 3'600'000);
  EXPECT_EQ(Opened({"--lead-key", File("first")})["complete_until_ms"], kMidnight + 9 * 3'600'000);
  const Captured shown =
      Call({"ledger", "open", "--own", File("alice"), "--lead-key", File("first")});
  EXPECT_THAT(shown.err, HasSubstr("complete until 2026-11-22 09:00:00 UTC; what came since"));
}

TEST_F(LedgerOpenTest, AnotherKeyIsRefused) {
  const Captured stranger =
      Call({"ledger", "open", "--own", File("bob"), "--lead-key", File("first")});
  EXPECT_EQ(stranger.exit, kExitFailed);
  EXPECT_THAT(stranger.out, IsEmpty());
  EXPECT_THAT(stranger.err, HasSubstr("is not held by this key"));
  const Captured no_file = Call({"ledger", "open", "--own", File("bob")});
  EXPECT_EQ(no_file.exit, kExitFailed);
  EXPECT_THAT(no_file.out, IsEmpty());
  EXPECT_THAT(no_file.err, HasSubstr("this key opens nothing here"));
}

TEST_F(LedgerOpenTest, WhoIsNoLeadOfficerIsRefusedByTheNode) {
  inbox_.sealed.clear();
  inbox_.status = {grpc::StatusCode::INVALID_ARGUMENT, "user: is not a lead officer; ask one"};
  const Captured refused = Call({"ledger", "open", "--own", File("alice")});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_THAT(refused.err, HasSubstr("user: is not a lead officer"));
}

}  // namespace
}  // namespace whoelse
