// Whole imports, over the store on the disk.
#include "node/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "node/import_crowds.h"
#include "tests/node/import_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

class Heard final : public ImportListener {
 public:
  void OnProblem(const RowProblem& problem) override { problems.push_back(problem); }
  void OnProgress(size_t done, size_t of) override {
    if (of > 0) loaded = done;
    total = of;
  }
  std::vector<RowProblem> problems;
  size_t loaded = 0, total = 0;
};

class ImporterTest : public RegistryTest {
 protected:
  ImporterTest() { request_.settings = Settings(); }

  absl::StatusOr<ImportOutcome> TryRun(const std::string& file) {
    size_t at = 0;
    heard_ = {};
    return importer_.Run(
        request_,
        [&](std::string& bytes) {
          bytes = file.substr(at, 1000);
          at += bytes.size();
          return !bytes.empty();
        },
        heard_);
  }
  ImportOutcome Run(const std::string& file) {
    const auto outcome = TryRun(file);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : ImportOutcome();
  }
  std::string Error(const std::string& file) {
    return std::string(TryRun(file).status().message());
  }
  // Of a child each.
  static std::vector<Cells> Rows(size_t n) {
    std::vector<Cells> rows;
    for (uint64_t head = 9'990'000'018; rows.size() < n; ++head) {
      const auto number = NhsNumber::Parse(std::to_string(head));
      if (number.ok()) rows.push_back({{"nhs_number", number->digits()}});
    }
    return rows;
  }
  static std::vector<Cells> RowsOfOneChild(size_t n) { return std::vector<Cells>(n); }
  size_t HeldRecords() { return registry_.Summarise().records; }
  size_t Live() {
    return registry_.FindAbsent({"caseworks"}, {}, kImportDay)->at("caseworks").live;
  }

  const Date kImportDay = Date::FromDays(static_cast<int64_t>(kImported / 86'400'000));
  ImportRequest request_;
  Heard heard_;
  Importer importer_{registry_, folder_ / "data", clock_, random_};
};

// A word for "not known" that passes for a number. Each pair of its rows would be a conflict.
TEST_F(ImporterTest, ANumberOnMoreRowsThanAChildCanHaveIsRefused) {
  std::vector<Cells> rows = RowsOfOneChild(kRowsOfOneIdentifierMax + 1);
  rows.push_back({{"nhs_number", "9990000026"}});
  EXPECT_FALSE(Run(File(rows)).loaded);
  EXPECT_EQ(HeldRecords(), 0u);
  ASSERT_EQ(heard_.problems.size(), kRowsOfOneIdentifierMax + 1);
  EXPECT_EQ(heard_.problems[0].line, 2u);
  EXPECT_EQ(heard_.problems[0].column, "nhs_number");
  EXPECT_THAT(heard_.problems[0].reason, HasSubstr("more than 200 records"));
  EXPECT_THAT(heard_.problems[0].remedy, HasSubstr("corrected in number_changed"));

  request_.skip_bad = true;
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_EQ(outcome.skipped, kRowsOfOneIdentifierMax + 1);
  EXPECT_EQ(outcome.counts.imported, 1u);
  EXPECT_EQ(store_->FindByIdentifier(KeyType::kNhsNumber, "9990000026").size(), 1u);
}

TEST_F(ImporterTest, AUpnOnMoreRowsThanAChildCanHaveIsRefused) {
  Run(File(std::vector<Cells>(kRowsOfOneIdentifierMax + 1, {{"nhs_number", ""}, {"upn", kUpn}})));
  ASSERT_EQ(heard_.problems.size(), kRowsOfOneIdentifierMax + 1);
  EXPECT_EQ(heard_.problems[0].column, "upn");
}

