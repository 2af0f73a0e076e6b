// A holder that discloses nothing, and a node that holds nobody: whatever the record is, whoever
// asks and why, what leaves, when it leaves and what is committed are alike. Every combination, each
// class of service for itself.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <vector>

#include "node/policy_in_force.h"
#include "node/policy_looser.h"
#include "tests/node/record_maker.h"
#include "tests/node/silent_wires.h"

namespace whoelse {
namespace {

std::vector<Purpose> AllPurposes() {
  std::vector<Purpose> all;
  for (size_t i = 1; i <= kPurposeNames.size(); ++i) all.push_back(static_cast<Purpose>(i));
  return all;
}

const std::vector<RowBasis>& BasesOf(ServiceClass service_class) {
  static std::map<ServiceClass, std::vector<RowBasis>> kept;
  std::vector<RowBasis>& bases = kept[service_class];
  if (!bases.empty()) return bases;
  for (const bool about_parent : {false, true}) {
    for (const Consent& consent : std::vector<Consent>{
             {}, {ConsentState::kGiven, ConsentBy::kYoungPerson, true, {}, {}, {}},
             {ConsentState::kGiven, ConsentBy::kAdultConcerned, false, {}, {}, {}},
             {ConsentState::kRefused, ConsentBy::kYoungPerson, true, {}, {}, {}}}) {
      bases.push_back({service_class, about_parent, consent});
    }
  }
  return bases;
}

Record RecordBy(const RowBasis& basis) {
  Record record = BasicRecord();
  static_cast<RowBasis&>(record) = basis;
  return record;
}

// What a decision may depend on: basis, restrictions, dispute, and whether it runs, is new, or has
// ended lately or long ago.
std::vector<Record> RecordsOf(ServiceClass service_class) {
  const std::function<void(Record&)> lives[] = {
      [](Record&) {}, [](Record& r) { r.start.reset(); },
      [](Record& r) { r.end = Date::FromYmd(20260601).value(); },
      [](Record& r) { r.end = Date::FromYmd(20240601).value(); }};
  std::vector<Record> records;
  for (const RowBasis& basis : BasesOf(service_class)) {
    for (uint64_t restrictions = 0; restrictions < 32; ++restrictions) {
      for (const bool in_dispute : {false, true}) {
        for (const auto& live : lives) {
          records.push_back(RecordBy(basis));
          records.back().restrictions = RestrictionsOf(restrictions);
          records.back().in_dispute = in_dispute;
          live(records.back());
        }
      }
    }
  }
  return records;
}

class SilentWires : public testing::TestWithParam<ServiceClass> {
 protected:
  SeededRandom random_{20261122};
};

TEST_P(SilentWires, WhateverTheRecordIs) {
  const std::vector<Record> records = RecordsOf(GetParam());
  size_t seen_to_differ = 0;
  for (const Asker& asker : kAskers) {
    for (const Purpose purpose : AllPurposes()) {
      const Posed posed(asker, purpose, random_);
      std::vector<Record> silent;
      const Record* discloses = nullptr;
      for (const Record& record : records) {
        if (!posed.Discloses(record)) {
          silent.push_back(record);
        } else {
          discloses = &record;
        }
      }
      ExpectAsOfNone(posed, silent);
      if (discloses == nullptr) continue;
      EXPECT_TRUE(posed.AnsweredBy({*discloses}) != posed.by_none) << Described(*discloses);
      ++seen_to_differ;
    }
  }
  EXPECT_GT(seen_to_differ, 0u);
}

// What would be disclosed, and what keeps it silent that the policy does not know of.
struct Silence {
  const char* why;
  std::function<void(Record&)> change = [](Record&) {};
  AtNode at_node = kNothingDone;
};

PolicyTable Nothing() {
  PolicyTable table;
  for (auto& row : table.cells) row.fill(Outcome::kNothing);
  return table;
}
PolicyTables TablesOfAHub() {
  return PolicyTables({{"100001", PolicyTable::Default()}, {"100002", Nothing()}});
}
// What acts while the agency wants the default, from the next month on.
PolicyTable WhileItWaits() {
  const Adoption adoption{"Board", "DPIA-1", kDayOfQuestion, *Date::FromYmd(20280101)};
  PolicyInForce policy({adoption, Nothing()}, kDayOfQuestion);
  policy.Adopt({adoption, PolicyTable::Default()}, kDayOfQuestion);
  return policy.acting();
}

const std::vector<Silence>& Silences() {
  static const std::vector<Silence> all = {
      {"archived since it was indexed", [](Record& r) { r.archived_on = kDayOfQuestion; }},
      {"a notice", [](Record& r) { r.shield_pending = true; }},
      {"a notice that the store does not have yet", [](Record&) {},
       [](TestHolder& n) { for (const auto& [id, r] : n.records.records) n.holder.Shield(id); }},
      {"a notice about another record of the child", [](Record&) {},
       [](TestHolder& n) {
         if (!n.records.records.empty()) n.records.records.begin()->second.shield_pending = true;
       }},
      {"a restore that nobody has lifted", [](Record&) {},
       [](TestHolder& n) { n.holder.ShieldEverybody(true); }},
      {"a birth that differs", [](Record& r) { r.born = *Date::FromYmd(20111225); }},
      {"erased since it was indexed", [](Record&) {},
       [](TestHolder& n) { n.records.records.clear(); }},
      {"another child's by now", [](Record&) {},
       [](TestHolder& n) {
         for (auto& [id, r] : n.records.records) r.nhs_number = *NhsNumber::Parse(kOtherChild);
       }},
      {"a school of the hub that discloses nothing",
       [](Record& r) { r.organisation_code = "100002"; },
       [](TestHolder& n) { n.holder.SetPolicies(TablesOfAHub()); }},
      {"a looser policy that waits for its day", [](Record&) {},
       [](TestHolder& n) { n.holder.SetPolicies(WhileItWaits()); }}};
  return all;
}

TEST_P(SilentWires, WhateverKeepsItSilent) {
  const std::vector<Record> records = RecordsOf(GetParam());
  for (const Silence& silence : Silences()) {
    SCOPED_TRACE(silence.why);
    size_t kept_silent = 0;
    for (const Purpose purpose : AllPurposes()) {
      const Posed posed(kAskers[0], purpose, random_, silence.at_node);
      std::vector<Record> silent;
      for (const Record& record : records) {
        if (!posed.Discloses(record)) continue;
        silent.push_back(record);
        silence.change(silent.back());
      }
      ExpectAsOfNone(posed, silent);
      kept_silent += silent.size();
    }
    EXPECT_GT(kept_silent, 0u);
  }
}

// Every pair of what a record was and what somebody made of it.
TEST_P(SilentWires, WhileALooserWordWaits) {
  size_t waits = 0;
  for (const Purpose purpose : AllPurposes()) {
    const Posed posed(kAskers[0], purpose, random_);
    std::vector<Record> silent;
    for (uint8_t before = 1; before <= 5; ++before) {
      for (const RowBasis& was : BasesOf(static_cast<ServiceClass>(before))) {
        for (const RowBasis& is : BasesOf(GetParam())) {
          Record record = RecordBy(is);
          const bool would = posed.Discloses(record);
          HoldBackLooser(RecordBy(was), kDayOfQuestion, record);
          if (posed.Discloses(record)) continue;
          waits += would ? 1 : 0;
          silent.push_back(record);
        }
      }
    }
    ExpectAsOfNone(posed, silent);
  }
  EXPECT_GT(waits, 0u);
}

INSTANTIATE_TEST_SUITE_P(OfEachClass, SilentWires,
                         testing::Values(ServiceClass::kUniversal, ServiceClass::kTargeted,
                                         ServiceClass::kJustice, ServiceClass::kSensitive,
                                         ServiceClass::kProtected));

}  // namespace
}  // namespace whoelse
