// The commands that speak with a node, against a door whose node says what the test wants.
#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "cli/lead_key.h"
#include "crypto/seal.h"
#include "nlohmann/json.hpp"
#include "node/noted.h"
#include "proto/node.grpc.pb.h"
#include "rpc/server.h"
#include "rpc/unix_door.h"
#include "tests/cli/captured.h"
#include "tests/cli/folder.h"
#include "tests/cli/scripted_door.h"
#include "tests/support/random.h"

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

class ScriptedRecords final : public v1::Records::Service {
 public:
  grpc::Status ImportRecords(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ImportReply, v1::ImportChunk>* stream) override {
    v1::ImportChunk chunk;
    while (stream->Read(&chunk)) {
      if (chunk.has_head()) head = chunk.head();
      file += chunk.file();
    }
    if (!status.ok()) return status;
    v1::ImportReply reply;
    for (const v1::ImportProblem& problem : problems) {
      *reply.mutable_problem() = problem;
      stream->Write(reply);
    }
    reply.set_result_json(json);
    stream->Write(reply);
    return grpc::Status::OK;
  }
  grpc::Status ListRecords(grpc::ServerContext*, const v1::ListRecordsCall* call,
                           v1::JsonReply* reply) override {
    listed = *call;
    return Say(reply);
  }
  grpc::Status ExportRecords(grpc::ServerContext*, const v1::ExportRecordsCall* call,
                             grpc::ServerWriter<v1::FilePart>* writer) override {
    exported = *call;
    v1::FilePart part;
    for (const char* text : {"a,b\n", "1,2\n"}) {
      part.set_part(text);
      writer->Write(part);
    }
    return status;
  }
  grpc::Status ChangeRecord(grpc::ServerContext*, const v1::ChangeRecordCall* call,
                            v1::JsonReply* reply) override {
    changed = *call;
    return Say(reply);
  }

  grpc::Status status;
  std::string json;
  std::vector<v1::ImportProblem> problems;
  v1::ImportHead head;
  std::string file;
  v1::ListRecordsCall listed;
  v1::ExportRecordsCall exported;
  v1::ChangeRecordCall changed;

 private:
  grpc::Status Say(v1::JsonReply* reply) {
    reply->set_json(json);
    return status;
  }
};

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
  std::string path() const { return door_.path(); }
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

  TestFolder folder_;
  ScriptedNode node_;
  ScriptedInbox inbox_;
  ScriptedRecords records_;
  ScriptedDoor door_{{&node_, &inbox_, &records_}};
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

TEST_F(DoorTest, ImportStreamsTheWholeFile) {
  std::string csv = "source_id,nhs_number\n";
  while (csv.size() < 1'000'000) csv += "INV-1001,9990000018\n";
  PutInto(folder_ / "export.csv", csv);
  PutInto(folder_ / "mapping.toml", "ignore = [\"x\"]\n");
  records_.json = R"({"rows": 3, "imported": 1, "updated": 1, "unchanged": 0, "ended": 4,
                      "skipped": 1, "services_not_in_map": 2, "loaded": true})";
  const Captured done =
      Call({"records", "import", folder_ / "export.csv", "--skip-bad", "--source", "caseworks",
            "--mapping", folder_ / "mapping.toml", "--mode", "delta", "--allow-many-ends"});
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_EQ(records_.file, csv);
  EXPECT_TRUE(records_.head.skip_bad());
  EXPECT_TRUE(records_.head.allow_many_ends());
  EXPECT_FALSE(records_.head.dry_run());
  EXPECT_EQ(records_.head.source(), "caseworks");
  EXPECT_EQ(records_.head.mapping(), "ignore = [\"x\"]\n");
  EXPECT_EQ(records_.head.mode(), "delta");
  EXPECT_EQ(records_.head.format(), "csv");
  EXPECT_EQ(done.out, "3 rows: 1 new, 1 updated, 0 as before, 4 ended, 1 skipped.\n"
                      "2 rows have a service that is not in the node's map, and are sensitive "
                      "because of that.\n");
}

TEST_F(DoorTest, ADryRunSaysWhatWouldBe) {
  records_.json = R"({"rows": 3, "imported": 1, "updated": 0, "unchanged": 2, "ended": 4,
                      "dry_run": true, "loaded": false})";
  const Captured done = Call({"records", "import", "-", "--dry-run", "--mode", "snapshot"}, "x\n");
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_TRUE(records_.head.dry_run());
  EXPECT_EQ(done.out, "Nothing was changed. Of 3 rows there would be 1 new, 0 updated, 2 as before, "
                      "4 ended.\n");
}

TEST_F(DoorTest, BadRowsAreAllListedAndNothingIsLoaded) {
  records_.json = R"({"rows": 9, "imported": 0, "updated": 0, "unchanged": 0, "skipped": 9,
                      "loaded": false})";
  records_.problems.resize(2);
  records_.problems[0].set_line(3);
  records_.problems[0].set_column("DOB");
  records_.problems[0].set_reason("is a day in the future");
  records_.problems[0].set_remedy("check the year");
  records_.problems[1].set_line(7);
  records_.problems[1].set_reason("has too few cells");
  records_.problems[1].set_remedy("export it again");
  const Captured refused = Call({"records", "import", "-"}, "source_id\n");
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_EQ(records_.file, "source_id\n");
  EXPECT_THAT(refused.err, HasSubstr("line 3, DOB: is a day in the future; check the year\n"));
  EXPECT_THAT(refused.err, HasSubstr("line 7: has too few cells; export it again\n"));
  EXPECT_THAT(refused.err, HasSubstr("nothing was imported"));
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_EQ(Call({"records", "import", "-", "--dry-run"}, "source_id\n").exit, kExitBadInput);
  const Captured json = Call({"records", "import", "-", "--json"}, "source_id\n");
  EXPECT_EQ(json.exit, kExitBadInput);
  const Json result = Json::parse(json.out);
  EXPECT_EQ(result["skipped"], 9);
  ASSERT_EQ(result["problems"].size(), 2u);
  EXPECT_EQ(result["problems"][0],
            (Json{{"line", 3}, {"column", "DOB"}, {"reason", "is a day in the future"},
                  {"remedy", "check the year"}}));
}