TEST_F(ImporterTest, ANumberThatEverybodysReplacedIsRefusedToo) {
  std::vector<Cells> rows = Rows(kRowsOfOneIdentifierMax + 2);
  const std::string first = rows[0]["nhs_number"];
  rows.erase(rows.begin());
  for (Cells& row : rows) row["superseded_numbers"] = first;
  EXPECT_FALSE(Run(File(rows)).loaded);
  ASSERT_EQ(heard_.problems.size(), kRowsOfOneIdentifierMax + 1);
  EXPECT_EQ(heard_.problems[0].column, "superseded_numbers");
}

TEST_F(ImporterTest, NumbersThatWereReplacedComeWithTheRow) {
  std::vector<Cells> rows(1);
  rows[0]["superseded_numbers"] = "9990000026; 9990000034";
  EXPECT_EQ(Run(File(rows)).counts.imported, 1u);
  EXPECT_EQ(HeldRecords(), 3u);
  EXPECT_EQ(Run(File(rows)).counts.unchanged, 1u);
  EXPECT_EQ(HeldRecords(), 3u);
  rows[0]["superseded_numbers"] += "; 9990000042";
  EXPECT_EQ(Run(File(rows)).counts.updated, 1u);
  const RecordId door = store_->FindByIdentifier(KeyType::kNhsNumber, "9990000042").at(0);
  EXPECT_TRUE(store_->ReadRecord(door)->superseded);
}

TEST_F(ImporterTest, AFewAtATimeDoNotMakeACrowdEither) {
  EXPECT_TRUE(Run(File(RowsOfOneChild(kRowsOfOneIdentifierMax))).loaded);
  EXPECT_TRUE(Run(File(RowsOfOneChild(kRowsOfOneIdentifierMax))).loaded) << "the same rows again";
  std::vector<Cells> rows(1);
  rows[0]["source_id"] = "another";
  EXPECT_FALSE(Run(File(rows)).loaded);
  ASSERT_EQ(heard_.problems.size(), 1u);
  EXPECT_EQ(heard_.problems[0].column, "nhs_number");
  EXPECT_EQ(HeldRecords(), kRowsOfOneIdentifierMax);
}

TEST_F(ImporterTest, LoadsAFileOfSeveralChunksAndSaysSo) {
  constexpr size_t kMany = 16'500;   // more than are taken at a time
  const ImportOutcome outcome = Run(File(Rows(kMany)));
  EXPECT_TRUE(outcome.loaded);
  EXPECT_EQ(outcome.rows, kMany);
  EXPECT_EQ(outcome.counts.imported, kMany);
  EXPECT_EQ(HeldRecords(), kMany);
  EXPECT_EQ(heard_.loaded, kMany);
  EXPECT_EQ(heard_.total, kMany);
  EXPECT_EQ(registry_.Summarise().newest_import_ms, kImported);
}

// They are `sensitive` only because nobody has said what they are (docs/operating/records.md).
TEST_F(ImporterTest, SaysHowManyRowsHaveAServiceThatTheMapDoesNotKnow) {
  std::vector<Cells> rows = Rows(5);
  rows[1] = {{"service", "Speech therapy"}};
  rows[3] = {{"service", "family help"}};
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_EQ(outcome.services_not_in_map, 2u);
  EXPECT_EQ(store_->ReadRecord(1)->service_class, ServiceClass::kTargeted);
  EXPECT_EQ(store_->ReadRecord(2)->service_class, ServiceClass::kSensitive);
  EXPECT_EQ(store_->ReadRecord(4)->service_class, ServiceClass::kSensitive);
}

TEST_F(ImporterTest, TheSameFileAgainChangesNothing) {
  Run(File(Rows(30)));
  const ImportOutcome again = Run(File(Rows(30)));
  EXPECT_TRUE(again.loaded);
  EXPECT_EQ(again.counts.unchanged, 30u);
  EXPECT_EQ(again.counts.imported + again.counts.updated, 0u);
  EXPECT_EQ(HeldRecords(), 30u);
}

