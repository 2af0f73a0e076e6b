// Nothing leads from a number that was closed to the identity that came after it: not a file, not what
// stands beside it, not what comes later.
#include <gtest/gtest.h>

#include "tests/node/registry_life_fixture.h"

namespace whoelse {
namespace {

class ClosedNumberTest : public RegistryLifeTest {};

// Or a file would join the old name to the new one.
TEST_F(ClosedNumberTest, NoFileMakesADoorOfAClosedNumber) {
  Import({Pupil("7", kOne), Pupil("8", kTwo)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kThree), {Number(kOne)}}});
  ASSERT_EQ(Under(kOne).size(), 1u);
  EXPECT_EQ(Under(kOne)[0].source_id, "7");
  // And what a closed number replaced is closed with it, and in no export.
  ASSERT_TRUE(IsDone(registry_.Close(Number(kTwo), ByAt(kImported))));
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("2", kTwo),
                    {Number("9990000042")}}});
  ASSERT_EQ(Under("9990000042").size(), 1u);
  EXPECT_TRUE(Under("9990000042")[0].restrictions.closed);
  const std::vector<ImportRow> rows = Exported();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].record.source_id, "1");
}

// A system whose history lists every earlier number has them in the row of a child who was adopted.
TEST_F(ClosedNumberTest, ARowThatSaysClosedJoinsNoneOfTheNumbersThatItNames) {
  Import({Pupil("1", kOne)});
  const std::vector<ImportRow> rows = {{2, RowAction::kUpsert, NumberChange::kClosed,
                                        Pupil("1", kTwo), {Number(kOne), Number(kThree)}}};
  EXPECT_EQ(Take(registry_, rows).closed, 2u);
  ASSERT_EQ(Under(kOne).size(), 1u);
  EXPECT_TRUE(Under(kOne)[0].restrictions.closed);
  EXPECT_FALSE(Under(kOne)[0].superseded);
  EXPECT_TRUE(Under(kOne)[0].source_id.empty());
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_FALSE(Under(kTwo)[0].restrictions.closed);
  EXPECT_TRUE(Under(kThree).empty());
  EXPECT_EQ(Take(registry_, rows).unchanged, 1u);   // night after night
  // Nor where nobody had held the row.
  RegistryRun other(folder_ / "other", board_, clock_, random_);
  EXPECT_EQ(Take(other.registry, rows).imported, 1u);
  EXPECT_EQ(other.registry.Summarise().records, 1u);
}

// Its number is as before by then, and the word is gone; the history stays.
TEST_F(ClosedNumberTest, NorDoesTheSameRowOnALaterNightWithoutTheWord) {
  const std::vector<NhsNumber> history = {Number(kOne), Number(kThree)};
  std::string backup;
  {
    RegistryRun held(folder_ / "held", board_, clock_, random_);
    RegistryRun fresh(folder_ / "fresh", board_, clock_, random_);
    ImportAll(held.registry, {Pupil("1", kOne)}, kImported);
    for (RegistryRun* const run : {&held, &fresh}) {
      EXPECT_EQ(Take(run->registry, {{2, RowAction::kUpsert, NumberChange::kClosed,
                                      Pupil("1", kTwo), history}}).closed, 2u);
    }
    backup = BackedUp(*fresh.store, kImported);
  }
  ASSERT_TRUE(RestoreInto(folder_ / "restored", backup, kImported, random_).ok());
  for (const char* directory : {"held", "fresh", "restored"}) {
    SCOPED_TRACE(directory);
    RegistryRun run(folder_ / directory, board_, clock_, random_);
    const ImportCounts counts = Take(
        run.registry, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), history}});
    EXPECT_EQ(counts.unchanged, 1u);
    EXPECT_EQ(counts.closed, 0u);
    EXPECT_TRUE(run.store->FindByIdentifier(kNhs, kThree).empty());
    EXPECT_TRUE(ComesUnder(run, Pupil("7", kOne)).closed);
    EXPECT_TRUE(ComesUnder(run, Pupil("8", kThree)).closed);
    EXPECT_FALSE(ComesUnder(run, Pupil("9", kTwo)).closed);
  }
}