TEST_F(DoorTest, AFileThatIsNotThereIsBadInput) {
  const Captured refused = Call({"records", "import", folder_ / "nothing.csv"});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_THAT(refused.err, HasSubstr("cannot be opened"));
}

TEST_F(DoorTest, RecordsAreListedPageByPage) {
  records_.json = R"({"records": [{"record": 5, "nhs_number": "9990000018"}], "next_after": 5})";
  const Captured listed =
      Call({"records", "list", "--nhs-number", "-", "--after", "4", "--limit", "1"}, kNumber);
  EXPECT_EQ(listed.exit, kExitOk);
  EXPECT_EQ(records_.listed.nhs_number(), kNumber);
  EXPECT_EQ(records_.listed.after(), 4u);
  EXPECT_EQ(records_.listed.limit(), 1u);
  EXPECT_EQ(listed.out, "record  nhs number\n5       9990000018\nThere are more: --after 5\n");
  records_.json = R"({"records": [], "next_after": null})";
  EXPECT_EQ(Call({"records", "list"}).out, "No records to list.\n");
}

TEST_F(DoorTest, AnExportGoesToAFileThatNobodyElseReads) {
  const std::string path = folder_ / "records.json";
  const Captured done = Call({"records", "export", "--format", "fhir", "-o", path});
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_EQ(records_.exported.format(), "fhir");
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "a,b\n1,2\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(Call({"records", "export"}).out, "a,b\n1,2\n");
  records_.status = {grpc::StatusCode::INTERNAL, "disk"};
  EXPECT_EQ(Call({"records", "export"}).exit, kExitFailed);
}

TEST_F(DoorTest, EachChangeOfARecordSaysWhatItIs) {
  records_.json = "{}";
  const auto changed = [&](std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "records");
    const Captured done = Call(arguments, input);
    EXPECT_EQ(done.exit, kExitOk) << done.err;
    return records_.changed;
  };
  const v1::ChangeRecordCall ended = changed({"end", "--source", "s", "--id", "7", "--on", "2026-03-31"});
  EXPECT_EQ(ended.verb(), "end");
  EXPECT_EQ(ended.source(), "s");
  EXPECT_EQ(ended.source_id(), "7");
  EXPECT_EQ(ended.on(), "2026-03-31");
  const v1::ChangeRecordCall superseded =
      changed({"supersede", "--nhs-number", "-", "--by", "9990000026"}, kNumber);
  EXPECT_EQ(superseded.verb(), "supersede");
  EXPECT_EQ(superseded.nhs_number(), kNumber);
  EXPECT_EQ(superseded.by(), "9990000026");
  EXPECT_EQ(changed({"close", "--nhs-number", "-"}, kNumber).verb(), "close");
  const v1::ChangeRecordCall merged =
      changed({"merge", "--id", "7", "--into", "8", "--into-source", "t"});
  EXPECT_EQ(merged.verb(), "merge");
  EXPECT_EQ(merged.into_source_id(), "8");
  EXPECT_EQ(merged.into_source(), "t");
  EXPECT_EQ(changed({"unmerge", "--id", "7"}).verb(), "unmerge");
  EXPECT_EQ(changed({"erase", "--id", "7"}).verb(), "erase");
  EXPECT_TRUE(changed({"lead", "--id", "7", "--yes"}).lead());
  EXPECT_FALSE(changed({"lead", "--id", "7", "--no"}).lead());
  EXPECT_EQ(Call({"records", "lead", "--id", "7"}).exit, kExitBadInput);
  EXPECT_EQ(Call({"records", "lead", "--id", "7", "--yes", "--no"}).exit, kExitBadInput);
}

TEST_F(DoorTest, TheInboxIsListed) {
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

TEST_F(DoorTest, AnItemIsShownAndDecided) {
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

TEST_F(DoorTest, TheInboxIsCounted) {
  inbox_.json = R"({"counts": []})";
  EXPECT_EQ(Call({"inbox", "counts"}).out, "Nothing to count yet.\n");
  inbox_.json = R"({"counts": [{"month": "2026-11", "kind": "urgent", "overdue": 1}]})";
  EXPECT_EQ(Call({"inbox", "counts"}).out, "month    kind    overdue\n2026-11  urgent  1\n");
  EXPECT_EQ(Call({"inbox", "counts", "--json"}).out, inbox_.json + "\n");
}

// A lead officer's ledger: the node has it sealed, and the key is on this side only.
class LedgerOpenTest : public DoorTest {
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
  void Put(const char* key, TimeMs received, RecordId record) {
    Noted noted;
    noted.received_ms = received;
    noted.frame_hash.data()[0] = static_cast<uint8_t>(record);
    noted.agency = 1003;
    noted.purpose = Purpose::kSection47;
    noted.power = Power::kCa1989S47;
    noted.decisions = {{record, Outcome::kContact, 0}};
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
  setenv("WHOELSE_DOOR", path().c_str(), 1);
  EXPECT_EQ(Whoelse({"status"}).exit, kExitOk);
  unsetenv("WHOELSE_DOOR");
}

}  // namespace
}  // namespace whoelse
