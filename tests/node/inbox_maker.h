// Inbox items and people for tests.
#ifndef WHOELSE_TESTS_NODE_INBOX_MAKER_H_
#define WHOELSE_TESTS_NODE_INBOX_MAKER_H_

#include <string>

#include "node/inbox.h"
#include "tests/support/random.h"

namespace whoelse {

inline TimeMs At(uint32_t ymd, int hour, int minute = 0) {
  return MsOf({*Date::FromYmd(ymd), hour * 60 + minute});
}

inline const WorkingCalendar& TestCalendar() {
  static const WorkingCalendar calendar = *WorkingCalendar::Create(CalendarSettings::From(2026));
  return calendar;
}

// A lead officer of the whole node.
inline Actor ActorOf(const std::string& name) {
  PersonRef ref;
  std::copy_n(name.begin(), std::min(name.size(), PersonRef::kSize), ref.data());
  return {"local:" + name, ref, {LocalRole::kLeadOfficer}, Organisations::All()};
}

// Raised at a section-47 question on a Monday morning.
inline InboxItem ItemOf(ItemKind kind, uint64_t seed = 1) {
  SeededRandom random(seed);
  return NewItem(kind, Purpose::kSection47, At(20261123, 10), TestCalendar(), random);
}

// The first decision that a person may take on an item of its kind.
inline std::variant<Acted, FieldError> TheDecision(const InboxItem& item, const Actor& person) {
  const Choice& choice = RuleOf(item.kind).choices[0];
  const std::string outcome = choice.verb == Verb::kDone ? std::string(choice.outcome) : "";
  return Act(item, {choice.verb, outcome, "because it was so"}, person,
             std::max(item.visible_ms, item.raised_ms + item.page_after_ms));
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_INBOX_MAKER_H_