// The old number was closed by people, or by the row itself, which need not have the word.
TEST_F(ClosedNumberTest, NorDoesARowThatClosesItsNumberWithoutTheWord) {
  const std::string four = "9990000042", five = "9990000050", six = "9990000069";
  Import({Pupil("1", kOne), Pupil("2", four)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  const ImportCounts counts = Take(
      registry_,
      {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), {Number(kOne), Number(kThree)}},
       {3, RowAction::kUpsert, std::nullopt, Pupil("2", five), {Number(six)}}});
  EXPECT_EQ(counts.closed, 3u);   // three, four and six
  EXPECT_TRUE(Under(kThree).empty());
  EXPECT_TRUE(Under(six).empty());
  Import({Pupil("7", kThree), Pupil("8", six)});
  EXPECT_TRUE(Under(kThree).at(0).restrictions.closed);
  EXPECT_TRUE(Under(six).at(0).restrictions.closed);
  EXPECT_FALSE(Under(kTwo).at(0).restrictions.closed);
  EXPECT_FALSE(Under(five).at(0).restrictions.closed);
}

// Of a new row nothing says when the identity changed: an older number than the closed one is no door.
TEST_F(ClosedNumberTest, NoFileMakesADoorOfWhatStandsBesideAClosedNumber) {
  Import({Pupil("7", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  EXPECT_EQ(Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo),
                              {Number(kThree), Number(kOne)}}}).closed, 0u);
  EXPECT_TRUE(Under(kThree).empty());
  Import({Pupil("8", kThree)});   // nor has anybody closed that
  EXPECT_FALSE(Under(kThree).at(0).restrictions.closed);
}

// One that was there before somebody closed the number beside it is not told of any more.
TEST_F(ClosedNumberTest, ADoorThatStandsBesideANumberIsShieldedWithItsClosing) {
  const std::vector<ImportRow> rows = {
      {2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), {Number(kThree), Number(kOne)}}};
  Take(registry_, rows);
  ASSERT_EQ(Under(kThree).size(), 1u);
  EXPECT_FALSE(Under(kThree).at(0).beside_closed);
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  for (int night = 0; night < 2; ++night) {
    EXPECT_TRUE(Under(kThree).at(0).beside_closed);
    EXPECT_FALSE(Under(kThree).at(0).restrictions.closed);
    EXPECT_EQ(WithShields(Under(kTwo).at(0)), Restrictions());
    EXPECT_TRUE(Exported().at(0).superseded_numbers.empty());
    Take(registry_, rows);
  }
}

// One that came to be a door after the closing, or was made one by an earlier version.
TEST_F(ClosedNumberTest, OrByTheNextImportThatHasTheClosedNumberBesideIt) {
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), {Number(kThree)}}});
  Import({Pupil("7", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  EXPECT_FALSE(Under(kThree).at(0).beside_closed);
  for (int night = 0; night < 2; ++night) {
    Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo),
                      {Number(kThree), Number(kOne)}}});
    EXPECT_TRUE(Under(kThree).at(0).beside_closed);
    EXPECT_FALSE(Under(kThree).at(0).restrictions.closed);
    EXPECT_EQ(WithShields(Under(kTwo).at(0)), Restrictions());
  }
}

// People give each record under a number a door of its own.
TEST_F(ClosedNumberTest, SoIsADoorOfAnotherRecordUnderTheSameNumber) {
  Import({Pupil("1", kOne), Pupil("2", kThree)});
  for (const std::string& old : {kOne, kThree}) {
    ASSERT_TRUE(IsDone(registry_.Supersede(Number(old), Number(kTwo), ByAt(kImported))));
  }
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  EXPECT_TRUE(Under(kThree).at(0).beside_closed);
  for (const Record& record : Under(kTwo)) EXPECT_EQ(WithShields(record), Restrictions());
  for (const ImportRow& row : Exported()) EXPECT_TRUE(row.superseded_numbers.empty());
}

