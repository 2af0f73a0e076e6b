// The end of a month: managers confirm the questions of their people, and some of them are held
// against the case file. domain.md, "Against the practitioner who stalks". Pure.
//
// Nobody confirms their own. Whose people have no manager here is the lead officers' to confirm. At a
// hub a list is of one organisation's questions. What the node asked by itself is of nobody and in
// no list: a hundred such rows a month would hide what a person asked, and take the draw.
#ifndef WHOELSE_NODE_MONTH_END_H_
#define WHOELSE_NODE_MONTH_END_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/asked_for.h"
#include "node/inbox.h"

namespace whoelse {

// A month by London's calendar.
struct MonthEnd {
  uint32_t yyyymm = 0;
  TimeMs begin = 0, end = 0;   // begin <= asked < end
  bool operator==(const MonthEnd&) const = default;
};
MonthEnd MonthOf(uint32_t yyyymm);
// The months that are over and have had no list since `listed`, oldest first; nullopt: none has had
// one, and only the last is due.
std::vector<MonthEnd> MonthsDue(std::optional<uint32_t> listed, TimeMs now);

struct AskedInMonth {
  std::string question;         // the receipt's number
  TimeMs at_ms = 0;
  Purpose purpose{};
  std::string case_reference;
  PersonRef practitioner;
  std::string organisation = {};   // at a hub, for which it was asked; "": nobody knows
  AskedAs as = AskedAs::kByItself;
};

// Who asks here, as the configuration has them.
struct StaffMember {
  PersonRef ref;
  std::string user;             // "local:dan"
  std::optional<PersonRef> manager;
};

// Of each manager's people, and of those who have none, at most so many in an item; each organisation's
// by themselves.
inline constexpr size_t kQuestionsInItem = 1000;
// 2 in 100 of an item's questions, at least one, drawn at random, are to be held against the case.
std::vector<InboxItem> MonthItems(const MonthEnd& month, const std::vector<AskedInMonth>& asked,
                                  const std::vector<StaffMember>& staff, TimeMs now,
                                  const WorkingCalendar& calendar, Random& random);

// What a manager did not recognise, for a lead officer who asked none of it. The questions are
// those whose numbers stand in the reason of the item's last decision; FieldError "reason": none
// does.
std::variant<InboxItem, FieldError> NotRecognisedItem(const InboxItem& decided, TimeMs now,
                                                      const WorkingCalendar& calendar,
                                                      Random& random);

}  // namespace whoelse

#endif  // WHOELSE_NODE_MONTH_END_H_
