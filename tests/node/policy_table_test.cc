// The table itself: its cells, its hash, and that a record of each kind is decided by its row.
#include <gtest/gtest.h>

#include "node/policy.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

const Date kToday = *Date::Parse("2026-03-11");

Outcome OutcomeNamed(const std::string& name) { return *ByName<Outcome>(name, kOutcomeNames); }

TEST(PolicyTable, DefaultIsThatOfTheVectors) {
  const nlohmann::json& policy = Vectors("protocol-1.json")["policy"];
  ASSERT_EQ(policy["rows"].size(), kPolicyRowNames.size());
  for (size_t row = 0; row < kPolicyRowNames.size(); ++row) {
    EXPECT_EQ(policy["rows"][row]["name"], kPolicyRowNames[row]);
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      EXPECT_EQ(PolicyTable::Default().cells[row][column],
                OutcomeNamed(policy["rows"][row]["cells"][column]))
          << kPolicyRowNames[row] << ", column " << column;
    }
  }
}

TEST(PolicyTable, HashIsThatOfTheVectors) {
  const nlohmann::json& policy = Vectors("protocol-1.json")["policy"];
  EXPECT_EQ(ToHex(PolicyTable::Default().Hash()), policy["hash"]);
  EXPECT_EQ(ToHex(PolicyTables(PolicyTable::Default()).Hash()), policy["hash"]);
  PolicyTables::ByCode hub;
  for (const std::string code : policy["hub"]["organisations"]) hub[code] = PolicyTable::Default();
  EXPECT_EQ(ToHex(PolicyTables(hub).Hash()), policy["hub"]["hash"]);
}

TEST(PolicyTables, EachOrganisationOfAHubHasItsOwn) {
  PolicyTable strict = PolicyTable::Default().OneStepStricter();
  strict.cells[kRowUniversal][kColumnEmergency] = Outcome::kNothing;
  const PolicyTables hub(PolicyTables::ByCode{{"100001", PolicyTable::Default()}, {"100002", strict}});
  EXPECT_EQ(hub.Of("100001"), PolicyTable::Default());
  EXPECT_EQ(hub.Of("100002"), strict);
  // Of one that has left nobody answers for a policy.
  EXPECT_EQ(hub.Of("100003"), PolicyTable::Default().OneStepStricter());
  EXPECT_EQ(hub.Of(""), PolicyTable::Default().OneStepStricter());
  // A node of its own asks no record whose it is.
  EXPECT_EQ(PolicyTables(strict).Of("100001"), strict);
  // A hub of one is a hub.
  EXPECT_NE(PolicyTables(PolicyTables::ByCode{{"100001", strict}}).Hash(), PolicyTables(strict).Hash());
}

TEST(PolicyTable, HashCoversEveryCell) {
  for (size_t row = 0; row < kPolicyRowNames.size(); ++row) {
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      PolicyTable other = PolicyTable::Default();
      Outcome& cell = other.cells[row][column];
      cell = cell == Outcome::kNothing ? Outcome::kContact : Outcome::kNothing;
      EXPECT_NE(other.Hash(), PolicyTable::Default().Hash());
    }
  }
}

TEST(PolicyTable, ColumnsAreThoseOfTheVectors) {
  const nlohmann::json& columns = Vectors("protocol-1.json")["policy"]["columns"];
  size_t purposes = 0;
  for (size_t column = 0; column < columns.size(); ++column) {
    for (const std::string name : columns[column]) {
      EXPECT_EQ(ColumnOf(*PurposeByName(name)), column) << name;
      ++purposes;
    }
  }
  EXPECT_EQ(purposes, kPurposeNames.size());
}

// A plain record of each row, 14 years old and judged competent where its word counts.
Record RecordOf(PolicyRow row) {
  Record record;
  record.born = *Date::Parse("2012-01-05");
  record.start = *Date::Parse("2020-01-01");
  record.consent.on = *Date::Parse("2026-01-01");
  record.service_class = ServiceClass::kUniversal;
  const auto word = [&](ServiceClass service_class, ConsentState state, ConsentBy by) {
    record.service_class = service_class;
    record.consent.state = state;
    record.consent.by = by;
    record.consent.competent = by == ConsentBy::kYoungPerson;
  };
  switch (row) {
    case kRowUniversal: break;
    case kRowTargeted: record.service_class = ServiceClass::kTargeted; break;
    case kRowTargetedObjection:
      word(ServiceClass::kTargeted, ConsentState::kRefused, ConsentBy::kParent);
      break;
    case kRowJustice: record.service_class = ServiceClass::kJustice; break;
    case kRowSensitiveAgreed:
      word(ServiceClass::kSensitive, ConsentState::kGiven, ConsentBy::kYoungPerson);
      break;
    case kRowSensitiveNotAsked: record.service_class = ServiceClass::kSensitive; break;
    case kRowSensitiveRefused:
      word(ServiceClass::kSensitive, ConsentState::kRefused, ConsentBy::kYoungPerson);
      break;
    case kRowProtectedAgreed:
      word(ServiceClass::kProtected, ConsentState::kGiven, ConsentBy::kYoungPerson);
      break;
    case kRowProtectedOtherwise: record.service_class = ServiceClass::kProtected; break;
    case kRowAdultAgreed:
      word(ServiceClass::kSensitive, ConsentState::kGiven, ConsentBy::kAdultConcerned);
      record.about_parent_or_carer = true;
      break;
    case kRowAdultOtherwise:
      record.service_class = ServiceClass::kSensitive;
      record.about_parent_or_carer = true;
      break;
    case kRowCovert: record.restrictions.covert = true; break;
    case kRowShieldedOrClosed: record.restrictions.shielded = true; break;
  }
  return record;
}