// What a kill leaves is a beginning of the chunks.
TEST_F(ImporterTest, AFileThatWasLoadedInPartIsTakenUpByImportingItAgain) {
  const std::string whole = File(Rows(1500));
  Run(File(Rows(1000)));
  const ImportOutcome outcome = Run(whole);
  EXPECT_EQ(outcome.counts.unchanged, 1000u);
  EXPECT_EQ(outcome.counts.imported, 500u);
  EXPECT_EQ(HeldRecords(), 1500u);
}

TEST_F(ImporterTest, OneBadRowAndNothingIsLoaded) {
  std::vector<Cells> rows = Rows(1200);
  rows[1150] = {{"restrictions", ""}};
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_FALSE(outcome.loaded);
  ASSERT_EQ(heard_.problems.size(), 1u);
  EXPECT_EQ(heard_.problems[0].line, 1152u);
  EXPECT_EQ(heard_.problems[0].column, "restrictions");
  EXPECT_EQ(HeldRecords(), 0u);
  EXPECT_EQ(registry_.Summarise().newest_import_ms, 0u);
}

TEST_F(ImporterTest, OrTheGoodOnesWithoutDatingTheRegister) {
  request_.skip_bad = true;
  std::vector<Cells> rows = Rows(4);
  rows[1] = {{"restrictions", ""}};
  rows[3] = {{"source_id", "row-1"}};
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_TRUE(outcome.loaded);
  EXPECT_EQ(outcome.counts.imported, 1u);   // of two rows with one id none
  EXPECT_EQ(outcome.skipped, 3u);
  EXPECT_EQ(heard_.problems.size(), 3u);
  EXPECT_EQ(registry_.Summarise().newest_import_ms, 0u);
}

TEST_F(ImporterTest, ADryRunSaysWhatWouldComeOfItAndChangesNothing) {
  Run(File(Rows(2)));
  request_.dry_run = true;
  std::vector<Cells> rows = Rows(4);
  rows[0] = {{"team", "West"}};
  rows[3] = {{"born", "x"}};
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_FALSE(outcome.loaded);
  EXPECT_EQ(outcome.counts.updated, 1u);
  EXPECT_EQ(outcome.counts.unchanged, 1u);
  EXPECT_EQ(outcome.counts.imported, 1u);
  EXPECT_EQ(outcome.skipped, 1u);
  EXPECT_EQ(heard_.problems.size(), 1u);
  EXPECT_EQ(HeldRecords(), 2u);
  EXPECT_EQ(store_->ReadRecord(1)->team, "");
}

TEST_F(ImporterTest, ADeltaAddsUpdatesAndEnds) {
  Run(File(Rows(3)));
  request_.mode = ImportMode::kDelta;
  const ImportOutcome outcome = Run(
      "Source ID,NHS No,Forename,Surname,DOB,Service,Restrictions,End Date,Action\n"
      "row-1,9990000018,Robin,Marsh,2015-03-02,Family help,covert,,update\n"
      "row-2,,,,,,,,end\n"
      "row-3,,,,,,,2026-02-01,end\n"
      "new,9990000026,Kit,Vale,2016-03-02,Family help,none,,add\n");
  EXPECT_TRUE(outcome.loaded);
  EXPECT_EQ(outcome.counts.updated, 1u);
  EXPECT_EQ(outcome.counts.ended, 2u);
  EXPECT_EQ(outcome.counts.imported, 1u);
  EXPECT_TRUE(store_->ReadRecord(1)->restrictions.covert);
  EXPECT_EQ(store_->ReadRecord(2)->end, kImportDay);
  EXPECT_EQ(store_->ReadRecord(3)->end, *Date::Parse("2026-02-01"));
}

TEST_F(ImporterTest, ADeltaAboutWhatIsNotHeldIsABadRow) {
  request_.mode = ImportMode::kDelta;
  std::vector<Cells> rows = Rows(3);
  rows[0] = {{"action", "update"}};
  rows[1] = {{"action", "end"}};
  rows[2] = {{"action", "add"}};
  EXPECT_FALSE(Run(File(rows)).loaded);
  ASSERT_EQ(heard_.problems.size(), 2u);
  EXPECT_EQ(heard_.problems[0].line, 2u);
  EXPECT_THAT(heard_.problems[1].reason, HasSubstr("none of this id is held"));
  EXPECT_EQ(HeldRecords(), 0u);
}