// What has led from the closed one to what answers is newer, and what may be older stands further on.
TEST_F(ClosedNumberTest, SoIsOneFurtherOnAndNotWhatLiesBetween) {
  const std::string four = "9990000042";
  Import({Pupil("1", kOne)});
  Import({Pupil("1", kTwo)}, kImported, true, NumberChange::kSuperseded);
  Take(registry_, {{2, RowAction::kUpsert, NumberChange::kSuperseded, Pupil("1", kThree),
                    {Number(four), Number(kOne), Number(kTwo)}}});
  ASSERT_EQ(Under(four).size(), 1u);
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  for (int night = 0; night < 2; ++night) {
    EXPECT_TRUE(Under(kOne).at(0).restrictions.closed);
    EXPECT_TRUE(Under(four).at(0).beside_closed);
    EXPECT_FALSE(Under(kTwo).at(0).beside_closed);
    EXPECT_EQ(WithShields(Under(kThree).at(0)), Restrictions());
    Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kThree),
                      {Number(four), Number(kOne), Number(kTwo)}}});
  }
}

// Another system of the agency has the child too, and lists the one alone.
TEST_F(ClosedNumberTest, NoLaterRecordOpensTheNumberAgain) {
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo),
                    {Number(kThree), Number(kOne)}}});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("2", kTwo), {Number(kThree)}}});
  Import({Pupil("3", kThree)});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kThree), Number(kTwo), ByAt(kImported))));
  Import({Pupil("4", kThree)});
  Import({Pupil("4", kTwo)}, kImported, true, NumberChange::kSuperseded);
  const std::vector<Record> doors = Under(kThree);
  ASSERT_EQ(doors.size(), 4u);
  for (const Record& door : doors) EXPECT_TRUE(door.beside_closed);
}

// As a row of one record has them, doors of the other ones included.
TEST_F(ClosedNumberTest, NorIsADoorOfAnotherRecordOpenWhereARowHasTheClosedNumberBesideIt) {
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("2", kTwo), {Number(kThree)}}});
  Import({Pupil("1", kTwo), Pupil("7", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  EXPECT_FALSE(Under(kThree).at(0).beside_closed);
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo),
                    {Number(kThree), Number(kOne)}}});
  EXPECT_TRUE(Under(kThree).at(0).beside_closed);
}

// A row that has them both reaches it behind another one too.
TEST_F(ClosedNumberTest, AndOneBehindANumberThatTheRowDoesNotName) {
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), {Number(kThree)}}});
  const std::string four = "9990000042";
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kTwo), Number(four), ByAt(kImported))));
  Import({Pupil("7", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", four),
                    {Number(kThree), Number(kOne)}}});
  EXPECT_TRUE(Under(kThree).at(0).beside_closed);
  EXPECT_FALSE(Under(kTwo).at(0).beside_closed);
}

// The shield is of the number: with the child's it would fall when nobody thinks of it.
TEST_F(ClosedNumberTest, ItStaysWhenTheChildIsHiddenNoMoreAndIsOpenedLikeTheClosedOne) {
  const std::string four = "9990000042";
  Take(registry_, {{2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo),
                    {Number(kThree), Number(four), Number(kOne)}}});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  Record shielded = Pupil("1", kTwo);
  shielded.restrictions.shielded = true;
  Import({shielded});
  EXPECT_TRUE(Exported().at(0).superseded_numbers.empty());
  const auto lower = [&](Lowered what, const std::string& number) {
    const auto child = *registry_.ChildBy(Number(number), Organisations::All());
    std::vector<RecordId> records;
    for (const StoredRecord& stored : child) records.push_back(stored.id);
    EXPECT_TRUE(registry_.Lower({what}, records, {"7f3a-91c2-04be", true, "what two people said"},
                                ByAt(kImported).note).ok());
  };
  lower(Lowered::kShield, kTwo);
  EXPECT_EQ(WithShields(Under(kTwo).at(0)), Restrictions());
  EXPECT_TRUE(WithShields(Under(kThree).at(0)).shielded);
  lower(Lowered::kClosed, kTwo);
  EXPECT_TRUE(WithShields(Under(kThree).at(0)).shielded);
  lower(Lowered::kClosed, kThree);
  EXPECT_FALSE(WithShields(Under(kThree).at(0)).shielded);
  EXPECT_TRUE(WithShields(Under(four).at(0)).shielded);   // each for itself
  EXPECT_TRUE(Under(kOne).at(0).restrictions.closed);
}

