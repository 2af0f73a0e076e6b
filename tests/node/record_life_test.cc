// What rows, people and the calendar make of a record.
#include "node/record_life.h"

#include <gtest/gtest.h>

#include "node/policy_looser.h"

namespace whoelse {
namespace {

const Date kToday = *Date::FromYmd(20260311);
const NhsNumber kOld = *NhsNumber::Parse("9990000018"), kNew = *NhsNumber::Parse("9990000026");

Record Held() {
  Record record;
  record.nhs_number = kOld;
  record.upn = *Upn::Parse("A123456789012");
  record.local_id = "L-1";
  record.born = *Date::FromYmd(20150302);
  record.service_class = ServiceClass::kTargeted;
  record.source = "caseworks";
  record.source_id = "1";
  return record;
}

RowTaken Take(const Record& held, const Record& row, NumberChange why = NumberChange::kClosed) {
  return TakeRow(&held, row, why, false, kToday);
}

TEST(RecordLife, ARowOfANewIdIsANewRecord) {
  const RowTaken taken = TakeRow(nullptr, Held(), NumberChange::kClosed, false, kToday);
  EXPECT_FALSE(taken.held.has_value());
  EXPECT_EQ(taken.added, Held());
}

TEST(RecordLife, TheSameRowAgainChangesNothing) {
  const RowTaken taken = Take(Held(), Held());
  EXPECT_FALSE(taken.held.has_value());
  EXPECT_FALSE(taken.added.has_value());
}

TEST(RecordLife, ANumberForWhoHadNoneIsAnUpdate) {
  Record held = Held();
  held.nhs_number.reset();
  const RowTaken taken = Take(held, Held());
  EXPECT_EQ(taken.held->nhs_number, kOld);
  EXPECT_FALSE(taken.added.has_value());
}

// An adopted child's new number, told by a feed that has no word for why.
TEST(RecordLife, AnotherNumberWithoutAReasonClosesTheOldOneAndJoinsNothing) {
  Record held = Held(), row = Held();
  held.restrictions.covert = true;
  row.nhs_number = kNew;
  row.family_name = "Newname";
  const RowTaken taken = Take(held, row);
  ASSERT_TRUE(taken.held && taken.added);
  EXPECT_EQ(taken.held->nhs_number, kOld);
  EXPECT_EQ(taken.held->end, kToday);
  EXPECT_TRUE(taken.held->restrictions.closed);
  EXPECT_TRUE(taken.held->restrictions.shielded);
  EXPECT_TRUE(taken.held->restrictions.covert);
  // Nothing that both have leads from one to the other.
  EXPECT_EQ(taken.held->source_id, "");
  EXPECT_EQ(taken.held->local_id, "");
  EXPECT_EQ(taken.held->upn, std::nullopt);
  EXPECT_EQ(taken.held->answered_by, 0u);
  row.restrictions.covert = true;   // which leads nowhere either
  EXPECT_EQ(taken.added, row);
}

// Its school was told that nobody may find it; its system was not, and blanks the number or replaces it.
TEST(RecordLife, WhatRestrictsAChildGoesWithItToItsNewNumber) {
  struct Case {
    const char* what;
    void (*restrict_held)(Record&);
    void (*expect_added)(Record&);
  };
  const auto shielded = [](Record& r) { r.restrictions.shielded = true; };
  const std::vector<Case> cases = {
      {"shielded", shielded, shielded},
      // No item speaks of the new record, and no notice comes for it: its shield is its own.
      {"pending", [](Record& r) { r.shield_pending = true; }, shielded},
      {"disputed", [](Record& r) { r.in_dispute = true; }, shielded},
      {"beside a closed number", [](Record& r) { r.beside_closed = true; }, shielded},
      {"call back", [](Record& r) { r.restrictions.call_back_only = true; },
       [](Record& r) { r.restrictions.call_back_only = true; }},
      {"exempt", [](Record& r) { r.restrictions.subject_access_exempt = true; },
       [](Record& r) { r.restrictions.subject_access_exempt = true; }},
      {"class", [](Record& r) { r.service_class = ServiceClass::kProtected; },
       [](Record& r) { r.service_class = ServiceClass::kProtected; }},
  };
  for (const Case& c : cases) {
    for (const std::optional<NhsNumber>& number : {std::optional(kNew), std::optional<NhsNumber>()}) {
      Record held = Held(), row = Held();
      c.restrict_held(held);
      row.nhs_number = number;
      const RowTaken taken = Take(held, row);
      c.expect_added(row);
      EXPECT_EQ(taken.added, row) << c.what;
    }
  }
}

// Two people lowered it yesterday: for asking that waits, whatever becomes of the number meanwhile.
TEST(RecordLife, AClassThatWaitsGoesToTheNewNumberAndToWhatItIsMergedInto) {
  const Date first = *Date::FromYmd(20260401);
  Record before = Held(), lowered = Held();
  before.service_class = ServiceClass::kProtected;
  HoldBackLooser(before, kToday, lowered);
  for (const std::optional<NhsNumber>& number : {std::optional(kNew), std::optional<NhsNumber>()}) {
    Record row = Held();
    row.nhs_number = number;
    const RowTaken taken = Take(lowered, row);
    ASSERT_TRUE(taken.added.has_value());
    EXPECT_EQ(taken.added->service_class, ServiceClass::kTargeted);
    EXPECT_EQ(StrictestClass(*taken.added, kToday), ServiceClass::kProtected);
    EXPECT_EQ(StrictestClass(*taken.added, first), ServiceClass::kTargeted);
    // The next night's row is the same record's.
    EXPECT_FALSE(Take(*taken.added, row).held);
    // What is over is not carried.
    const RowTaken later = TakeRow(&lowered, row, NumberChange::kClosed, false, first);
    EXPECT_EQ(StrictestClass(*later.added, first), ServiceClass::kTargeted);
  }
  Record into = Held();
  ASSERT_EQ(Merge(lowered, kToday, into), std::nullopt);
  EXPECT_EQ(StrictestClass(into, kToday), ServiceClass::kProtected);
  EXPECT_EQ(StrictestClass(into, first), ServiceClass::kTargeted);
}

TEST(RecordLife, ANumberTakenAwayIsClosedToo) {
  Record row = Held();
  row.nhs_number.reset();
  for (const NumberChange why : {NumberChange::kClosed, NumberChange::kSuperseded}) {
    const RowTaken taken = Take(Held(), row, why);
    ASSERT_TRUE(taken.held && taken.added);
    EXPECT_TRUE(taken.held->restrictions.closed);
    EXPECT_FALSE(taken.held->superseded);
  }
}

TEST(RecordLife, ASupersededNumberStaysMarkedAndItsContentMoves) {
  Record held = Held(), row = Held();
  held.restrictions.call_back_only = true;
  held.shield_pending = true;
  row.nhs_number = kNew;
  const RowTaken taken = Take(held, row, NumberChange::kSuperseded);
  ASSERT_TRUE(taken.held && taken.added);
  EXPECT_TRUE(taken.held->superseded);
  EXPECT_EQ(taken.held->nhs_number, kOld);
  EXPECT_EQ(taken.held->source_id, "");
  EXPECT_EQ(taken.added->nhs_number, kNew);
  EXPECT_EQ(taken.added->source_id, "1");
  EXPECT_TRUE(taken.added->restrictions.call_back_only);
  EXPECT_TRUE(taken.added->shield_pending);
}

TEST(RecordLife, ACorrectedNumberIsAnUpdate) {
  Record row = Held();
  row.nhs_number = kNew;
  const RowTaken taken = Take(Held(), row, NumberChange::kCorrected);
  EXPECT_FALSE(taken.added.has_value());
  EXPECT_EQ(taken.held->nhs_number, kNew);
  EXPECT_FALSE(taken.held->restrictions.closed);
}

TEST(RecordLife, WhatIsClosedIsNeverJoinedWhateverAFeedSays) {
  Record held = Held(), row = Held();
  CloseNumber(kToday, held);
  row.nhs_number = kNew;
  for (const NumberChange why :
       {NumberChange::kClosed, NumberChange::kSuperseded, NumberChange::kCorrected}) {
    const RowTaken taken = Take(held, row, why);
    ASSERT_TRUE(taken.held && taken.added);
    EXPECT_EQ(taken.held->source_id, "");
    EXPECT_FALSE(taken.held->superseded);
    // The closing is the old number's; whether it was shielded before, nobody can tell any more.
    Record shielded = row;
    shielded.restrictions.shielded = true;
    EXPECT_EQ(taken.added, shielded);
  }
}

TEST(RecordLife, WhatComesUnderAClosedNumberIsClosedWithIt) {
  const RowTaken fresh = TakeRow(nullptr, Held(), NumberChange::kClosed, true, kToday);
  EXPECT_TRUE(fresh.added->restrictions.closed);
  EXPECT_EQ(fresh.added->end, kToday);
  Record numberless = Held();
  numberless.nhs_number.reset();
  const RowTaken updated = TakeRow(&numberless, Held(), NumberChange::kClosed, true, kToday);
  EXPECT_TRUE(updated.held->restrictions.closed);
}

TEST(RecordLife, AnImportDoesNotReopenWhatWasClosed) {
  Record held = Held();
  CloseNumber(*Date::FromYmd(20260101), held);
  const RowTaken taken = TakeRow(&held, Held(), NumberChange::kClosed, true, kToday);
  EXPECT_FALSE(taken.held.has_value());
}

TEST(RecordLife, AnImportLeavesWhatAPersonHereSaidOfTheLead) {
  Record held = Held();
  held.lead_professional = held.lead_decided_here = true;
  Record row = Held();
  row.team = "East";
  const RowTaken taken = Take(held, row);
  EXPECT_TRUE(taken.held->lead_professional);
  EXPECT_EQ(taken.held->team, "East");
}

TEST(RecordLife, AMergeTakesTheStricterOfEach) {
  Record from = Held(), into = Held();
  from.source_id = "2";
  from.service_class = ServiceClass::kSensitive;
  from.restrictions.covert = true;
  from.shield_pending = true;
  from.consent.state = ConsentState::kRefused;
  into.restrictions.call_back_only = true;
  into.consent.state = ConsentState::kGiven;
  ASSERT_EQ(Merge(from, kToday, into), std::nullopt);
  EXPECT_EQ(into.service_class, ServiceClass::kSensitive);
  EXPECT_TRUE(into.restrictions.covert && into.restrictions.call_back_only);
  EXPECT_TRUE(into.shield_pending);
  EXPECT_EQ(into.consent.state, ConsentState::kRefused);
  from.answered_by = 7;
  Unmerge(into, from);
  EXPECT_EQ(from.answered_by, 0u);
  EXPECT_TRUE(from.restrictions.call_back_only);
}

TEST(RecordLife, WhatAreTwoChildrenIsNotMerged) {
  struct Case {
    const char* what;
    void (*make)(Record&);
  };
  const std::vector<Case> cases = {
      {"number", [](Record& r) { r.nhs_number = kNew; }},
      {"upn", [](Record& r) { r.upn = *Upn::Parse("G98765432109Z"); }},
      {"born", [](Record& r) { r.born = *Date::FromYmd(20160402); }},
      {"closed", [](Record& r) { r.restrictions.closed = true; }},
      {"about", [](Record& r) { r.about_parent_or_carer = true; }},
      {"merged", [](Record& r) { r.answered_by = 3; }},
  };
  for (const Case& c : cases) {
    Record from = Held(), into = Held();
    c.make(from);
    const auto error = Merge(from, kToday, into);
    ASSERT_TRUE(error.has_value()) << c.what;
    EXPECT_EQ(error->field, "id");
    EXPECT_EQ(into, Held()) << c.what;
  }
}

// --- where the child lived before

const Home kHighStreet = {"12 High Street", "NB1 1AA"}, kMillLane = {"3 Mill Lane", "NB2 2BB"};
const Home kWharf = {"Flat 7, The Wharf", "NB3 3CC"};

Record At(const Home& home, std::vector<Home> former = {}) {
  Record record = Held();
  record.address = home.address;
  record.postcode = home.postcode;
  record.former_addresses = std::move(former);
  return record;
}

TEST(RecordLife, AnImportWithAnotherAddressKeepsTheOldOne) {
  const RowTaken moved = Take(At(kHighStreet), At(kMillLane));
  EXPECT_EQ(moved.held, At(kMillLane, {kHighStreet}));
  const RowTaken again = Take(*moved.held, At(kWharf));
  EXPECT_EQ(again.held, At(kWharf, {kMillLane, kHighStreet}));
  // An address that a system hides says that the child has left where it was.
  EXPECT_EQ(Take(*again.held, At({})).held, At({}, {kWharf, kMillLane, kHighStreet}));
  const Home postcode_alone = {"12 High Street", "NB1 1AB"};
  EXPECT_EQ(Take(At(kHighStreet), At(postcode_alone)).held, At(postcode_alone, {kHighStreet}));
}

TEST(RecordLife, TheSameAddressInAnotherWritingIsNoFormerOne) {
  EXPECT_FALSE(Take(At(kMillLane, {kHighStreet}), At(kMillLane)).held);   // every night
  const Home other_writing = {"12, HIGH  street,", "nb11aa"};
  EXPECT_EQ(Take(At(kHighStreet), At(other_writing)).held, At(other_writing));
  const Home in_one = {"12 High Street, NB1 1AA", ""};
  EXPECT_EQ(Take(At(in_one), At(kHighStreet)).held, At(kHighStreet));
  // Back where it was: that is no former one any more, and the other is.
  EXPECT_EQ(Take(At(kMillLane, {kHighStreet}), At(kHighStreet)).held,
            At(kHighStreet, {kMillLane}));
}

TEST(RecordLife, ASystemsOwnHistoryTakesNothingAwayAndKeepsItsOrder) {
  const RowTaken taken = Take(At(kHighStreet, {kMillLane}), At(kWharf, {kMillLane}));
  EXPECT_EQ(taken.held, At(kWharf, {kHighStreet, kMillLane}));
  EXPECT_FALSE(Take(*taken.held, At(kWharf, {kMillLane})).held);
  // What the row names stands where it says; a home between that never came here goes in there.
  const Home farm = {"Hill Farm", "NB4 4DD"};
  const Record row = At(kWharf, {farm, kHighStreet});
  const RowTaken named = Take(At(kHighStreet, {kMillLane}), row);
  EXPECT_EQ(named.held, At(kWharf, {farm, kHighStreet, kMillLane}));
  EXPECT_FALSE(Take(*named.held, row).held);
  const Record turned = At(kWharf, {kMillLane, kHighStreet});
  EXPECT_EQ(Take(At(kWharf, {kHighStreet, kMillLane}), turned).held, turned);
}

// The home that a child has just fled from is the one that matters most.
TEST(RecordLife, ARowThatNamesEightOlderHomesDoesNotDropTheOneJustLeft) {
  std::vector<Home> eight;
  for (int i = 1; i <= 8; ++i) eight.push_back({std::to_string(i) + " Road", ""});
  const Record row = At(kMillLane, eight);
  const auto before = [&](std::vector<Home> newer) {
    newer.insert(newer.end(), eight.begin(), eight.end() - static_cast<ptrdiff_t>(newer.size()));
    return newer;
  };
  // Whether the system has told of the others before or does so tonight; and again every night.
  for (const Record& held : {At(kHighStreet, eight), At(kHighStreet), At(kMillLane, {kHighStreet})}) {
    const RowTaken taken = Take(held, row);
    EXPECT_EQ(taken.held, At(kMillLane, before({kHighStreet})));
    EXPECT_FALSE(Take(*taken.held, row).held);
  }
  // It moves on, and the row names the last home, or none of the two.
  const Record fled = *Take(At(kHighStreet, eight), row).held;
  std::vector<Home> with_last = eight;
  with_last.insert(with_last.begin(), kMillLane);
  with_last.pop_back();
  for (const Record& next : {At(kWharf, eight), At(kWharf, with_last)}) {
    const RowTaken taken = Take(fled, next);
    EXPECT_EQ(taken.held, At(kWharf, before({kMillLane, kHighStreet})));
    EXPECT_FALSE(Take(*taken.held, next).held);
  }
}

TEST(RecordLife, ANinthFormerAddressDropsTheOldest) {
  Record record = At({"0 Road", ""});
  for (int i = 1; i <= 9; ++i) {
    record = *Take(record, At({std::to_string(i) + " Road", ""})).held;
  }
  ASSERT_EQ(record.former_addresses.size(), kFormerAddressesMax);
  EXPECT_EQ(record.former_addresses.front().address, "8 Road");
  EXPECT_EQ(record.former_addresses.back().address, "1 Road");
  EXPECT_FALSE(Take(record, At({"9 Road", ""})).held);
}

TEST(RecordLife, FormerAddressesGoWithASupersededNumberAndStayWithAClosedOne) {
  Record row = At(kWharf);
  row.nhs_number = kNew;
  const Record held = At(kMillLane, {kHighStreet});
  EXPECT_EQ(Take(held, row, NumberChange::kSuperseded).added->former_addresses,
            (std::vector<Home>{kMillLane, kHighStreet}));
  const RowTaken closed = Take(held, row);
  EXPECT_TRUE(closed.added->former_addresses.empty());   // would join the two identities
  EXPECT_EQ(closed.held->former_addresses, held.former_addresses);
}

TEST(RecordLife, AMergeKeepsWhatBothKnowOfAddresses) {
  const Home farm = {"Hill Farm", "NB4 4DD"};
  const Record from = At(kMillLane, {kHighStreet, kWharf});
  Record into = At(kWharf, {farm});
  ASSERT_EQ(Merge(from, kToday, into), std::nullopt);
  EXPECT_EQ(into, At(kWharf, {kMillLane, farm, kHighStreet}));
}

TEST(RecordLife, AMergeOfManyAddressesKeepsTheNewestOfBoth) {
  Record from = At(kMillLane), into = At(kWharf);
  for (int i = 0; i < 8; ++i) {
    from.former_addresses.push_back({std::to_string(i) + " Road", ""});
    into.former_addresses.push_back({std::to_string(i) + " Lane", ""});
  }
  ASSERT_EQ(Merge(from, kToday, into), std::nullopt);
  std::vector<Home> expected = {kMillLane};
  for (const char* home : {"0 Lane", "0 Road", "1 Lane", "1 Road", "2 Lane", "2 Road", "3 Lane"}) {
    expected.push_back({home, ""});
  }
  EXPECT_EQ(into.former_addresses, expected);
}

// --- what falls due

Record Born(const char* born) {
  Record record;
  record.service_class = ServiceClass::kUniversal;
  record.born = *Date::Parse(born);
  return record;
}

DueAction On(const Record& record, const char* day) {
  return DueActionOf(record, *Date::Parse(day));
}

TEST(DueActions, ArchivedOnTheEighteenthBirthday) {
  const Record record = Born("2008-03-11");
  EXPECT_EQ(On(record, "2026-03-10"), DueAction::kNone);
  EXPECT_EQ(On(record, "2026-03-11"), DueAction::kArchive);
}

TEST(DueActions, AtTwentyFiveForWhoAgreedAndWhereTheBirthDateIsInDoubt) {
  Record record = Born("2008-03-11");
  record.keep_to_25 = true;
  EXPECT_EQ(On(record, "2033-03-10"), DueAction::kNone);
  EXPECT_EQ(On(record, "2033-03-11"), DueAction::kArchive);
  record.keep_to_25 = false;
  record.born_disputed = true;
  EXPECT_EQ(On(record, "2026-03-11"), DueAction::kNone);
  record.born.reset();
  EXPECT_EQ(On(record, "2099-01-01"), DueAction::kNone);
}

TEST(DueActions, AYearAfterDeath) {
  Record record = Born("2015-03-02");
  record.died = *Date::Parse("2024-02-29");
  EXPECT_EQ(On(record, "2025-02-28"), DueAction::kNone);
  EXPECT_EQ(On(record, "2025-03-01"), DueAction::kArchive);
}

TEST(DueActions, PurgedSixYearsAfterItWasArchived) {
  Record record = Born("2008-03-11");
  record.archived_on = *Date::Parse("2026-03-11");
  EXPECT_EQ(On(record, "2032-03-10"), DueAction::kNone);
  EXPECT_EQ(On(record, "2032-03-11"), DueAction::kPurge);
}

TEST(DueActions, ProtectedThirtyDaysAndSensitiveAYearAfterTheirEnd) {
  Record record = Born("2015-03-02");
  record.end = *Date::Parse("2026-01-31");
  EXPECT_EQ(On(record, "2032-03-01"), DueAction::kNone);
  record.service_class = ServiceClass::kSensitive;
  EXPECT_EQ(On(record, "2027-01-30"), DueAction::kNone);
  EXPECT_EQ(On(record, "2027-01-31"), DueAction::kPurge);
  record.service_class = ServiceClass::kProtected;
  EXPECT_EQ(On(record, "2026-03-01"), DueAction::kNone);
  EXPECT_EQ(On(record, "2026-03-02"), DueAction::kPurge);
}

// The day on which two people said that it is no refuge: nothing is purged as one from then on.
TEST(DueActions, AClassThatWasLoweredIsDueByWhatItIs) {
  Record before = Born("2015-03-02");
  before.end = *Date::Parse("2026-01-31");
  before.service_class = ServiceClass::kProtected;
  Record lowered = before;
  lowered.service_class = ServiceClass::kTargeted;
  HoldBackLooser(before, kToday, lowered);
  EXPECT_EQ(DueActionOf(before, kToday), DueAction::kPurge);
  EXPECT_EQ(DueActionOf(lowered, kToday), DueAction::kNone);
}

TEST(DueActions, LiveIsWhatGoesOn) {
  Record record = Born("2015-03-02");
  EXPECT_TRUE(IsLive(record, kToday));
  record.end = kToday;
  EXPECT_FALSE(IsLive(record, kToday));
  record.end = Date::FromDays(kToday.days() + 1);
  EXPECT_TRUE(IsLive(record, kToday));
  record.archived_on = kToday;
  EXPECT_FALSE(IsLive(record, kToday));
}

}  // namespace
}  // namespace whoelse