TEST_F(ImporterTest, ASnapshotEndsWhatIsAbsentFromItsOwnSource) {
  Record other = Pupil("row-40", kTwo);
  Import({other});
  Run(File(Rows(40)));
  request_.mode = ImportMode::kSnapshot;
  const ImportOutcome outcome = Run(File(Rows(38)));   // 2 of 40 are 5 %
  EXPECT_TRUE(outcome.loaded);
  EXPECT_EQ(outcome.counts.ended, 2u);
  EXPECT_EQ(Live(), 38u);
  EXPECT_EQ(store_->ReadRecord(1)->end, std::nullopt);   // the other source's
  EXPECT_EQ(Run(File(Rows(38))).counts.ended, 0u);
}

TEST_F(ImporterTest, ASnapshotThatWouldEndMoreThanFivePerCentIsRefusedUnlessToldSo) {
  Run(File(Rows(40)));
  request_.mode = ImportMode::kSnapshot;
  EXPECT_THAT(Error(File(Rows(37))), HasSubstr("3 of 40"));
  std::vector<Cells> changed = Rows(37);
  changed[0] = {{"team", "West"}};
  EXPECT_THAT(Error(File(changed)), HasSubstr("nothing was changed"));
  EXPECT_EQ(store_->ReadRecord(1)->team, "");
  EXPECT_EQ(Live(), 40u);
  request_.dry_run = true;
  EXPECT_EQ(Run(File(Rows(37))).counts.ended, 3u);
  EXPECT_EQ(Live(), 40u);
  request_.dry_run = false;
  request_.allow_many_ends = true;
  EXPECT_EQ(Run(File(Rows(37))).counts.ended, 3u);
  EXPECT_EQ(Live(), 37u);
}

TEST_F(ImporterTest, ASnapshotIsWholeOrRefused) {
  request_.mode = ImportMode::kSnapshot;
  request_.skip_bad = true;
  EXPECT_THAT(Error(File(Rows(1))), HasSubstr("would end records that go on"));
}

// Each number would be closed, with whatever comes under it later.
TEST_F(ImporterTest, AnExportThatLostItsNumbersIsRefusedUnlessToldSo) {
  Run(File(Rows(100)));
  std::vector<Cells> rows = Rows(100);
  for (size_t i = 0; i < 6; ++i) rows[i]["nhs_number"] = "";
  for (const ImportMode mode : {ImportMode::kUpsert, ImportMode::kDelta, ImportMode::kSnapshot}) {
    SCOPED_TRACE(NameOf(mode, kImportModeNames));
    request_.mode = mode;
    for (Cells& row : rows) row["action"] = mode == ImportMode::kDelta ? "update" : "";
    const std::string error = Error(File(rows));
    EXPECT_THAT(error, HasSubstr("nhs_number: by this import the numbers of 6 of 100"));
    EXPECT_THAT(error, HasSubstr("corrected in number_changed"));
    EXPECT_FALSE(store_->ReadRecord(1)->restrictions.closed);
    EXPECT_EQ(HeldRecords(), 100u);
  }
  request_.dry_run = true;
  EXPECT_EQ(Run(File(rows)).counts.closed, 6u);
  request_.dry_run = false;
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File(rows)).counts.closed, 6u);
  EXPECT_TRUE(store_->ReadRecord(6)->restrictions.closed);
  EXPECT_FALSE(store_->ReadRecord(7)->restrictions.closed);
  request_.allow_many_closed = false;
  EXPECT_EQ(Run(File(rows)).counts.closed, 0u) << "the same file again closes nothing";
}

TEST_F(ImporterTest, AFewNumbersAreClosedWithoutAWord) {
  Run(File(Rows(10)));
  std::vector<Cells> rows = Rows(10);
  for (size_t i = 0; i < 5; ++i) rows[i]["nhs_number"] = "";
  const ImportOutcome outcome = Run(File(rows));
  EXPECT_TRUE(outcome.loaded);
  EXPECT_EQ(outcome.counts.closed, 5u);
}

