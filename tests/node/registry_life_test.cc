// What people and the calendar do to records, over the store on the disk.
#include <gtest/gtest.h>

#include "node/day_of.h"
#include "node/policy_looser.h"
#include "tests/node/backup_maker.h"
#include "tests/node/registry_life_fixture.h"

namespace whoelse {
namespace {

TEST_F(RegistryLifeTest, ASupersededNumberKeepsAnsweringMarkedWithWhatIsHeldNow) {
  Import({Pupil("1", kOne, kUpnOne)});
  EnrolAll(1);
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  EXPECT_TRUE(HasSubKeys(1, kNhs, 1));            // the old number, without a gap
  EXPECT_FALSE(HasSubKeys(1, KeyType::kUpn, 1));
  EnrolAll(1);
  EXPECT_TRUE(HasSubKeys(2, kNhs, 1));
  EXPECT_TRUE(HasSubKeys(2, KeyType::kUpn, 1));
  Record moved = Pupil("1", kTwo, kUpnOne);
  moved.team = "West";
  Import({moved});
  ASSERT_EQ(Under(kOne).size(), 1u);
  EXPECT_TRUE(Under(kOne)[0].superseded);
  EXPECT_EQ(Under(kOne)[0].team, "West");
  EXPECT_EQ(Under(kOne)[0].nhs_number->digits(), kOne);
  EXPECT_FALSE(Under(kTwo)[0].superseded);
}

TEST_F(RegistryLifeTest, ASupersededNumberAnswersAlsoWhereItsExportIsImported) {
  Import({Pupil("1", kOne, kUpnOne)});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kTwo), Number(kThree), ByAt(kImported))));
  const std::vector<ImportRow> rows = Exported();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].superseded_numbers, (std::vector{Number(kOne), Number(kTwo)}));
  RegistryRun other(folder_ / "other", board_, clock_, random_);
  EXPECT_EQ(Take(other.registry, rows).imported, 1u);
  for (const std::string& old : {kOne, kTwo}) {
    const auto found = *other.registry.RecordsOf(About(old, ""), Organisations::All());
    ASSERT_EQ(found.size(), 1u) << old;
    EXPECT_TRUE(found[0].superseded);
    EXPECT_EQ(found[0].nhs_number->digits(), old);
    EXPECT_EQ(found[0].source_id, "1");
  }
  // Once more, there and where it came from: nothing new.
  EXPECT_EQ(Take(other.registry, rows).unchanged, 1u);
  EXPECT_EQ(other.registry.Summarise().records, 3u);
  EXPECT_EQ(Take(registry_, rows).unchanged, 1u);
  EXPECT_EQ(registry_.Summarise().records, 3u);
}

