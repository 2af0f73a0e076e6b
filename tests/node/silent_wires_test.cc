// A holder that discloses nothing, and a node that holds nobody: whatever the record is, whoever asks
// and why, what leaves, when it leaves and what is committed are alike. Every combination, each class
// of service for itself.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/day_of.h"
#include "node/policy_looser.h"
#include "tests/node/record_maker.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

const Date kToday = DayOf(kNow);   // 2027-01-15
constexpr size_t kTogether = 32;   // records of one child that a holder looks at

// Askers as far as the policy tells them apart.
struct Asker {
  const char* name;
  AgencyId agency;
  Role role;
  const char* area;   // of social care; the holder's is north
};
constexpr Asker kAskers[] = {
    {"social care", kSocialCare, Role::kPractitioner, "north"},
    {"one that may not ask for section-47", kSchools, Role::kPractitioner, "north"},
    {"one outside s16LA", kSharedNode, Role::kPractitioner, "north"},
    {"one of another area", kSocialCare, Role::kPractitioner, "south"},
    {"a node itself", kSocialCare, Role::kNodeItself, "north"}};

std::shared_ptr<const Roster> RosterWith(const Asker& asker) {
  return ChangedRoster(7, [&](auto& roster) { roster["agencies"][2]["area"] = asker.area; });
}

// All that anybody but the node itself has of an answer: what leaves, when and where to, its line in
// the group commit, and what the asker reads.
struct Left {
  TimeMs release_ms;
  CoordinatorId coordinator;
  uint32_t log_key_id;
  uint64_t index;
  FrameHash frame_hash;
  TimeS keep_until_s;
  bool repeated;
  size_t wire_size, noted_size;
  AgencyId agency;       // outside of what is sealed, with the next
  FrameHash question;
  size_t sealed_size;
  Bytes answer;          // opened: signed, deterministically
  bool operator==(const Left&) const = default;
};

Left LeftBy(TestHolder& node, const Question& question) {
  EXPECT_EQ(CodeOf(node.Give(question.frame)), RefusalCode{});
  const SlotBatch batch = node.Answers();
  const SlotRecord& record = batch.records.at(0);
  const Wire wire = *Wire::Parse(record.wire);
  return {batch.release_ms, record.coordinator, record.log_key_id, record.index,
          record.frame_hash, record.keep_until_s, record.repeated, record.wire.size(),
          record.noted.Encode().size(), wire.agency, wire.frame_hash, wire.ciphertext.size(),
          *OpenWire(wire, question.reply_secret_key)};
}

// Something done at a node before it is asked.
using AtNode = std::function<void(TestHolder&)>;
const AtNode kNothingDone = [](TestHolder&) {};

// One question, and what a node makes of it that holds nobody.
struct Put {
  Put(const Asker& who, Purpose why, Random& random, const AtNode& done = kNothingDone)
      : asker(who), purpose(why), at_node(done), roster(RosterWith(who)),
        question(Ask(StatementBy(who, why), random)), by_none(AnsweredBy({})) {}

  static Statement StatementBy(const Asker& asker, Purpose purpose) {
    Statement statement = BasicStatement(asker.agency);
    statement.purpose = purpose;
    statement.role = asker.role;
    if (asker.role == Role::kNodeItself) statement.practitioner_ref = PersonRef();
    return statement;
  }
  Left AnsweredBy(const std::vector<Record>& records) const {
    TestHolder node;
    node.holder.SetRosters(roster, nullptr, 0);
    for (const Record& record : records) node.Hold(record, {1});
    at_node(node);
    return LeftBy(node, question);
  }
  // By the policy alone, which has tests of its own.
  bool Discloses(const Record& record) const {
    const RosterAgency& from = *roster->FindAgency(asker.agency);
    if (record.archived_on || !from.MayAsk(purpose)) return false;
    if (asker.role == Role::kNodeItself &&
        (record.about_parent_or_carer || record.service_class > ServiceClass::kTargeted)) {
      return false;
    }
    const Asked asked{purpose, false, from.s16la, from.MayAsk(Purpose::kSection47),
                      from.area == roster->FindAgency(kSurgery)->area};
    return Decide(PolicyTable::Default(), record, asked, kToday).Discloses();
  }

  const Asker& asker;
  const Purpose purpose;
  const AtNode at_node;
  const std::shared_ptr<const Roster> roster;
  const Question question;
  const Left by_none;
};

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