TEST_F(ClosedNumberTest, AClosedRowClosesWhatIsHeldUnderTheNumbersThatItNames) {
  Record row = Pupil("1", kTwo);
  row.restrictions.closed = true;
  for (const bool says_so : {false, true}) {
    SCOPED_TRACE(says_so);
    RegistryRun run(folder_ / (says_so ? "says" : "blank"), board_, clock_, random_);
    ImportAll(run.registry, {Pupil("7", kThree)}, kImported);
    const auto why = says_so ? std::optional(NumberChange::kClosed) : std::nullopt;
    const std::vector<ImportRow> rows = {
        {2, RowAction::kUpsert, why, row, {Number(kThree)}}};
    EXPECT_EQ(Take(run.registry, rows).closed, 2u);
    EXPECT_TRUE(run.store->ReadRecord(1)->restrictions.closed);
  }
}

// Something has to come under it first, for the two to look at.
TEST_F(ClosedNumberTest, ANumberThatWasClosedWithNothingUnderItIsOpenedByPeople) {
  {
    RegistryRun before(folder_ / "opened", board_, clock_, random_);
    Take(before.registry, {{2, RowAction::kUpsert, NumberChange::kClosed, Pupil("1", kTwo),
                            {Number(kThree)}}});
    ASSERT_TRUE(ComesUnder(before, Pupil("7", kThree)).closed);
    const absl::Status lowered = before.registry.Lower(
        {Lowered::kClosed}, before.store->FindByIdentifier(kNhs, kThree),
        {"7f3a-91c2-04be", true, "what two people said"}, ByAt(kImported).note);
    ASSERT_TRUE(lowered.ok()) << lowered;
    EXPECT_FALSE(ComesUnder(before, Pupil("8", kThree)).closed);
  }
  RegistryRun after(folder_ / "opened", board_, clock_, random_);
  EXPECT_FALSE(ComesUnder(after, Pupil("9", kThree)).closed);
}

TEST_F(ClosedNumberTest, AClosedNumberStaysClosedForWhateverComesUnderIt) {
  Record other = Pupil("7", kOne);
  other.source = "surgery";
  Import({Pupil("1", kOne), other});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.closed);
  // The feed goes on with the new number, and then says the old one again.
  Import({Pupil("1", kTwo)});
  EXPECT_FALSE(Under(kTwo)[0].restrictions.closed);
  Import({Pupil("1", kOne)});
  EXPECT_EQ(Under(kOne).size(), 3u);
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.shielded);
  // Also after a restart.
  Registry restarted(*store_, answering_, false);
  ASSERT_TRUE(restarted.Load({1}).ok());
  ImportCounts counts;
  const std::vector<ImportRow> rows = {{2, RowAction::kUpsert, NumberChange::kClosed,
                                        Pupil("9", kOne)}};
  ASSERT_TRUE(restarted.Take(rows, kImported, true, &counts, nullptr).ok());
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.closed);
}

// Protected records are purged a month after they are closed; nobody forgets by that whose number it was.
TEST_F(ClosedNumberTest, AClosedNumberStaysClosedWhenItsRecordsHaveGone) {
  std::string backup;
  {
    RegistryRun before(folder_ / "before", board_, clock_, random_);
    ImportAll(before.registry, {Protected("1", kOne), Protected("2", kTwo)}, kImported);
    // A feed closes the one, a person the other.
    ImportAll(before.registry, {Protected("1", kThree)}, kImported);
    ASSERT_TRUE(IsDone(before.registry.Close(Number(kTwo), ByAt(kImported))));
    ASSERT_EQ(before.registry.DoWhatIsDue(Confirmed(DaysLater(31)))->purged, 2u);
    ASSERT_TRUE(before.store->FindByIdentifier(kNhs, kOne).empty());
    backup = BackedUp(*before.store, kImported);
  }
  ASSERT_TRUE(RestoreInto(folder_ / "restored", backup, kImported, random_).ok());
  // After a restart, or from the backup.
  for (const char* directory : {"before", "restored"}) {
    RegistryRun after(folder_ / directory, board_, clock_, random_);
    EXPECT_TRUE(ComesUnder(after, Pupil("7", kOne)).closed) << directory;
    EXPECT_TRUE(ComesUnder(after, Pupil("8", kTwo)).closed) << directory;
    EXPECT_FALSE(ComesUnder(after, Pupil("9", kThree)).closed) << directory;
    EXPECT_EQ(FieldOf(after.registry.Supersede(Number(kThree), Number(kOne), ByAt(kImported))),
              "nhs-number") << directory;
  }
}