Asked AskedFor(Purpose purpose) {
  return {.purpose = purpose,
          .by_description = false,
          .asker_in_s16la = true,
          .asker_may_ask_section47 = false,
          .asker_in_same_area = true};
}

TEST(PolicyTable, EveryCellDecidesItsRecords) {
  for (size_t row = 0; row < kPolicyRowNames.size(); ++row) {
    for (uint8_t number = 1; number <= kPurposeNames.size(); ++number) {
      const Purpose purpose = static_cast<Purpose>(number);
      const Disclosure decided = Decide(PolicyTable::Default(),
                                        RecordOf(static_cast<PolicyRow>(row)), AskedFor(purpose),
                                        kToday);
      EXPECT_EQ(decided.outcome, PolicyTable::Default().cells[row][ColumnOf(purpose)])
          << kPolicyRowNames[row] << ", " << Name(purpose);
      EXPECT_EQ(decided.row, row) << kPolicyRowNames[row] << ", " << Name(purpose);
      EXPECT_EQ(decided.by, DecidedBy::kRow);
      EXPECT_FALSE(decided.ended);
    }
  }
}

// Every cell is read from the table that is in force, not from the default one.
TEST(PolicyTable, AnAdoptedTableDecides) {
  for (size_t row = 0; row < kPolicyRowNames.size(); ++row) {
    for (const Outcome outcome : {Outcome::kDutyLine, Outcome::kBrokered}) {
      PolicyTable table = PolicyTable::Default();
      table.cells[row].fill(outcome);
      Record record = RecordOf(static_cast<PolicyRow>(row));
      if (row == kRowCovert || row == kRowShieldedOrClosed) {
        table.cells[kRowUniversal].fill(Outcome::kContact);
      }
      EXPECT_EQ(Decide(table, record, AskedFor(Purpose::kConcern), kToday).outcome, outcome);
    }
  }
}

TEST(PolicyTable, TheLooserExceptionIsForSection47AskersInEmergencies) {
  Asked asked = AskedFor(Purpose::kEmergency);
  asked.asker_may_ask_section47 = true;
  const Record record = RecordOf(kRowSensitiveNotAsked);
  EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, kToday).outcome, Outcome::kDutyLine);
  asked.purpose = Purpose::kConcern;
  EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, kToday).outcome, Outcome::kBrokered);
  asked.purpose = Purpose::kEmergency;
  EXPECT_EQ(Decide(PolicyTable::Default(), RecordOf(kRowSensitiveRefused), asked, kToday).outcome,
            Outcome::kUrgent);
}

TEST(PolicyTable, TheLooserExceptionGoesWhenAnAgencyAdoptsAnotherCell) {
  Asked asked = AskedFor(Purpose::kEmergency);
  asked.asker_may_ask_section47 = true;
  PolicyTable table = PolicyTable::Default();
  table.cells[kRowSensitiveNotAsked][5] = Outcome::kNothing;
  EXPECT_EQ(Decide(table, RecordOf(kRowSensitiveNotAsked), asked, kToday).outcome,
            Outcome::kUrgent);
  table.cells[kRowSensitiveNotAsked][5] = Outcome::kBrokered;
  EXPECT_EQ(Decide(table, RecordOf(kRowSensitiveNotAsked), asked, kToday).outcome,
            Outcome::kBrokered);
}

TEST(PolicyTable, AParentsProtectedServiceIsUrgentInSection47) {
  Record record = RecordOf(kRowAdultOtherwise);
  EXPECT_EQ(Decide(PolicyTable::Default(), record, AskedFor(Purpose::kSection47), kToday).outcome,
            Outcome::kDutyLine);
  record.service_class = ServiceClass::kProtected;
  EXPECT_EQ(Decide(PolicyTable::Default(), record, AskedFor(Purpose::kSection47), kToday).outcome,
            Outcome::kUrgent);
  // Where the adult agreed, its line is told; there is never a name to tell.
  record.consent = RecordOf(kRowAdultAgreed).consent;
  EXPECT_EQ(Decide(PolicyTable::Default(), record, AskedFor(Purpose::kSection47), kToday).outcome,
            Outcome::kDutyLine);
}

}  // namespace
}  // namespace whoelse