// What a decision may depend on: basis, restrictions, dispute, and whether it runs, is new, has ended
// lately or long ago, or is archived.
std::vector<Record> RecordsOf(ServiceClass service_class) {
  const std::function<void(Record&)> lives[] = {
      [](Record&) {}, [](Record& r) { r.start.reset(); },
      [](Record& r) { r.end = Date::FromYmd(20260601).value(); },
      [](Record& r) { r.end = Date::FromYmd(20240601).value(); },
      [](Record& r) { r.archived_on = kToday; }};
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

std::string Described(const Record& r) {
  return "class " + std::to_string(static_cast<int>(r.service_class)) + ", consent " +
         std::to_string(static_cast<int>(r.consent.state)) + " by " +
         std::to_string(static_cast<int>(r.consent.by)) +
         (r.about_parent_or_carer ? ", parent" : "") + (r.restrictions.shielded ? ", shielded" : "") +
         (r.restrictions.closed ? ", closed" : "") + (r.restrictions.covert ? ", covert" : "") +
         (r.restrictions.call_back_only ? ", call back" : "") +
         (r.restrictions.subject_access_exempt ? ", exempt" : "") +
         (r.in_dispute ? ", in dispute" : "") + (r.start ? "" : ", new") + (r.end ? ", ended" : "") +
         (r.archived_on ? ", archived" : "") + (r.earlier.empty() ? "" : ", looser waits");
}

// Of one child, together: what any of them gave away would show. Then one by one, to name it.
void ExpectAsOfNone(const Put& put, const std::vector<Record>& silent) {
  for (size_t at = 0; at < silent.size(); at += kTogether) {
    const std::vector<Record> some(silent.begin() + static_cast<ptrdiff_t>(at),
                                   silent.begin() + static_cast<ptrdiff_t>(
                                                        std::min(at + kTogether, silent.size())));
    if (put.AnsweredBy(some) == put.by_none) continue;
    ADD_FAILURE() << put.asker.name << " asks for " << Name(put.purpose);
    for (const Record& one : some) {
      EXPECT_TRUE(put.AnsweredBy({one}) == put.by_none) << Described(one);
    }
  }
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
      const Put put(asker, purpose, random_);
      std::vector<Record> silent;
      const Record* discloses = nullptr;
      for (const Record& record : records) {
        if (!put.Discloses(record)) {
          silent.push_back(record);
        } else {
          discloses = &record;
        }
      }
      ExpectAsOfNone(put, silent);
      if (discloses == nullptr) continue;
      EXPECT_TRUE(put.AnsweredBy({*discloses}) != put.by_none) << Described(*discloses);
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

PolicyTables TablesOfAHub() {
  PolicyTable nothing;
  for (auto& row : nothing.cells) row.fill(Outcome::kNothing);
  return PolicyTables({{"100001", PolicyTable::Default()}, {"100002", nothing}});
}

const std::vector<Silence>& Silences() {
  static const std::vector<Silence> all = {
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
       [](TestHolder& n) { n.holder.SetPolicies(TablesOfAHub()); }}};
  return all;
}

TEST_P(SilentWires, WhateverKeepsItSilent) {
  const std::vector<Record> records = RecordsOf(GetParam());
  for (const Silence& silence : Silences()) {
    SCOPED_TRACE(silence.why);
    size_t kept_silent = 0;
    for (const Purpose purpose : AllPurposes()) {
      const Put put(kAskers[0], purpose, random_, silence.at_node);
      std::vector<Record> silent;
      for (const Record& record : records) {
        if (!put.Discloses(record)) continue;
        silent.push_back(record);
        silence.change(silent.back());
      }
      ExpectAsOfNone(put, silent);
      kept_silent += silent.size();
    }
    EXPECT_GT(kept_silent, 0u);
  }
}

// Every pair of what a record was and what somebody made of it.
TEST_P(SilentWires, WhileALooserWordWaits) {
  size_t waits = 0;
  for (const Purpose purpose : AllPurposes()) {
    const Put put(kAskers[0], purpose, random_);
    std::vector<Record> silent;
    for (uint8_t before = 1; before <= 5; ++before) {
      for (const RowBasis& was : BasesOf(static_cast<ServiceClass>(before))) {
        for (const RowBasis& is : BasesOf(GetParam())) {
          Record record = RecordBy(is);
          const bool would = put.Discloses(record);
          HoldBackLooser(RecordBy(was), kToday, record);
          if (put.Discloses(record)) continue;
          waits += would ? 1 : 0;
          silent.push_back(record);
        }
      }
    }
    ExpectAsOfNone(put, silent);
  }
  EXPECT_GT(waits, 0u);
}

INSTANTIATE_TEST_SUITE_P(OfEachClass, SilentWires,
                         testing::Values(ServiceClass::kUniversal, ServiceClass::kTargeted,
                                         ServiceClass::kJustice, ServiceClass::kSensitive,
                                         ServiceClass::kProtected));

}  // namespace
}  // namespace whoelse