TEST_F(ClosedNumberTest, ANumberThatPeopleOpenedIsOpenAlsoWhenRecordsOfItHaveGone) {
  {
    RegistryRun before(folder_ / "opened", board_, clock_, random_);
    ImportAll(before.registry, {Protected("1", kOne)}, kImported);
    ImportAll(before.registry, {Protected("1", kThree)}, kImported);   // which closes the first
    ASSERT_EQ(before.registry.DoWhatIsDue(Confirmed(DaysLater(31)))->purged, 1u);
    ASSERT_TRUE(ComesUnder(before, Pupil("7", kOne)).closed);
    const absl::Status lowered = before.registry.Lower(
        {Lowered::kClosed}, before.store->FindByIdentifier(kNhs, kOne),
        {"7f3a-91c2-04be", true, "what two people said"}, ByAt(kImported).note);
    ASSERT_TRUE(lowered.ok()) << lowered;
  }
  RegistryRun after(folder_ / "opened", board_, clock_, random_);
  EXPECT_FALSE(ComesUnder(after, Pupil("8", kOne)).closed);
}

TEST_F(ClosedNumberTest, AnErasedNumberThatWasClosedStaysClosed) {
  Import({Pupil("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "1"}, ByAt(kImported))));
  Registry restarted(*store_, answering_, false);
  ASSERT_TRUE(restarted.Load({1}).ok());
  ImportAll(restarted, {Pupil("9", kOne)}, kImported);
  EXPECT_TRUE(Under(kOne)[0].restrictions.closed);
}

// The row of a record that was closed and purged comes with the number of the new identity.
TEST_F(ClosedNumberTest, WhatIsLeftOfAPurgedRecordClosesNoOtherNumber) {
  Import({Protected("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  ASSERT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(31)))->purged, 1u);
  Import({Pupil("1", kTwo)});
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_FALSE(Under(kTwo)[0].restrictions.closed);
  EXPECT_TRUE(Under(kTwo)[0].restrictions.shielded);
}

// Otherwise what comes under the number before would tell of the one that was closed.
TEST_F(ClosedNumberTest, ANumberThatAClosedOneHadReplacedIsClosedWithIt) {
  Import({Pupil("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Close(Number(kTwo), ByAt(kImported))));
  Import({Pupil("2", kOne)});
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.closed);
}

TEST_F(ClosedNumberTest, AFeedWithoutAReasonClosesAllThatIsHeldUnderTheOldNumber) {
  Record other = Pupil("7", kOne);
  other.source = "surgery";
  Import({Pupil("1", kOne), other});
  Import({Pupil("1", kTwo)});
  EXPECT_EQ(Under(kOne).size(), 2u);
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.closed);
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_FALSE(Under(kTwo)[0].restrictions.closed);
}

// As when a person closes it: a restart would find it closed, and so must what comes before that.
TEST_F(ClosedNumberTest, AFeedThatSaysClosedClosesTheNumber) {
  Record other = Pupil("7", kOne);
  other.source = "surgery";
  Import({Pupil("1", kOne), other});
  Record closed = Pupil("1", kOne);
  closed.restrictions.closed = true;
  EXPECT_EQ(Import({closed}).updated, 1u);
  EXPECT_EQ(Import({closed}).unchanged, 1u);   // night after night
  Import({Pupil("9", kOne)});
  EXPECT_EQ(Under(kOne).size(), 3u);
  for (const Record& record : Under(kOne)) {
    EXPECT_TRUE(record.restrictions.closed && record.restrictions.shielded);
    EXPECT_TRUE(record.end.has_value());
  }
  EXPECT_EQ(FieldOf(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))), "nhs-number");
}

}  // namespace
}  // namespace whoelse