TEST_F(ImporterTest, NumbersThatWerePutRightCloseNothing) {
  Run(File(Rows(10)));
  std::vector<Cells> rows = Rows(10);
  for (Cells& row : rows) {
    row["nhs_number"] = "";
    row["number_changed"] = "corrected";
  }
  EXPECT_EQ(Run(File(rows)).counts.closed, 0u);
}

// Rows that nobody held before close what another system of the agency has under their numbers.
TEST_F(ImporterTest, AFileThatSaysClosedOfEveryRowIsRefusedForWhatOtherSourcesHave) {
  std::vector<Cells> rows = Rows(20);
  std::vector<Record> pupils;
  for (Cells& row : rows) {
    pupils.push_back(Pupil(row["nhs_number"], row["nhs_number"]));
    row["restrictions"] = "closed";
  }
  Import(pupils);
  EXPECT_THAT(Error(File(rows)), HasSubstr("20 of 20 records"));
  EXPECT_EQ(HeldRecords(), 20u);
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File(rows)).counts.closed, 20u);
}

// Nothing comes of a row about who is too old to be taken on: refused, the file never would be taken.
TEST_F(ImporterTest, WhatIsLeftOutClosesNothing) {
  std::vector<Cells> rows = Rows(20);
  std::vector<Record> pupils;
  for (Cells& row : rows) {
    pupils.push_back(Pupil(row["nhs_number"], row["nhs_number"]));
    row["restrictions"] = "closed";
    row["born"] = "1990-01-01";
  }
  Import(pupils);
  EXPECT_EQ(Run(File(rows)).counts.left_out, 20u);
  EXPECT_FALSE(store_->ReadRecord(1)->restrictions.closed);
}

// One row drags along what its number replaced, as the row says or as it is held.
TEST_F(ImporterTest, ARowThatClosesWhatItReplacedIsRefusedForAllOfIt) {
  std::vector<Cells> rows = Rows(21);
  std::vector<Record> pupils;
  std::string replaced;
  for (size_t i = 0; i < 20; ++i) {
    const std::string& number = rows[i]["nhs_number"];
    pupils.push_back(Pupil(number, number));
    replaced += (i == 0 ? "" : "; ") + number;
  }
  Import(pupils);
  Cells row = rows[20];
  row["superseded_numbers"] = replaced;
  row["restrictions"] = "closed";
  EXPECT_THAT(Error(File({row})), HasSubstr("20 of 20 records"));
  EXPECT_EQ(HeldRecords(), 20u);
  row["restrictions"] = "none";
  EXPECT_TRUE(Run(File({row})).loaded);
  EXPECT_EQ(HeldRecords(), 41u);
  row["superseded_numbers"] = "";
  row["restrictions"] = "closed";
  EXPECT_THAT(Error(File({row})), HasSubstr("20 of 20 records"));
  EXPECT_FALSE(store_->ReadRecord(1)->restrictions.closed);
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File({row})).counts.closed, 21u);
}

TEST_F(ImporterTest, ARowThatClosesTheNumbersOfTheIdentityBeforeIsRefusedForAllOfThem) {
  std::vector<Cells> rows = Rows(21);
  std::vector<Record> pupils;
  std::string history;
  for (size_t i = 0; i < 20; ++i) {
    const std::string& number = rows[i]["nhs_number"];
    pupils.push_back(Pupil(number, number));
    history += (i == 0 ? "" : "; ") + number;
  }
  Import(pupils);
  Cells row = rows[20];
  row["superseded_numbers"] = history;
  row["number_changed"] = "closed";
  EXPECT_THAT(Error(File({row})), HasSubstr("20 of 20 records"));
  EXPECT_EQ(HeldRecords(), 20u);
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File({row})).counts.closed, 20u);
  EXPECT_TRUE(store_->ReadRecord(1)->restrictions.closed);
  EXPECT_FALSE(store_->ReadRecord(21)->restrictions.closed);
}

