// A question, what a node that holds nobody makes of it, and what one that holds records does.
#ifndef WHOELSE_TESTS_NODE_SILENT_WIRES_H_
#define WHOELSE_TESTS_NODE_SILENT_WIRES_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/day_of.h"
#include "tests/node/register.h"

namespace whoelse {

inline const Date kDayOfQuestion = DayOf(kNow);   // 2027-01-15

// Askers as far as the policy tells them apart.
struct Asker {
  const char* name;
  AgencyId agency;
  Role role;
  const char* area;   // of social care; the holder's is north
};
inline constexpr Asker kAskers[] = {
    {"social care", kSocialCare, Role::kPractitioner, "north"},
    {"one that may not ask for section-47", kSchools, Role::kPractitioner, "north"},
    {"one outside s16LA", kSharedNode, Role::kPractitioner, "north"},
    {"one of another area", kSocialCare, Role::kPractitioner, "south"},
    {"a node itself", kSocialCare, Role::kNodeItself, "north"}};

inline std::shared_ptr<const Roster> RosterWith(const Asker& asker) {
  return ChangedRoster(7, [&](auto& roster) { roster["agencies"][2]["area"] = asker.area; });
}

// All that anybody but the node itself has of an answer: what leaves, when and where to, its line
// in the group commit, and what the asker reads.
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

inline Left LeftBy(TestHolder& node, const Question& question) {
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
inline const AtNode kNothingDone = [](TestHolder&) {};

// One question, and what a node makes of it that holds nobody.
struct Posed {
  Posed(const Asker& who, Purpose why, Random& random, const AtNode& done = kNothingDone)
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
    return Decide(PolicyTable::Default(), record, asked, kDayOfQuestion).Discloses();
  }

  const Asker& asker;
  const Purpose purpose;
  const AtNode at_node;
  const std::shared_ptr<const Roster> roster;
  const Question question;
  const Left by_none;
};

inline std::string Described(const Record& r) {
  std::string text = "class " + std::to_string(static_cast<int>(r.service_class)) + ", consent " +
                     std::to_string(static_cast<int>(r.consent.state)) + " by " +
                     std::to_string(static_cast<int>(r.consent.by));
  for (const auto& [holds, what] : std::vector<std::pair<bool, const char*>>{
           {r.about_parent_or_carer, "parent"}, {r.restrictions.shielded, "shielded"},
           {r.restrictions.closed, "closed"}, {r.restrictions.covert, "covert"},
           {r.restrictions.call_back_only, "call back"},
           {r.restrictions.subject_access_exempt, "exempt"}, {r.in_dispute, "in dispute"},
           {r.beside_closed, "beside a closed number"},
           {!r.start, "new"}, {r.end.has_value(), "ended"}, {r.archived_on.has_value(), "archived"},
           {!r.earlier.empty(), "looser waits"}}) {
    if (holds) text += std::string(", ") + what;
  }
  return text;
}

inline constexpr size_t kTogether = 32;   // records of one child that a holder looks at

// Of one child, together: what any of them gave away would show. Then one by one, to name it.
inline void ExpectAsOfNone(const Posed& posed, const std::vector<Record>& silent) {
  for (size_t at = 0; at < silent.size(); at += kTogether) {
    const std::vector<Record> some(silent.begin() + static_cast<ptrdiff_t>(at),
                                   silent.begin() + static_cast<ptrdiff_t>(
                                                        std::min(at + kTogether, silent.size())));
    if (posed.AnsweredBy(some) == posed.by_none) continue;
    ADD_FAILURE() << posed.asker.name << " asks for " << Name(posed.purpose);
    for (const Record& one : some) {
      EXPECT_TRUE(posed.AnsweredBy({one}) == posed.by_none) << Described(one);
    }
  }
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_SILENT_WIRES_H_