// The export has the replaced number and no word for it: a blank one would close the number for
// good.
TEST_F(RegistryLifeTest, SoItDoesWhereTheRowWasHeldBefore) {
  Import({Pupil("1", kOne, kUpnOne)});
  const std::vector<ImportRow> before = Exported();
  RegistryRun open(folder_ / "open", board_, clock_, random_);
  RegistryRun closed(folder_ / "closed", board_, clock_, random_);
  for (RegistryRun* const run : {&open, &closed}) {
    EXPECT_EQ(Take(run->registry, before).imported, 1u);
  }
  ASSERT_TRUE(IsDone(closed.registry.Close(Number(kOne), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  const std::vector<ImportRow> rows = Exported();
  const auto closing = open.registry.ClosingOf(rows.at(0), kToday);
  ASSERT_TRUE(closing.ok() && closing->has_value());
  EXPECT_TRUE(open.registry.ClosedBy(std::span(&**closing, 1))->empty());
  const ImportCounts counts = Take(open.registry, rows);
  EXPECT_EQ(counts.updated, 1u);
  EXPECT_EQ(counts.closed, 0u);
  const auto under = [&](RegistryRun& run, const std::string& number) {
    const auto found = *run.registry.RecordsOf(About(number, ""), Organisations::All());
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Record() : found[0];
  };
  EXPECT_TRUE(under(open, kOne).superseded);
  EXPECT_FALSE(under(open, kOne).restrictions.closed || under(open, kOne).restrictions.shielded);
  EXPECT_EQ(under(open, kOne).source_id, "1");
  EXPECT_FALSE(under(open, kTwo).superseded);
  EXPECT_EQ(Take(open.registry, rows).unchanged, 1u);
  EXPECT_EQ(open.registry.Summarise().records, 2u);
  // Where people have closed it nothing joins the two.
  Take(closed.registry, rows);
  EXPECT_TRUE(under(closed, kOne).restrictions.closed);
  EXPECT_FALSE(under(closed, kOne).superseded);
  EXPECT_FALSE(under(closed, kTwo).restrictions.closed);
}

// Of a first load with its history there are as many of these as rows.
TEST_F(RegistryLifeTest, ARowWhoseHistoryIsNotHeldIsNotKeptForTheCount) {
  const ImportRow row = {2, RowAction::kUpsert, std::nullopt, Pupil("1", kTwo), {Number(kThree)}};
  const auto kept = [&](const Registry::Brought& brought = {}) {
    return registry_.ClosingOf(row, kToday, brought)->has_value();
  };
  EXPECT_FALSE(kept());
  EXPECT_TRUE(kept({{"", Number(kThree)}}));
  Import({Pupil("7", kThree)});
  EXPECT_TRUE(kept());
  // From then on the door leads there, night after night.
  Take(registry_, {row});
  EXPECT_FALSE(kept());
  ImportRow closes = row;
  closes.record.restrictions.closed = true;
  closes.superseded_numbers.clear();
  const auto closing = registry_.ClosingOf(closes, kToday);
  ASSERT_TRUE(closing.ok() && closing->has_value());
  EXPECT_EQ(registry_.ClosedBy(std::span(&**closing, 1))->size(), 3u);
}

// A merge is not exported, and what shields its two stays with both.
TEST_F(RegistryLifeTest, AMergedRecordIsExportedAsItWouldBeUnmerged) {
  Import({Pupil("1", kOne), Pupil("2", "", kUpnOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  ASSERT_TRUE(registry_.ApplyJournal({}, {2}, {}).ok());
  const std::vector<ImportRow> rows = Exported();
  ASSERT_EQ(rows.size(), 2u);
  for (const ImportRow& row : rows) {
    EXPECT_TRUE(row.record.shield_pending) << row.record.source_id;
    EXPECT_EQ(row.record.answered_by, 0u);
  }
}

TEST_F(RegistryLifeTest, ANoticeUnderEitherNumberActsUnderBoth) {
  Import({Pupil("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  ASSERT_TRUE(registry_.ApplyJournal({}, {Under(kOne)[0].answered_by}, {}).ok());
  EXPECT_TRUE(Under(kOne)[0].shield_pending);
  EXPECT_TRUE(Under(kTwo)[0].shield_pending);
}

TEST_F(RegistryLifeTest, WhatCannotBeSupersededSaysWhy) {
  Import({Pupil("1", kOne)});
  EXPECT_EQ(FieldOf(registry_.Supersede(Number(kOne), Number(kOne), ByAt(kImported))), "by");
  EXPECT_EQ(FieldOf(registry_.Supersede(Number(kTwo), Number(kOne), ByAt(kImported))), "nhs-number");
  ASSERT_TRUE(IsDone(registry_.Close(Number(kOne), ByAt(kImported))));
  EXPECT_EQ(FieldOf(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))), "nhs-number");
}

TEST_F(RegistryLifeTest, AShieldSetHereStaysWithAChildWhoseNumberChanges) {
  Import({Pupil("1", kOne, kUpnOne)});
  ASSERT_TRUE(registry_.ApplyJournal({}, {1}, {}).ok());
  Import({Pupil("1", kTwo, kUpnOne)});
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_TRUE(Under(kTwo)[0].restrictions.shielded);
  EXPECT_FALSE(Under(kTwo)[0].restrictions.closed);
  Import({Pupil("1", "", kUpnOne)});   // and once more, to none
  const std::vector<Record> by_upn = *registry_.RecordsOf(About("", kUpnOne), Organisations::All());
  ASSERT_EQ(by_upn.size(), 1u);
  EXPECT_TRUE(by_upn[0].restrictions.shielded);
}

TEST_F(RegistryLifeTest, SoDoesTheShieldOfTheRecordThatAnsweredForIt) {
  Import({Pupil("1", kOne), Pupil("2", "", kUpnOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  ASSERT_TRUE(registry_.ApplyJournal({}, {2}, {}).ok());
  Import({Pupil("1", kTwo)});
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_TRUE(Under(kTwo)[0].restrictions.shielded);
}

TEST_F(RegistryLifeTest, AMergedRecordIsAnsweredByTheOtherAndUnmergedForItselfAgain) {
  Record second = Pupil("2", "", kUpnOne);
  second.restrictions.covert = true;
  Import({Pupil("1", kOne), second});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
  const std::vector<Record> by_upn = *registry_.RecordsOf(About("", kUpnOne), Organisations::All());
  ASSERT_EQ(by_upn.size(), 1u);
  EXPECT_EQ(by_upn[0].source_id, "1");
  EXPECT_TRUE(Under(kOne)[0].restrictions.covert);
  // A restriction that its own feed adds acts on both.
  second.restrictions.call_back_only = true;
  Import({second});
  EXPECT_TRUE(Under(kOne)[0].restrictions.call_back_only);
  EXPECT_EQ(FieldOf(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))), "id");
  ASSERT_TRUE(IsDone(registry_.Unmerge({"school", "2"}, ByAt(kImported))));
  EXPECT_EQ((*registry_.RecordsOf(About("", kUpnOne), Organisations::All()))[0].source_id, "2");
  EXPECT_EQ(FieldOf(registry_.Unmerge({"school", "2"}, ByAt(kImported))), "id");
  EXPECT_EQ(FieldOf(registry_.Merge({"school", "2"}, {"school", "2"}, ByAt(kImported))), "into");
  EXPECT_EQ(FieldOf(registry_.Merge({"school", "3"}, {"school", "2"}, ByAt(kImported))), "id");
}

// Its own row shields it after the number of what answers for it was replaced.
TEST_F(RegistryLifeTest, WhatRisesOnAMergedRecordRisesBehindADoorToo) {
  Import({Pupil("1", kOne), Pupil("2", kOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
  Import({Pupil("1", kTwo)}, kImported, true, NumberChange::kSuperseded);
  ASSERT_EQ(Under(kTwo).size(), 1u);
  ASSERT_FALSE(Under(kTwo)[0].restrictions.shielded);
  Record shielded = Pupil("2", kOne);
  shielded.restrictions.shielded = true;
  Import({shielded});
  EXPECT_TRUE(Under(kTwo)[0].restrictions.shielded);
}

// The closing is the number's alone, and nothing else that the row says.
TEST_F(RegistryLifeTest, SoDoesWhatARowSaysBesideThatItIsClosed) {
  for (const bool closed_before : {false, true}) {
    SCOPED_TRACE(closed_before);
    RegistryRun run(folder_ / (closed_before ? "before" : "now"), board_, clock_, random_);
    ImportAll(run.registry, {Pupil("1", kOne), Pupil("2", kOne)}, kImported);
    ASSERT_TRUE(IsDone(run.registry.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
    ImportAll(run.registry, {Pupil("1", kTwo)}, kImported, NumberChange::kSuperseded);
    if (closed_before) {
      ASSERT_TRUE(IsDone(run.registry.Close(Number(kOne), ByAt(kImported))));
    }
    const auto answers = [&] {
      return *run.store->ReadRecord(run.store->FindBySource("school", "1"));
    };
    Record row = Protected("2", kOne);
    row.restrictions.closed = true;
    row.restrictions.covert = true;
    ImportAll(run.registry, {row}, kImported);
    EXPECT_TRUE(run.store->ReadRecord(2)->restrictions.closed);
    EXPECT_TRUE(answers().restrictions.covert);
    EXPECT_EQ(answers().service_class, ServiceClass::kProtected);
    EXPECT_FALSE(answers().restrictions.closed || answers().restrictions.shielded);
    // It is shielded by the closing already: that the feed says so too changes nothing in itself.
    row.restrictions.shielded = true;
    ImportAll(run.registry, {row}, kImported);
    EXPECT_TRUE(answers().restrictions.shielded);
    EXPECT_FALSE(answers().restrictions.closed);
  }
}

TEST_F(RegistryLifeTest, SoDoesTheShieldOfARowThatIsClosedAtOnce) {
  Import({Pupil("1", kOne), Pupil("2", kOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
  Import({Pupil("1", kTwo)}, kImported, true, NumberChange::kSuperseded);
  Record row = Pupil("2", kOne);
  row.restrictions.closed = row.restrictions.shielded = true;
  Import({row});
  EXPECT_TRUE(Under(kTwo).at(0).restrictions.shielded);
  EXPECT_FALSE(Under(kTwo).at(0).restrictions.closed);
}

TEST_F(RegistryLifeTest, SoDoesWhatTheRowSaysThatReplacesItsNumber) {
  Import({Pupil("1", "", kUpnOne), Pupil("2", kOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
  Record shielded = Pupil("2", kTwo);
  shielded.restrictions.shielded = true;
  Import({shielded}, kImported, true, NumberChange::kSuperseded);
  EXPECT_TRUE(Under(kOne)[0].superseded);
  const std::vector<Record> by_upn = *registry_.RecordsOf(About("", kUpnOne), Organisations::All());
  ASSERT_EQ(by_upn.size(), 1u);
  EXPECT_TRUE(by_upn[0].restrictions.shielded);
}

// The number that replaced the closed one before goes on: nobody has closed that.
TEST_F(RegistryLifeTest, TheClosingOfAMergedRecordsNumberIsThatNumbersAlone) {
  Import({Pupil("1", kOne), Pupil("2", kOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "1"}, ByAt(kImported))));
  Import({Pupil("1", kTwo)}, kImported, true, NumberChange::kSuperseded);
  Import({Pupil("2", kThree)});   // without a reason
  for (const Record& record : Under(kOne)) EXPECT_TRUE(record.restrictions.closed);
  ASSERT_EQ(Under(kTwo).size(), 1u);
  EXPECT_EQ(Under(kTwo)[0].restrictions, Restrictions());
}

// What answered for it had been merged itself.
TEST_F(RegistryLifeTest, AnUnmergedRecordIsNoLessRestrictedThanItAnswered) {
  Record last = Pupil("3", "", kUpnOne);
  last.restrictions.covert = true;
  Import({Pupil("1", kOne), Pupil("2", "", kUpnOne), last});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "2"}, {"school", "3"}, ByAt(kImported))));
  EXPECT_TRUE(Under(kOne)[0].restrictions.covert);
  ASSERT_TRUE(IsDone(registry_.Unmerge({"school", "1"}, ByAt(kImported))));
  EXPECT_TRUE(Under(kOne)[0].restrictions.covert);
}

TEST_F(RegistryLifeTest, AnUnmergedRecordHasTheClassThatWaitedUntilItsDay) {
  const Date today = DayOf(kImported);
  Record lowered = Pupil("2", "", kUpnOne), before = lowered;
  before.service_class = ServiceClass::kProtected;
  HoldBackLooser(before, today, lowered);
  Import({Pupil("1", kOne), lowered});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Unmerge({"school", "1"}, ByAt(kImported))));
  const Record apart = Under(kOne)[0];
  EXPECT_EQ(apart.source_id, "1");
  EXPECT_EQ(StrictestClass(apart, today), ServiceClass::kProtected);
  EXPECT_LT(StrictestClass(apart, FirstOfNextMonth(today)), ServiceClass::kProtected);
}

TEST_F(RegistryLifeTest, WhatWaitsInARecordActsWhenItIsLetThroughAndItsRestrictionsStay) {
  Record pupil = Pupil("1", kOne);
  pupil.restrictions.covert = true;
  Import({pupil});
  const auto let_at = [&](TimeMs now) { return registry_.LetThrough({"school", "1"}, ByAt(now)); };
  EXPECT_EQ(FieldOf(let_at(kImported)), "id");   // nothing waits
  pupil.consent = {ConsentState::kGiven, ConsentBy::kParent, false, pupil.start, {}, {}};
  Import({pupil});
  ASSERT_TRUE(registry_.ApplyJournal({}, {1}, {}).ok());   // a notice
  EXPECT_EQ(FieldOf(let_at(DaysLater(31))), "id");   // its day has come
  ASSERT_FALSE(Under(kOne)[0].earlier.empty());
  EXPECT_EQ(FieldOf(registry_.LetThrough({"school", "2"}, ByAt(kImported))), "id");
  ASSERT_TRUE(IsDone(let_at(kImported)));
  const Record now = Under(kOne)[0];
  EXPECT_TRUE(now.earlier.empty());
  EXPECT_EQ(now.consent.state, ConsentState::kGiven);
  EXPECT_TRUE(now.restrictions.covert && now.shield_pending);
}

TEST_F(RegistryLifeTest, WhatIsErasedIsGoneWithItsSubKeysAndNoImportBringsItBack) {
  Import({Pupil("1", kOne), Pupil("2", kTwo)});
  EnrolAll(1);
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "2"}, ByAt(kImported))));
  EXPECT_TRUE(Under(kTwo).empty());
  EXPECT_FALSE(HasSubKeys(2, kNhs, 1));
  EXPECT_TRUE(HasSubKeys(1, kNhs, 1));
  EXPECT_EQ(registry_.Summarise().records, 1u);
  EXPECT_EQ(Import({Pupil("1", kOne), Pupil("2", kTwo)}).left_out, 1u);
  EXPECT_TRUE(Under(kTwo).empty());
  EXPECT_EQ(FieldOf(registry_.Erase({"school", "2"}, ByAt(kImported))), "id");
  EXPECT_EQ(store_->NextRecordId(), 3u);   // no record gets the id of one that is gone
}

TEST_F(RegistryLifeTest, ErasedIsAlsoWhatItAnswersFor) {
  Import({Pupil("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "1"}, ByAt(kImported))));
  EXPECT_TRUE(Under(kOne).empty());
  EXPECT_EQ(registry_.Summarise().records, 0u);
}

TEST_F(RegistryLifeTest, WhatIsArchivedAnswersNothingAndIsPurgedLater) {
  Record adult = Pupil("1", kOne);
  adult.born = Date::FromDays(static_cast<int64_t>(kImported / 86'400'000) - 18 * 365);
  Import({adult, Pupil("2", kTwo)});
  EnrolAll(1);
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(kImported))->archived, 0u);   // four leap days short of 18
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(10)))->archived, 1u);
  EXPECT_FALSE(HasSubKeys(1, kNhs, 1));
  EXPECT_FALSE(Holds(About(kOne, "")));
  EXPECT_TRUE(HasSubKeys(2, kNhs, 1));
  // The feed goes on about it: it stays archived, and is not enrolled again.
  Import({adult}, DaysLater(11));
  EXPECT_EQ(Pending(), 0u);
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(12)))->archived, 0u);
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(10 + 6 * 366)))->purged, 1u);
  EXPECT_EQ(registry_.Summarise().records, 1u);
  EXPECT_EQ(Import({adult}, DaysLater(10 + 6 * 366)).left_out, 1u);
}