// The row of a record that was merged closes what answers for it, and all that is under its number.
TEST_F(ImporterTest, ARowThatClosesUpwardsFromAMergedRecordIsRefusedForAllOfIt) {
  const Cells merged = {{"nhs_number", ""}, {"upn", kUpn}};
  Run(File({merged, {{"nhs_number", kOne}}}));
  ASSERT_TRUE(IsDone(
      registry_.Merge({"caseworks", "row-1"}, {"caseworks", "row-2"}, ByAt(kImported))));
  std::vector<Record> pupils;
  for (const char* id : {"1", "2", "3", "4", "5", "6"}) pupils.push_back(Pupil(id, kOne));
  Import(pupils);
  Cells closes = merged;
  closes["restrictions"] = "closed";
  EXPECT_THAT(Error(File({closes})), HasSubstr("the numbers of 6 of 6 records"));
  EXPECT_FALSE(store_->ReadRecord(8)->restrictions.closed);
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File({closes})).counts.closed, 1u);
  EXPECT_TRUE(store_->ReadRecord(8)->restrictions.closed);
  request_.allow_many_closed = false;
  EXPECT_TRUE(Run(File({closes})).loaded) << "nothing is left to close";
}

// Each row by itself closes at most one record. Together they close all, in whatever order.
TEST_F(ImporterTest, WhatRowsCloseTogetherIsCounted) {
  struct { const char* what; std::function<void(std::vector<Cells>&)> change; } const cases[] = {
      {"each number is superseded by the one before, and the first is closed",
       [](std::vector<Cells>& rows) {
         for (size_t i = rows.size() - 1; i > 0; --i) {
           rows[i]["nhs_number"] = rows[i - 1]["nhs_number"];
           rows[i]["number_changed"] = "superseded";
         }
         rows[0]["nhs_number"] = "";
       }},
      {"all are corrected to a number that one of them closes",
       [](std::vector<Cells>& rows) {
         for (Cells& row : rows) {
           row["nhs_number"] = rows[0]["nhs_number"];
           row["number_changed"] = "corrected";
         }
         rows[0]["restrictions"] = "closed";
       }},
      {"one row says what its number replaced, and another closes that number",
       [](std::vector<Cells>& rows) {
         Cells closes = {{"nhs_number", "9990000999"}, {"restrictions", "closed"}};
         Cells replaced = {{"nhs_number", "9990000999"}};
         for (Cells& row : rows) replaced["superseded_numbers"] += row["nhs_number"] + ";";
         replaced["superseded_numbers"].pop_back();
         rows = {closes, replaced};
         for (size_t i = 0; i < 2; ++i) rows[i]["source_id"] = "new-" + std::to_string(i);
       }},
      {"all are corrected to a number that nobody had, and that one row says another one replaced",
       [](std::vector<Cells>& rows) {
         for (Cells& row : rows) {
           row["nhs_number"] = "9990000972";
           row["number_changed"] = "corrected";
         }
         rows.push_back({{"nhs_number", "9990000999"}, {"restrictions", "closed"}});
         rows.push_back({{"nhs_number", "9990000999"}, {"superseded_numbers", "9990000980"}});
         rows.push_back({{"nhs_number", "9990000980"}, {"superseded_numbers", "9990000972"}});
         for (size_t i = 12; i < 15; ++i) rows[i]["source_id"] = "new-" + std::to_string(i);
       }}};
  Run(File(Rows(12)));
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    std::vector<Cells> rows = Rows(12);
    for (size_t i = 0; i < rows.size(); ++i) rows[i]["source_id"] = "row-" + std::to_string(i + 1);
    c.change(rows);
    for (const bool last_first : {false, true}) {
      SCOPED_TRACE(last_first);
      if (last_first) std::ranges::reverse(rows);
      EXPECT_THAT(Error(File(rows)), HasSubstr("the numbers of 12 of 12 records"));
      EXPECT_FALSE(store_->ReadRecord(12)->restrictions.closed);
    }
  }
  // So it is.
  std::vector<Cells> rows = Rows(12);
  cases[0].change(rows);
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File(rows)).counts.closed, 12u);
  for (RecordId id = 1; id <= 12; ++id) {
    EXPECT_TRUE(store_->ReadRecord(id)->restrictions.closed) << id;
  }
}

