// The commands about records, against a door whose node says what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "nlohmann/json.hpp"
#include "proto/node.grpc.pb.h"
#include "tests/cli/scripted_door.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

constexpr const char* kNumber = "999 000 0018";

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

class RecordsDoorTest : public testing::Test {
 protected:
  Captured Call(std::vector<std::string> arguments, const std::string& input = "") {
    return door_.Call(std::move(arguments), input);
  }

  TestFolder folder_;
  ScriptedRecords records_;
  ScriptedDoor door_{{&records_}};
};

TEST_F(RecordsDoorTest, ImportStreamsTheWholeFile) {
  std::string csv = "source_id,nhs_number\n";
  while (csv.size() < 1'000'000) csv += "INV-1001,9990000018\n";
  PutInto(folder_ / "export.csv", csv);
  PutInto(folder_ / "mapping.toml", "ignore = [\"x\"]\n");
  records_.json = R"({"rows": 3, "imported": 1, "updated": 1, "unchanged": 0, "ended": 4,
                      "skipped": 1, "services_not_in_map": 2, "loaded": true})";
  const Captured done =
      Call({"records", "import", folder_ / "export.csv", "--skip-bad", "--source", "caseworks",
            "--mapping", folder_ / "mapping.toml", "--mode", "delta", "--allow-many-ends",
            "--allow-many-closed"});
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_EQ(records_.file, csv);
  EXPECT_TRUE(records_.head.skip_bad());
  EXPECT_TRUE(records_.head.allow_many_ends());
  EXPECT_TRUE(records_.head.allow_many_closed());
  EXPECT_FALSE(records_.head.dry_run());
  EXPECT_EQ(records_.head.source(), "caseworks");
  EXPECT_EQ(records_.head.mapping(), "ignore = [\"x\"]\n");
  EXPECT_EQ(records_.head.mode(), "delta");
  EXPECT_EQ(records_.head.format(), "csv");
  EXPECT_EQ(done.out, "3 rows: 1 new, 1 updated, 0 as before, 4 ended, 1 skipped.\n"
                      "2 rows have a service that is not in the node's map, and are sensitive "
                      "because of that.\n");
}

TEST_F(RecordsDoorTest, AnImportSaysHowManyNumbersItCloses) {
  const auto said = [&](const char* json) {
    records_.json = json;
    return Call({"records", "import", "-"}, "x\n").out;
  };
  EXPECT_EQ(said(R"({"rows": 2, "updated": 2, "closed": 0, "loaded": true})"),
            "2 rows: 0 new, 2 updated, 0 as before.\n");
  const std::string what = "what is held there ends and is shielded, and what comes there later too. "
                           "Where a number was only put right, the file has to say corrected.\n";
  EXPECT_EQ(said(R"({"rows": 2, "updated": 2, "closed": 1, "loaded": true})"),
            "2 rows: 0 new, 2 updated, 0 as before.\n1 NHS number is closed: " + what);
  EXPECT_EQ(said(R"({"rows": 2, "updated": 2, "closed": 2, "dry_run": true, "loaded": false})"),
            "Nothing was changed. Of 2 rows there would be 0 new, 2 updated, 0 as before.\n"
            "2 NHS numbers would be closed: " + what);
}

// Counted are the rows that came; what was held is silent too.
TEST_F(RecordsDoorTest, AnImportSaysWhatIsSilentUntilItIsSettled) {
  records_.json = R"({"rows": 2, "imported": 2, "disputed": 1, "loaded": true})";
  EXPECT_EQ(Call({"records", "import", "-"}, "x\n").out,
            "2 rows: 2 new, 0 updated, 0 as before, 1 silent, with the records they conflict with, "
            "until it is settled whose they are (whoelse inbox list).\n");
}

TEST_F(RecordsDoorTest, AnImportSaysHowManyRecordsKeepAStricterClass) {
  records_.json = R"({"rows": 2, "unchanged": 2, "class_kept": 2, "loaded": true})";
  EXPECT_EQ(Call({"records", "import", "-"}, "x\n").out,
            "2 rows: 0 new, 0 updated, 2 as before.\n"
            "2 records keep a more private class than the node's map has: two people lower it "
            "(whoelse inbox lift --what class).\n");
}

TEST_F(RecordsDoorTest, ADryRunSaysWhatWouldBe) {
  records_.json = R"({"rows": 3, "imported": 1, "updated": 0, "unchanged": 2, "ended": 4,
                      "dry_run": true, "loaded": false})";
  const Captured done = Call({"records", "import", "-", "--dry-run", "--mode", "snapshot"}, "x\n");
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_TRUE(records_.head.dry_run());
  EXPECT_EQ(done.out, "Nothing was changed. Of 3 rows there would be 1 new, 0 updated, 2 as before, "
                      "4 ended.\n");
}

TEST_F(RecordsDoorTest, BadRowsAreAllListedAndNothingIsLoaded) {
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

TEST_F(RecordsDoorTest, AFileThatIsNotThereIsBadInput) {
  const Captured refused = Call({"records", "import", folder_ / "nothing.csv"});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_THAT(refused.err, HasSubstr("cannot be opened"));
}

TEST_F(RecordsDoorTest, RecordsAreListedPageByPage) {
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

TEST_F(RecordsDoorTest, AnExportGoesToAFileThatNobodyElseReads) {
  const std::string path = folder_ / "records.json";
  const Captured done = Call({"records", "export", "--format", "fhir", "-o", path});
  EXPECT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_EQ(records_.exported.format(), "fhir");
  EXPECT_EQ(ContentOf(path), "a,b\n1,2\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(Call({"records", "export"}).out, "a,b\n1,2\n");
  records_.status = {grpc::StatusCode::INTERNAL, "disk"};
  EXPECT_EQ(Call({"records", "export"}).exit, kExitFailed);
}

TEST_F(RecordsDoorTest, EachChangeOfARecordSaysWhatItIs) {
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

}  // namespace
}  // namespace whoelse