TEST_F(RegistryLifeTest, WhatWasPurgedComesBackNoLessRestricted) {
  Record refuge = Pupil("1", kOne);
  refuge.service_class = ServiceClass::kProtected;
  Import({refuge});
  ASSERT_TRUE(registry_.ApplyJournal({}, {1}, {}).ok());
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'833), ByAt(kImported))));
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(31)))->purged, 1u);
  EXPECT_TRUE(Under(kOne).empty());
  Import({Pupil("1", kOne)}, DaysLater(32));
  ASSERT_EQ(Under(kOne).size(), 1u);
  // By the notice, which silences what other services have of the child, until two people lift it.
  EXPECT_TRUE(Under(kOne)[0].shield_pending);
  EXPECT_EQ(Under(kOne)[0].service_class, ServiceClass::kProtected);
  ASSERT_TRUE(registry_.Lower({Lowered::kShield}, store_->FindByIdentifier(kNhs, kOne),
                              {"7f3a-91c2-04be", true, "what two people said"},
                              ByAt(kImported).note).ok());
  EXPECT_FALSE(Under(kOne)[0].shield_pending || Under(kOne)[0].restrictions.shielded);
}

TEST_F(RegistryLifeTest, WhoAnsweredForItIsPurgedAndSoIsIt) {
  Record refuge = Pupil("1", kOne);
  refuge.service_class = ServiceClass::kProtected;
  Import({refuge});
  ASSERT_TRUE(IsDone(registry_.Supersede(Number(kOne), Number(kTwo), ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'833), ByAt(kImported))));
  ASSERT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(31)))->purged, 1u);
  EXPECT_TRUE(Under(kOne).empty());
  EXPECT_EQ(registry_.DoWhatIsDue(Confirmed(DaysLater(32)))->purged, 1u);
  EXPECT_EQ(registry_.Summarise().records, 0u);
}

TEST_F(RegistryLifeTest, TheLeadIsProposedAndGivenUpByWhoWorksHere) {
  Import({Pupil("1", kOne)});
  ASSERT_TRUE(IsDone(registry_.SetLead({"school", "1"}, true, ByAt(kImported))));
  Import({Pupil("1", kOne)});
  EXPECT_TRUE(Under(kOne)[0].lead_professional);
  ASSERT_TRUE(IsDone(registry_.SetLead({"school", "1"}, false, ByAt(kImported))));
  EXPECT_FALSE(Under(kOne)[0].lead_professional);
  Record nobody = Pupil("2", kTwo);
  nobody.name.clear();
  Import({nobody});
  EXPECT_EQ(FieldOf(registry_.SetLead({"school", "2"}, true, ByAt(kImported))), "id");
  EXPECT_EQ(FieldOf(registry_.SetLead({"school", "3"}, true, ByAt(kImported))), "id");
}

}  // namespace
}  // namespace whoelse