// What answers for another record takes along whatever number that one has by then.
TEST_F(ImporterTest, SoIsWhatAMergedRecordsNewNumberHolds) {
  std::vector<Cells> rows(2);
  Run(File(rows));
  ASSERT_TRUE(IsDone(
      registry_.Merge({"caseworks", "row-1"}, {"caseworks", "row-2"}, ByAt(kImported))));
  std::vector<Record> pupils;
  for (const char* id : {"1", "2", "3", "4", "5", "6"}) pupils.push_back(Pupil(id, kTwo));
  Import(pupils);
  rows[0]["nhs_number"] = kTwo;
  rows[0]["number_changed"] = "corrected";
  rows[1]["restrictions"] = "closed";
  EXPECT_THAT(Error(File(rows)), HasSubstr("the numbers of 6 of 6 records"));
  request_.allow_many_closed = true;
  EXPECT_EQ(Run(File(rows)).counts.closed, 2u);
  EXPECT_TRUE(store_->ReadRecord(8)->restrictions.closed);
}

TEST_F(ImporterTest, ARowThatMovesToANumberWhichNobodyClosesClosesNothing) {
  Run(File(Rows(12)));
  std::vector<Cells> rows = Rows(12);
  for (size_t i = 1; i < rows.size(); ++i) {
    rows[i]["nhs_number"] = rows[1]["nhs_number"];
    rows[i]["number_changed"] = i % 2 == 0 ? "superseded" : "corrected";
  }
  rows[0]["nhs_number"] = "";
  EXPECT_EQ(Run(File(rows)).counts.closed, 1u);
}

// A number whose rows come far apart in a file is one number.
TEST_F(ImporterTest, ATrialCountsANumberOnceHoweverFarApartItsRowsAre) {
  Import({Pupil("1", kOne), Pupil("2", kOne)});
  ImportCounts counts;
  Registry::Pass pass;
  for (const char* id : {"1", "2"}) {
    const std::vector<ImportRow> rows = {
        {2, RowAction::kUpsert, NumberChange::kClosed, Pupil(id, kTwo)}};
    ASSERT_TRUE(registry_.Take(rows, kImported, false, &counts, &pass).ok());
  }
  EXPECT_EQ(counts.closed, 1u);
  EXPECT_FALSE(store_->ReadRecord(1)->restrictions.closed);
}

// The word of a row gets from the file into the register as it is, and so does a blank one.
TEST_F(ImporterTest, OnlyARowWithoutAReasonIsTakenBySupersededNumbers) {
  Run(File({{{"nhs_number", kOne}}, {{"nhs_number", "9990000034"}}}));
  Cells closed = {{"nhs_number", kTwo}, {"number_changed", "closed"}, {"superseded_numbers", kOne}};
  Cells blank = {{"nhs_number", "9990000042"}, {"superseded_numbers", "9990000034"}};
  const ImportOutcome outcome = Run(File({closed, blank}));
  EXPECT_EQ(outcome.counts.closed, 1u);
  EXPECT_TRUE(store_->ReadRecord(1)->restrictions.closed);
  EXPECT_FALSE(store_->ReadRecord(1)->superseded);
  EXPECT_FALSE(store_->ReadRecord(2)->restrictions.closed);
  EXPECT_TRUE(store_->ReadRecord(2)->superseded);
}

TEST_F(ImporterTest, AFileThatIsNoTableChangesNothing) {
  EXPECT_THAT(Error("a;b\n"), HasSubstr("not separated by commas"));
  EXPECT_THAT(Error(File(Rows(1100)) + "\"x"), HasSubstr("never closed"));
  EXPECT_THAT(Error(File(Rows(1)) + "\"" + std::string(2u << 20, 'x')), HasSubstr("never closed"));
  EXPECT_THAT(Error(File(Rows(1)) + std::string(2u << 20, 'x')), HasSubstr("longer than 1 MiB"));
  EXPECT_EQ(HeldRecords(), 0u);
}

TEST_F(ImporterTest, LeavesNoFileBehind) {
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder_ / "data")) {
      const std::string name = file.path().filename();
      if (name.starts_with("import-")) names.insert(name);
    }
    return names;
  };
  Run(File(Rows(3)));
  EXPECT_TRUE(files().empty());
}

// --- of a hub --------------------------------------------------------------------------------------

class HubImporter : public ImporterTest {
 protected:
  // Rows of two schools that number them alike.
  static std::vector<Cells> RowsOf(const std::string& code, size_t n) {
    return std::vector<Cells>(n, {{"organisation_code", code}});
  }
  void ActFor(const std::map<std::string, std::string>& organisations) {
    request_.settings.organisation_code = "";
    request_.settings.organisations = organisations;
  }
  size_t LiveOf(const std::string& source) {
    return registry_.FindAbsent({source}, {}, kImportDay)->at(source).live;
  }
  const std::map<std::string, std::string> kHilltop = {{"100001", "Hilltop School"}},
                                           kMeadow = {{"100002", "Meadow Lane"}};
};

TEST_F(HubImporter, ASnapshotSpeaksOfItsOwnOrganisationAlone) {
  ActFor(kHilltop);
  Run(File(RowsOf("100001", 40)));
  ActFor(kMeadow);
  Run(File(RowsOf("100002", 40)));
  request_.mode = ImportMode::kSnapshot;
  EXPECT_EQ(Run(File(RowsOf("100002", 39))).counts.ended, 1u);
  EXPECT_EQ(LiveOf("100002/caseworks"), 39u);
  EXPECT_EQ(LiveOf("100001/caseworks"), 40u);
  // Also by who acts for both: the file has no row of the other.
  ActFor({{"100001", "Hilltop School"}, {"100002", "Meadow Lane"}});
  Run(File(RowsOf("100002", 39)));
  EXPECT_EQ(LiveOf("100001/caseworks"), 40u);
  EXPECT_THAT(Error(File(RowsOf("100002", 30))), HasSubstr("9 of 39 live records would end"));
  // And a school that came short does not pass beside one that is whole.
  std::vector<Cells> rows = RowsOf("100001", 40);
  rows.push_back({{"organisation_code", "100002"}, {"source_id", "row-1"}});
  EXPECT_THAT(Error(File(rows)), HasSubstr("38 of 39 live records would end"));
  EXPECT_EQ(Error(File({})), "");
  EXPECT_EQ(LiveOf("100001/caseworks"), 40u);
}

TEST_F(HubImporter, ARowOfAnotherOrganisationIsRefused) {
  ActFor(kHilltop);
  std::vector<Cells> rows = RowsOf("100001", 3);
  rows[1] = {{"organisation_code", "100002"}};
  EXPECT_FALSE(Run(File(rows)).loaded);
  ASSERT_EQ(heard_.problems.size(), 1u);
  const RowProblem of_another = heard_.problems[0];
  EXPECT_EQ(of_another.line, 3u);
  EXPECT_EQ(of_another.column, "organisation_code");
  rows[1] = {{"organisation_code", "100009"}};   // of none
  Run(File(rows));
  EXPECT_EQ(heard_.problems.at(0).reason, of_another.reason);
  EXPECT_EQ(heard_.problems.at(0).remedy, of_another.remedy);
  request_.settings.source = "100002/caseworks";
  EXPECT_THAT(Error(File(RowsOf("100001", 1))), HasSubstr("source: has a stroke"));
}

}  // namespace
}  // namespace whoelse
